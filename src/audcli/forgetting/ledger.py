"""The forgotten in the ledger: who names nobody any more keeps a place in the counts, and nothing else.

memberships   7 | ann   | since run 3      ->      7 | -1 | since run 3
trait_values  2 | ann   | 120.5            ->      2 | -1 | (none)
              3 | acme  | ["by ann", "by bo"]  ->  3 | acme | "[forgotten]"    until the next run computes it
account_links 7 | acme | ann        ->      gone

So past runs keep their sizes, and the next one finds that -1 is no member: it exits, for the reason `forgotten`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import duckdb

from audcli.forgetting.calls import texts_in

_NAMELESS = """
    create or replace temp table nameless as
    with gone as (
        select 'users' as level, unnest($profiles) as entity
        union all select 'accounts', account from gone_accounts)
    select level, entity, (least - row_number() over (order by level, entity))::integer as number
    from gone, (
        select least(0, (select min(entity) from memberships), (select min(entity) from trait_values)) as least)"""

_MEMBERSHIPS = """
    update memberships set entity = nameless.number
    from nameless join definitions using (level)
    where memberships.definition = definitions.definition and memberships.entity = nameless.entity"""

_ACCOUNT_VALUES = """
    select trait_values.rowid, json
    from trait_values join trait_names using (trait) join definitions using (definition)
        join touched_accounts on account = entity
    where level = 'accounts' and json is not null"""

_TRAIT_VALUES = """
    update trait_values set entity = nameless.number, number = null, json = null
    from nameless join definitions using (level) join trait_names using (definition)
    where trait_values.trait = trait_names.trait and trait_values.entity = nameless.entity"""

_LINKS = """
    delete from account_links
    where list_contains($profiles, profile) or account in (select account from gone_accounts)"""


def remove_names(connection: duckdb.DuckDBPyConnection, profiles: Sequence[int]) -> tuple[int, int]:
    """Let memberships and values of `profiles` and `gone_accounts` name nobody; say how many of each there were."""
    connection.execute(_NAMELESS, {"profiles": list(profiles)})
    [(memberships,)] = connection.execute(_MEMBERSHIPS).fetchall()
    [(values,)] = connection.execute(_TRAIT_VALUES).fetchall()
    connection.execute(_LINKS, {"profiles": list(profiles)})
    return memberships, values


def clear_account_values(connection: duckdb.DuckDBPyConnection, texts: AbstractSet[str]) -> int:
    """Clear values of `touched_accounts` that may come from the calls, since they hold one of their texts; count them.

    The account keeps having a value, so that the counts of runs stay true.
    """
    rows = connection.execute(_ACCOUNT_VALUES).fetchall()
    found = [(row,) for row, value in rows if not texts.isdisjoint(texts_in(json.loads(value)))]
    if found:
        connection.executemany("update trait_values set json = '\"[forgotten]\"' where rowid = ?", found)
    return len(found)
