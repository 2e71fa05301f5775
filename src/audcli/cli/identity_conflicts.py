"""`audcli identity conflicts`: the links between ids that were not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.entities import Conflict

NAME = "identity conflicts"
HELP = """List the links between ids that were not made, since a profile never has two user ids.

The call belongs to the first of the two profiles; the other id stays with the second.

Example: `audcli identity conflicts --limit 5`
"""
_SHOWN = 20


def run(
    invocation: Invocation,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=0, help=f"List the first N. [default: {_SHOWN}, with --json all]")
    ] = None,
) -> None:
    """List the conflicts by time."""
    from audcli.entities import conflicts, count_conflicts

    project = invocation.find_project()
    with invocation.open_store(project, write=False) as store:
        total = count_conflicts(store)
        shown = limit if limit is not None or invocation.json else _SHOWN
        listed = list(conflicts(store, limit=shown))
    if invocation.json:
        render.document({"total": total, "conflicts": listed})
        return
    for conflict in listed:
        _show(conflict)
    render.note(invocation.voice(), f"{total:,} {'link was' if total == 1 else 'links were'} not made")
    if len(listed) < total:
        render.note(invocation.voice(), f"the first {len(listed):,} are listed; `--limit N` lists more")


def _show(conflict: Conflict) -> None:
    one, other = conflict.one, conflict.other
    render.line(render.printable(f"{one.type}:{one.value} and {other.type}:{other.value}"))
    render.line(render.printable(f"    {render.instant(conflict.time)}  call {conflict.message_id}"))
    for side in (one, other):
        render.line(render.printable(f"    {side.key}  user_id:{side.user_id}"))
