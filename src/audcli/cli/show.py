"""`audcli show`: one definition in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from audcli.listing import Shown

NAME = "show"
HELP = """Show one definition in full: its text, its last result, what it depends on and what depends on it.

Example: `audcli show big_spenders`
"""


def run(invocation: Invocation, key: Annotated[str, typer.Argument(metavar="KEY", help="The definition.")]) -> None:
    """Show a definition."""
    from audcli.listing import show_definition
    from audcli.pipeline import load_definitions

    project = invocation.find_project()
    definitions = load_definitions(project, clock())
    with invocation.reading_store(project) as store:
        shown = show_definition(project, definitions, store, key)
    if invocation.json:
        render.document(shown)
    else:
        _show(shown)


def _show(shown: Shown) -> None:
    listed = shown.listed
    sizes = (
        None
        if listed.members is None
        else f"{render.members(listed.members)} ({listed.entered:,} entered, {listed.exited:,} exited in the last run)"
    )
    facts = {
        "name": listed.name,
        "description": shown.description,
        "kind": listed.kind if listed.of is None else f"{listed.kind} of {listed.of}",
        "file": listed.file,
        "owner": shown.owner,
        "tags": ", ".join(shown.tags),
        "status": listed.status if listed.reason is None else f"{listed.status}: {listed.reason}",
        "size": sizes,
        "as of": render.instant(listed.as_of),
        "created": render.instant(listed.created_at),
        "edited": render.instant(listed.edited_at),
        "computed": render.instant(listed.computed_at),
        "depends on": ", ".join(shown.depends_on),
        "dependents": ", ".join(shown.dependents),
    }
    render.line(listed.key)
    for name, value in facts.items():
        if value:
            render.line(f"  {name + ':':<13}{' '.join(value.split())}")
    render.line()
    render.line(shown.text.strip("\n"))
