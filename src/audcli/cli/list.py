"""`audcli list`: every definition with its status and its last result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from audcli.listing import Listed

NAME = "list"
HELP = """List every definition with its status and what the last run made of it.

With `--verbose` also when each was created and edited, and its name. A terminal of fewer than 110 columns is spared
the last ones.

Example: `audcli list --status stale --sort members`
"""

_WIDE = 110
"""From so many columns on a terminal has room for times and files."""

Sort = Literal["key", "status", "members", "entered", "exited", "created", "edited", "computed"]


def run(
    invocation: Invocation,
    sort: Annotated[Sort, typer.Option(help="Order by this; numbers and times from the largest.")] = "key",
    of: Annotated[Literal["users", "accounts"] | None, typer.Option(help="Only these.")] = None,
    kind: Annotated[
        Literal["audience", "trait", "sql_trait", "list", "test", "invalid"] | None,
        typer.Option(help="Only this kind."),
    ] = None,
    status: Annotated[
        Literal["live", "failed", "disabled", "not_computed", "stale"] | None,
        typer.Option(help="Only these."),
    ] = None,
) -> None:
    """List the definitions as a table."""
    from audcli.listing import list_definitions
    from audcli.pipeline import keyless_problems, load_definitions

    project = invocation.find_project()
    definitions = load_definitions(project, clock())
    with invocation.reading_store(project) as store:
        listed = list_definitions(project, definitions, store)

    def is_wanted(each: Listed) -> bool:
        return of in (None, each.of) and kind in (None, each.kind) and status in (None, each.status)

    for problem in keyless_problems(definitions):
        render.warning(invocation.voice(), f"{problem.message} ({problem.span.file}:{problem.span.line})",
                       hint="what is defined there is not listed")  # fmt: skip
    rows = sorted((each for each in listed if is_wanted(each)), key=_order(sort))
    if invocation.json:
        render.document(rows)
        return
    _show(rows, more=invocation.verbose)


def _show(rows: Sequence[Listed], *, more: bool) -> None:
    headers = ["key", "kind", "of", "status", "members", "entered", "exited"]
    cells: list[list[object]] = [[r.key, r.kind, r.of, r.status, r.members, r.entered, r.exited] for r in rows]
    # In a narrow terminal every cell would be folded into pieces.
    if more or not sys.stdout.isatty() or render.width() >= _WIDE:
        headers += ["computed", "file"]
        cells = [[*cell, r.computed_at, r.file] for cell, r in zip(cells, rows, strict=True)]
    if more:
        headers += ["created", "edited", "name"]
        cells = [[*cell, r.created_at, r.edited_at, r.name] for cell, r in zip(cells, rows, strict=True)]
    render.table(headers, cells, numbers=["members", "entered", "exited"])


def _order(sort: Sort) -> Callable[[Listed], tuple[object, ...]]:
    """Give the order of rows: by the field, then by key; what has no number or time comes last."""

    def key(each: Listed) -> tuple[object, ...]:
        match sort:
            case "key":
                return (each.key,)
            case "status":
                return (each.status or "~", each.key)
            case "members" | "entered" | "exited":
                number: int | None = getattr(each, sort)
                return (number is None, -(number or 0), each.key)
            case _:
                time: datetime | None = getattr(each, f"{sort}_at")
                return (time is None, datetime.max - (time or datetime.max), each.key)

    return key
