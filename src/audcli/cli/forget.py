"""`audcli forget`: one person leaves the store for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.forgetting import Belongings, Forgotten
    from audcli.project import Project

NAME = "forget"
HELP = """Remove one profile for good: its calls, traits, ids, memberships and rejects. There is no way back.

WHO is a key, a user id or TYPE:VALUE. Salted digests of the ids stay, so that later ingests turn the person's calls
away; `--allow-return` drops those. Files outside the store, exports among them, are yours to remove.

Example: `audcli forget email:ada@shop.example`
"""


def run(
    invocation: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="The key, user id or TYPE:VALUE.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")] = False,
    allow_return: Annotated[
        bool, typer.Option("--allow-return", help="Remove nothing: let calls of somebody forgotten come in again.")
    ] = False,
) -> None:
    """Forget a profile, or let one that was forgotten come back."""
    from audcli.forgetting import belongings_of, forget

    project = invocation.find_project()
    if allow_return:
        _allow_return(invocation, project, who)
        return
    with invocation.open_store(project, write=False) as store:
        theirs = belongings_of(store.connection, who)
        path = store.path
    if not yes:
        _ask(theirs)
    if sys.stderr.isatty():
        render.note(invocation.voice(), f"writing the store anew, {path.stat().st_size / 1e6:,.0f} MB")
    removed = forget(
        path,
        theirs.key,
        wait=invocation.wait,
        memory_limit=invocation.memory_limit,
        threads=invocation.threads,
    )
    if invocation.json:
        render.document(removed)
    else:
        _show(invocation.voice(), removed)


def _allow_return(invocation: Invocation, project: Project, who: str) -> None:
    from audcli.forgetting import allow_return

    with invocation.open_store(project, write=True) as store:
        allow_return(store, who)
    if invocation.json:
        render.document({"may_return": who})
    else:
        render.note(invocation.voice(), f"calls of `{who}` come in again from the next ingest on")


def _ask(theirs: Belongings) -> None:
    """Show whom it is about and let the user confirm; raises `UsageError` where there is nobody to ask."""
    from audcli.errors import UsageError

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "to forget cannot be undone, and nobody is there to confirm it", hint="give `--yes` if it is meant"
        )
    named = [f"{type_}:{value}" for type_, value in theirs.ids]
    shown = ", ".join(named[:5]) + (f" and {len(named) - 5:,} more ids" if len(named) > 5 else "")
    calls = "1 call" if theirs.calls == 1 else f"{theirs.calls:,} calls"
    typer.echo(render.printable(f"{theirs.key} ({shown}) and {calls}"), err=True)
    if not typer.confirm("forget them for good?", err=True):
        typer.echo("nothing was changed", err=True)
        raise typer.Exit(1)


def _show(voice: render.Voice, removed: Forgotten) -> None:
    counts = {
        "calls": removed.calls,
        "external ids": removed.ids - removed.shared_ids,
        "accounts that nobody else names": removed.accounts,
        "memberships": removed.memberships,
        "trait values": removed.trait_values,
        "rejects": removed.rejects,
        "texts with an id cut out": removed.texts,
    }
    if not voice.quiet:
        render.table(["removed", "count"], counts.items(), numbers=["count"])
    if removed.shared_ids:
        ids = "1 id stays" if removed.shared_ids == 1 else f"{removed.shared_ids:,} ids stay"
        render.note(voice, f"{ids}, which calls of others carry")
    render.note(voice, f"{removed.key} is forgotten, and the store was written anew")
