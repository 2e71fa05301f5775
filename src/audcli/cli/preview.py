"""`audcli preview`: how large an audience would be, and where its condition loses whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.as_of import AsOf, read_as_of
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_time

if TYPE_CHECKING:
    from audcli.preview import Preview

NAME = "preview"
HELP = """Say how large an audience would be, and how many are left after each part of its condition.

Of a trait: how many have a value, and some of these.

Nothing is stored, and any past instant can be asked about.

Example: `audcli preview big_spenders --as-of 2026-07-01`
"""


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience or trait.")],
    as_of: AsOf = None,
    allow_future: Annotated[
        bool, typer.Option("--allow-future", help="Let the as-of be later than the clock.")
    ] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Name so many members.")] = 5,
) -> None:
    """Preview an audience."""
    from audcli.pipeline import load_definitions
    from audcli.preview import preview

    now = clock()
    instant = now if as_of is None else read_as_of(as_of, now, allow_future=allow_future)
    project = invocation.find_project()
    definitions = load_definitions(project, instant)
    with invocation.open_store(project, write=False) as store, showing_time(invocation.voice(), "evaluating"):
        previewed = preview(project, store, definitions, key, instant, limit=limit)
    if invocation.json:
        render.document(previewed)
    else:
        _show(previewed)


def _show(previewed: Preview) -> None:
    members = "member" if previewed.members == 1 else "members"
    who = members if previewed.considered is not None else "with a value"
    render.line(f"{previewed.key}: {previewed.members:,} {who} as of {render.instant(previewed.as_of)} UTC")
    if previewed.considered is not None:
        _show_attrition(previewed, previewed.considered)
    if len(previewed.values) > 1:
        render.line()
        render.table(["trait", who], [(each.trait, each.count) for each in previewed.values], numbers=[who])
    if previewed.id_types:
        render.line()
        whose = "users" if previewed.of == "accounts" else who
        render.table(["id type", whose], [(each.id_type, each.count) for each in previewed.id_types], numbers=[whose])
    if previewed.sample:
        render.line()
        traits = [each.trait for each in previewed.values]
        more = {"name": "known as", "users": "users"}
        shown = {field: head for field, head in more.items() if getattr(previewed.sample[0], field) is not None}
        render.table(
            [f"some {who}", *shown.values(), *traits],
            [(each.key, *(getattr(each, field) for field in shown), *(each.values.get(trait) for trait in traits))
             for each in previewed.sample],
            numbers=["users"],
        )  # fmt: skip


def _show_attrition(previewed: Preview, considered: int) -> None:
    everyone = "accounts" if previewed.of == "accounts" else "profiles"
    rows: list[tuple[object, ...]] = [(considered, "", f"all {everyone}")]
    before = considered
    for part in previewed.left:
        rows.append((part.left, f"-{before - part.left:,}" if part.left < before else "", part.part))
        before = part.left
    render.line()
    render.table(["left", "lost", "condition"], rows, numbers=["left", "lost"])
