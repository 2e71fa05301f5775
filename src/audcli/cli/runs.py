"""`audcli runs`: the committed runs, and taking the latest one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.runs import PastRun

NAME = "runs"
HELP = """List the committed runs; `audcli runs drop` takes the latest one back.

What `drop` takes back is exactly what that run did: who it let in or out, its results and values. Ingested calls
stay. With `--verbose` the list says also when each was started, and by which version.

Example: `audcli runs --limit 7`
"""


def run(
    invocation: Invocation,
    action: Annotated[Literal["drop"] | None, typer.Argument(metavar="drop", help="Take the latest back.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the latest N.")] = None,
) -> None:
    """List the runs, or take the latest back."""
    if action == "drop":
        _drop(invocation)
        return
    from audcli.runs import past_runs

    with invocation.reading_store(invocation.find_project()) as store:
        runs = past_runs(store.connection) if store is not None else ()
    shown = runs if limit is None else runs[-limit:]
    if invocation.json:
        render.document(shown)
    elif not shown:
        render.note(invocation.voice(), "no run was committed yet")
    else:
        _show(shown, more=invocation.verbose)


def _drop(invocation: Invocation) -> None:
    from audcli.runs import drop_latest

    with invocation.open_store(invocation.find_project(), write=True) as store, store.transaction():
        dropped = drop_latest(store.connection)
    if invocation.json:
        render.document({"dropped": dropped, "latest": dropped - 1 or None})
        return
    left = f"run {dropped - 1} is the latest now" if dropped > 1 else "no run is left"
    render.note(invocation.voice(), f"run {dropped} is taken back; {left}")


def _show(runs: tuple[PastRun, ...], *, more: bool) -> None:
    headers = ["run", "as of", "seconds", "computed", "failed", "entered", "exited"]
    cells: list[list[object]] = [
        [r.run, r.as_of, f"{r.seconds:.1f}", r.computed, len(r.failed), r.entered, r.exited] for r in runs
    ]
    if more:
        headers += ["started", "version"]
        cells = [[*cell, r.started_at, r.version] for cell, r in zip(cells, runs, strict=True)]
    render.table(headers, cells, numbers=["run", "seconds", "computed", "failed", "entered", "exited"])
