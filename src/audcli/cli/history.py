"""`audcli history`: the results of one key, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.runs import PastResult

NAME = "history"
HELP = """Show the size of one audience or trait by run, who entered and exited, and when its definition changed.

Example: `audcli history big_spenders --limit 30`
"""


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience or trait.")],
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the latest N runs.")] = None,
) -> None:
    """Show the results of a key."""
    from audcli.runs import past_results

    with invocation.open_store(invocation.find_project(), write=False) as store:
        results = past_results(store.connection, key)
    shown = results if limit is None else results[-limit:]
    if invocation.json:
        render.document({"key": key, "results": shown})
    else:
        _show(shown)


def _show(results: tuple[PastResult, ...]) -> None:
    render.table(
        ["run", "as of", "members", "entered", "exited", "note"],
        [(r.run, r.as_of, r.members, r.entered, r.exited, _note(r)) for r in results],
        numbers=["run", "members", "entered", "exited"],
    )


def _note(result: PastResult) -> str:
    notes = ["edited"] if result.edited else []
    notes += [
        f"{count:,} {word}" for count, word in ((result.merged, "merged"), (result.forgotten, "forgotten")) if count
    ]
    if result.outcome != "ok":
        notes.append(result.outcome if result.reason is None else f"failed: {result.reason}")
    return ", ".join(notes)
