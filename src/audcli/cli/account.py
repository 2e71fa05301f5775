"""`audcli account`: everything that is known of one company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render, sections
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.entities import Account

NAME = "account"
HELP = """Show what is known of one account: traits, users, audiences and the latest events that count for it.

WHO is its group id. Which events of its users count is said by `account_events` in `audcli.yaml`.

Example: `audcli account acme --users 50`
"""


def run(
    invocation: Invocation,
    who: Annotated[str, typer.Argument(metavar="WHO", help="The group id.")],
    users: Annotated[int, typer.Option(metavar="N", min=0, help="Show the first N users.")] = 10,
    events: Annotated[int, typer.Option(metavar="N", min=0, help="Show the latest N events.")] = 10,
) -> None:
    """Show an account."""
    from audcli.entities import account_of

    project = invocation.find_project()
    with invocation.open_store(project, write=False) as store:
        account = account_of(store, who, scope=project.settings.account_events, users=users, events=events)
    if invocation.json:
        render.document(account)
    else:
        _show(account)


def _show(account: Account) -> None:
    no_group_call = "no `group` call names it, so it is no account yet" if account.first_seen is None else None
    sections.facts(
        account.group_id,
        {
            "is": no_group_call,
            "first seen": render.to_the_second(account.first_seen),
            "last seen": render.to_the_second(account.last_seen),
            "users": f"{account.users:,}",
        },
    )
    sections.traits(account.traits, account.computed_traits)
    users = [((u.key, u.user_id, u.since), u.is_linked) for u in account.first_users]
    sections.belongings(["user", "user id", "since (UTC)"], users)
    sections.audiences(account.audiences, account.group_id)
    sections.events(account.events)
