"""`audcli rejects`: the records that could not be used, why, and their text for repair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.ingest import RejectedRecord
    from audcli.store import Store

NAME = "rejects"
HELP = """List the records that could not be used, with file, line and reason, and how many there are by reason.

`--output` writes their raw text, one record a line: repair it and ingest the file.

Example: `audcli rejects --reason missing_time --output repair.jsonl`
"""
_SHOWN = 20


def run(
    invocation: Invocation,
    reason: Annotated[str | None, typer.Option(metavar="REASON", help="Only those rejected for this reason.")] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, help=f"List the first N. [default: {_SHOWN}, with --json all]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the raw text into this file (- for standard output).")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Empty the list, after it was shown or written.")] = False,
) -> None:
    """List the rejects or write their text, then empty the list if that is wanted."""
    from audcli.ingest import clear_rejects, count_rejects

    project = invocation.find_project()
    with invocation.open_store(project, write=clear) as store:
        counts = count_rejects(store, reason=reason)
        if output is not None:
            _write(invocation, store, reason, output)
        elif invocation.json:
            render.document(_as_document(store, reason, limit, counts, clear))
        elif not (clear and invocation.quiet):
            _show(invocation.voice(), store, reason, _SHOWN if limit is None else limit, counts)
        if clear:
            with store.transaction():
                cleared = clear_rejects(store, reason=reason)
            render.note(invocation.voice(), f"{cleared:,} taken off the list")


def _write(invocation: Invocation, store: Store, reason: str | None, output: Path) -> None:
    import sys

    from audcli.export.files import opened
    from audcli.ingest import rejects, write_raw

    with opened(sys.stdout.buffer if output == Path("-") else output) as begin:
        written, left_out = write_raw(rejects(store, reason=reason), begin().write)
    if invocation.json and output != Path("-"):
        render.document({"written": written, "left_out": left_out})
        return
    render.note(invocation.voice(), f"{written:,} written")
    if left_out:
        render.warning(
            invocation.voice(),
            f"{left_out:,} left out: the store has no text of what is longer than 1 MiB, or of somebody forgotten",
            hint="`audcli rejects` says where they stand",
        )


def _as_document(
    store: Store, reason: str | None, limit: int | None, counts: dict[str, int], clear: bool
) -> dict[str, object]:
    from audcli.ingest import rejects

    listed = [
        {
            "file": each.file,
            "line": each.line,
            "reason": each.reason,
            "detail": each.detail,
            "digest": each.digest,
            "raw": None if each.raw is None else each.raw.decode(errors="backslashreplace"),
        }
        for each in rejects(store, reason=reason, limit=limit)
    ]
    return {"total": sum(counts.values()), "by_reason": counts, "cleared": clear, "rejects": listed}


def _show(voice: render.Voice, store: Store, reason: str | None, limit: int, counts: dict[str, int]) -> None:
    from audcli.ingest import rejects

    for each in rejects(store, reason=reason, limit=limit):
        for line in _lines(each):
            render.line(line)
    total = sum(counts.values())
    if not total:
        render.note(voice, "no rejects")
        return
    if limit:
        render.line()
    render.table(["reason", "rejects"], [*counts.items(), ("total", total)], numbers=["rejects"])
    if limit < total:
        render.note(voice, f"the first {limit:,} are listed; `--limit N` lists more, `--output FILE` writes them all")


def _lines(reject: RejectedRecord) -> Iterator[str]:
    yield render.printable(f"{reject.file}:{reject.line}  {reject.reason}")
    yield f"    {render.shortened(reject.detail, render.width() - 4)}"
    if reject.raw is not None:
        yield f"    {render.shortened(reject.raw.decode(errors='backslashreplace'), render.width() - 4)}"
    elif reject.reason != "forgotten":
        yield f"    (longer than 1 MiB: kept as digest and position only; SHA-256 {reject.digest[:12]}…)"
