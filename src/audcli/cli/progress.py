"""A line of progress on a terminal for what takes longer than a second; nothing when piped."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from audcli.cli import render

if TYPE_CHECKING:
    from audcli import export
    from audcli.ingest import Progress

_PATIENCE_SECONDS = 1.0
_REDRAW_SECONDS = 0.1


@contextmanager
def showing_time(voice: render.Voice, doing: str) -> Iterator[None]:
    """Say every second how long the block has taken: `computing  3 s`, for work that is one question to the engine."""
    if voice.quiet or not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()

    def show() -> None:
        started = time.monotonic()
        while not ended.wait(_PATIENCE_SECONDS):
            sys.stderr.write(f"\r\x1b[K{doing}  {time.monotonic() - started:.0f} s")
            sys.stderr.flush()
        if time.monotonic() - started > _PATIENCE_SECONDS:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def showing_progress(voice: render.Voice) -> Iterator[Progress | None]:
    """Give a callback that shows how far an ingest is, or None where nobody would see it."""
    if voice.quiet or not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    drawn = started

    def show(bytes_done: int, total_bytes: int, rows: int, rejects: int, stored: float | None = None) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - started > _PATIENCE_SECONDS and now - drawn > _REDRAW_SECONDS:
            drawn = now
            done = f"{bytes_done / total_bytes:4.0%}" if total_bytes else f"{bytes_done / 1e6:,.0f} MB"
            if stored is not None:
                done = f"storing {stored:4.0%}"
            sys.stderr.write(f"\r\x1b[K{done}  {rows:,} read  {rejects:,} rejected  {now - started:.0f} s")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if drawn != started:
            sys.stderr.write("\r\x1b[K")


@contextmanager
def showing_export(voice: render.Voice) -> Iterator[export.Progress | None]:
    """Give a callback that shows how far an export is, or None where nobody would see it."""
    if voice.quiet or not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    drawn = started

    def show(what: str, done: int, total: int | None) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - started > _PATIENCE_SECONDS and now - drawn > _REDRAW_SECONDS:
            drawn = now
            of_all = "" if total is None else f" of {total:,}"
            sys.stderr.write(f"\r\x1b[K{done:,}{of_all} {what}  {now - started:.0f} s")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if drawn != started:
            sys.stderr.write("\r\x1b[K")
