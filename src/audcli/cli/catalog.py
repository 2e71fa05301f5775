"""`audcli catalog`: the events, properties and traits that were ingested."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render, sections
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.seen import NameSeen, PlaceSeen, Seen

NAME = "catalog"
HELP = """List the events that were ingested, with counts and times, and the traits with the types of their values.

With the name of an event, page or screen: its properties and context, by the paths that definitions name them by.
`identify` and `group` show what is inside of traits.

Example: `audcli catalog "Order Completed"`
"""
_LONGEST_EXAMPLE = 60
_LEAST_FOR_EXAMPLE = 12


def run(
    invocation: Invocation,
    name: Annotated[str | None, typer.Argument(metavar="EVENT", help="The calls of this name in detail.")] = None,
) -> None:
    """Show everything that was seen, or one name in detail."""
    from audcli.seen import everything_seen, name_seen

    project = invocation.find_project()
    with invocation.open_store(project, write=False) as store:
        seen = everything_seen(store) if name is None else name_seen(store, name)
    if invocation.json:
        render.document(seen)
    elif isinstance(seen, tuple):
        for number, each in enumerate(seen):
            _show_name(each, is_first=number == 0)
    else:
        _show_all(seen)


def _show_all(seen: Seen) -> None:
    render.table(
        ["type", "name", "calls", "first (UTC)", "last (UTC)"],
        [(each.type, each.name, each.calls, each.first_time, each.last_time) for each in seen.calls],
        numbers=["calls"],
    )
    _show_places("trait of profiles", [each for each in seen.profile_traits if _is_whole(each)])
    _show_places("trait of accounts", [each for each in seen.account_traits if _is_whole(each)])


def _show_name(seen: NameSeen, *, is_first: bool) -> None:
    if not is_first:
        render.line()
    calls = seen.calls
    sections.facts(
        f"{calls.type} {calls.name}".strip(),
        {
            "calls": f"{calls.calls:,}",
            "first": render.to_the_second(calls.first_time),
            "last": render.to_the_second(calls.last_time),
        },
    )
    _show_places("trait" if calls.type in ("identify", "group") else "property", seen.properties)
    _show_places("context", seen.context)


def _show_places(header: str, places: Sequence[PlaceSeen]) -> None:
    rows = [(each.path, _types(each), _count(each)) for each in places]
    taken = sum(max((len(str(row[column])) for row in rows), default=0) + 4 for column in range(3))
    room = min(max(render.width() - taken, _LEAST_FOR_EXAMPLE), _LONGEST_EXAMPLE)
    examples = [render.shortened(_example(each), room) for each in places]
    sections.section(
        [header, "types", "seen", "for example"],
        [(*row, example) for row, example in zip(rows, examples, strict=True)],
        numbers=["seen"],
    )


def _types(place: PlaceSeen) -> str:
    elements = " or ".join(each for each in place.element_types if each != "null")
    named = [f"list of {elements}" if each == "list" and elements else each for each in place.types]
    return ", ".join(named)


def _example(place: PlaceSeen) -> str:
    """Give an example of the most frequent type that has one."""
    return next((place.examples[each] for each in (*place.types, *place.element_types) if each in place.examples), "")


def _count(place: PlaceSeen) -> int:
    return sum(count for type_, count in place.types.items() if type_ != "null")


def _is_whole(place: PlaceSeen) -> bool:
    """Tell whether a path is that of a whole trait, and of nothing inside of one."""
    return "." not in place.path.replace("\\.", "")
