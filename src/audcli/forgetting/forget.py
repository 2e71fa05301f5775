"""A person is forgotten: everything that is theirs leaves the store, and no block of its file holds it any more.

forget(path, "use_4fq…")  ->  Forgotten(key="use_4fq…", calls=120, ids=3, rejects=1, ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audcli.errors import AudcliError
from audcli.forgetting.belongings import belongings_of
from audcli.forgetting.calls import remove_calls
from audcli.forgetting.identity import remove_ids
from audcli.forgetting.ledger import clear_account_values, remove_names
from audcli.forgetting.traces import cut_out, remove_rejects
from audcli.ingest.forgotten import let_return, remember_forgotten
from audcli.store import Store, rewrite_store
from audcli.who import ids_meant


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed, in numbers.

    `shared_ids` of the `ids` stay, since calls of others carry them. `accounts` are those that nobody else's calls
    name. `memberships` and `trait_values` count those of all runs; `texts` those that had an id cut out.
    """

    key: str
    calls: int
    ids: int
    shared_ids: int
    accounts: int
    memberships: int
    trait_values: int
    rejects: int
    texts: int


def forget(
    path: Path, who: str, *, wait: float = 0, memory_limit: str | None = None, threads: int | None = None
) -> Forgotten:
    """Forget the person whom `who` names for good; the store at `path` is written anew, and must not be open.

    Digests of the ids are kept, so that a later ingest turns their calls away. Raises `AudcliError` where nobody is
    found, and what `rewrite_store` raises.
    """

    def change(store: Store) -> Forgotten:
        return remove_everything(store, who)

    return rewrite_store(path, change, wait=wait, memory_limit=memory_limit, threads=threads)


def allow_return(store: Store, who: str) -> None:
    """Let the calls of somebody who was forgotten come in again; `who` is one of their ids.

    Raises `AudcliError` where nobody of that id was forgotten.
    """
    with store.transaction():
        if not let_return(store.connection, ids_meant(who.strip())):
            raise AudcliError(
                f"nobody who was forgotten had the id `{who}`", hint="name them by a user id or as TYPE:VALUE"
            )


def remove_everything(store: Store, who: str) -> Forgotten:
    """Remove what is of the person whom `who` names from the tables, in the transaction that is under way.

    Blocks of the file still hold it afterwards: `forget` sees to those.
    """
    connection = store.connection
    theirs = belongings_of(connection, who)
    generation = store.generation + 1
    said = remove_calls(connection)
    [(accounts,)] = connection.execute("select count(*) from gone_accounts").fetchall()
    remove_ids(connection, list(theirs.keys), generation)
    memberships, trait_values = remove_names(connection, list(theirs.keys))
    trait_values += clear_account_values(connection, said)
    rejects = remove_rejects(connection, [value for _, value in theirs.ids])
    texts = cut_out(connection, theirs.own_values)
    remember_forgotten(connection, theirs.ids, rejects)
    connection.execute("update store_state set generation = ?", [generation])
    return Forgotten(
        theirs.key,
        theirs.calls,
        len(theirs.ids),
        len(theirs.shared_ids),
        accounts,
        memberships,
        trait_values,
        len(rejects),
        texts,
    )
