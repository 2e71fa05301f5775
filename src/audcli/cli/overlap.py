"""`audcli overlap`: how many two audiences have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.runs import Overlap

NAME = "overlap"
HELP = """Show how many members every two of the named audiences have in common, as of the last run.

The shares say how much of the one is in the other; `--json` has how much of both together is in both, too.

Example: `audcli overlap big_spenders newsletter_readers win_back`
"""


def run(
    invocation: Invocation,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Two or more audiences or traits.")],
) -> None:
    """Count what every two of them have in common."""
    from audcli.errors import UsageError
    from audcli.runs import overlaps

    if len(set(keys)) < 2:
        raise UsageError("an overlap is of two or more", hint="name another key")
    with invocation.open_store(invocation.find_project(), write=False) as store:
        found = overlaps(store.connection, keys)
    if invocation.json:
        render.document([_as_document(each) for each in found])
        return
    render.table(
        ["first", "members", "second", "members", "both", "of first", "of second"],
        [
            (each.first, each.first_members, each.second, each.second_members, each.both, *map(_percent, shares[:2]))
            for each, shares in ((each, _shares(each)) for each in found)
        ],
        numbers=["members", "both", "of first", "of second"],
    )


def _as_document(overlap: Overlap) -> dict[str, object]:
    of_first, of_second, of_either = _shares(overlap)
    return {
        "first": overlap.first,
        "second": overlap.second,
        "first_members": overlap.first_members,
        "second_members": overlap.second_members,
        "both": overlap.both,
        "share_of_first": of_first,
        "share_of_second": of_second,
        "share_of_either": of_either,
    }


def _shares(overlap: Overlap) -> tuple[float | None, float | None, float | None]:
    """Give what those in both are of the first, of the second and of all; None where there is nobody."""
    either = overlap.first_members + overlap.second_members - overlap.both
    first, second, all_ = (
        overlap.both / whole if whole else None for whole in (overlap.first_members, overlap.second_members, either)
    )
    return first, second, all_


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
