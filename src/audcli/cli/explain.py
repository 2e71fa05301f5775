"""`audcli explain`: why somebody is or is not in an audience."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.as_of import read_as_of
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_time

if TYPE_CHECKING:
    from audcli.explain import Change, Evidence, Explanation, Node

NAME = "explain"
HELP = """Say why somebody is or is not in an audience, or what made the value of a trait.

Every part of the condition is shown with its truth, what was found, and what it was held against.

Example: `audcli explain big_spenders email:ann@example.com`
"""


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience or trait.")],
    who: Annotated[str, typer.Argument(metavar="WHO", help="A key, a user_id or group_id, or TYPE:VALUE.")],
    as_of: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="At this date or time (UTC). [default: that of the last run]")
    ] = None,
    allow_future: Annotated[bool, typer.Option("--allow-future", help="Let it be later than the clock.")] = False,
) -> None:
    """Explain, and show the condition as a tree."""
    from audcli.pipeline import load_definitions
    from audcli.questions import explain

    now = clock()
    instant = None if as_of is None else read_as_of(as_of, now, allow_future=allow_future)
    project = invocation.find_project()
    definitions = load_definitions(project, instant or now)
    with invocation.open_store(project, write=False) as store, showing_time(invocation.voice(), "evaluating"):
        explanation = explain(project, store, definitions, key, who, as_of=instant, now=now)
    if invocation.json:
        render.document(explanation)
    else:
        _show(explanation)


def _show(explanation: Explanation) -> None:
    render.line(f"{explanation.key}: {explanation.entity} as of {render.instant(explanation.as_of)} UTC")
    for text in _answer(explanation):
        render.line(f"  {text}")
    if explanation.root is not None:
        render.line()
        render.tree(branch_of(explanation.root))


def _answer(explanation: Explanation) -> Iterator[str]:
    if explanation.member is not None:
        yield "a member" if explanation.member else "not a member"
    if explanation.root is None:
        yield "the account had no group call yet" if explanation.of == "accounts" else "the profile had no call yet"
    change, last = explanation.change, explanation.last_run
    if change is not None:
        yield _changes(change)
    if last is not None and last.member != explanation.member:
        was = "a member" if last.member else "not a member"
        yield f"run {last.run}, as of {render.instant(last.as_of)}, found otherwise: {was}"


def _changes(change: Change) -> str:
    if change.at is not None:
        return f"{'enters' if change.becomes else 'leaves'} on {render.instant(change.at)} if no further call comes"
    if change.checked_until is not None:
        return f"stays so until {render.instant(change.checked_until)} at least, if no further call comes"
    return "stays so if no further call comes"


def branch_of(node: Node) -> render.Branch:
    """Show a node of an explanation, and what stands below it."""
    truth = "true" if node.holds else "false"
    text = node.text
    if node.found is not None and node.limit is not None:
        text = f"{node.text}: {node.found} ({node.limit})"
    elif node.found is not None:
        text = f"{node.text}: {node.found}"
    leaves = [_event(event) for event in node.events]
    hidden = node.event_count - len(node.events)
    leaves += [f"and {hidden:,} earlier"] if node.events and hidden > 0 else []
    below = [*map(render.Branch, leaves), *map(branch_of, node.children), *map(render.Branch, node.notes)]
    return render.Branch(f"{truth:5}  {text}", node.holds, below)


def _event(event: Evidence) -> str:
    carried = "" if event.account is None else f"  of account {event.account}"
    return f"{render.instant(event.time)}  {event.event}  {event.message_id}{carried}"
