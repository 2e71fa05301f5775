"""`audcli profile`: everything that is known of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render, sections
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.entities import Profile

NAME = "profile"
HELP = """Show what is known of one profile: ids, traits, accounts, audiences and its latest events.

WHO is a key, a user id or TYPE:VALUE. Ids, custom traits and events are those of all ingested calls; computed traits
and audiences are those of the last committed runs.

Example: `audcli profile email:ada@shop.example --events 3`
"""

Who = Annotated[str, typer.Argument(metavar="WHO", help="The key, user id or TYPE:VALUE.")]


def run(
    invocation: Invocation,
    who: Who,
    events: Annotated[int, typer.Option(metavar="N", min=0, help="Show the latest N events.")] = 10,
) -> None:
    """Show a profile."""
    from audcli.entities import profile_of

    project = invocation.find_project()
    with invocation.open_store(project, write=False) as store:
        profile = profile_of(store, who, known_by=project.settings.identity.known_by, events=events)
    if invocation.json:
        render.document(profile)
    else:
        _show(profile)


def _show(profile: Profile) -> None:
    sections.facts(
        profile.key,
        {
            "is": "known" if profile.known else "anonymous",
            "first seen": render.to_the_second(profile.first_seen),
            "last seen": render.to_the_second(profile.last_seen),
            "calls": f"{profile.calls:,}",
        },
    )
    sections.section(
        ["external id", "value", "first seen (UTC)"], [(i.type, i.value, i.first_seen) for i in profile.ids]
    )
    sections.traits(profile.traits, profile.computed_traits)
    accounts = [((each.group_id, each.since), each.is_linked) for each in profile.accounts]
    sections.belongings(["account", "since (UTC)"], accounts)
    sections.audiences(profile.audiences, profile.key)
    sections.events(profile.events)
