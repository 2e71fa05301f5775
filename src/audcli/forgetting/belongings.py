"""What is one person's in the store, before anything of it is removed.

A call is of whom its first id is of, so that a call of bo on ann's iPad is bo's and stays. The iPad's id is then no
longer ann's alone: it stays too, as an id of bo's.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from audcli.entities.profile import keys_ever
from audcli.who import find_entity

_GONE_IDS = """
    create or replace temp table gone_ids as
    select identifier, type, value from identity join identifiers using (identifier)
    where until_generation is null and profile = $profile"""

_IDS = """
    select type, value, identifier in (
        select links.other from links where identifier not in (select identifier from gone_ids)) as is_shared
    from gone_ids order by type, value"""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is a person's: the key, the ids (type and value), all keys they ever had by number, how many calls.

    `shared_ids` are those of the ids that calls of others carry too.
    """

    key: str
    ids: tuple[tuple[str, str], ...]
    shared_ids: tuple[tuple[str, str], ...]
    keys: dict[int, str]
    calls: int

    @property
    def own_values(self) -> list[str]:
        """What names this person and nobody else: the values of ids that are not shared, and the keys."""
        return [*(value for type_, value in self.ids if (type_, value) not in self.shared_ids), *self.keys.values()]


def belongings_of(connection: duckdb.DuckDBPyConnection, who: str) -> Belongings:
    """Gather what is the person's whom `who` names; leaves the temporary table `gone_ids`.

    Raises `AudcliError` where nobody is found.
    """
    found = find_entity(connection, who, "users")
    connection.execute(_GONE_IDS, {"profile": found.number})
    rows = connection.execute(_IDS).fetchall()
    ids = tuple((type_, value) for type_, value, _ in rows)
    shared = tuple((type_, value) for type_, value, is_shared in rows if is_shared)
    [(calls,)] = connection.execute("select count(*) from calls semi join gone_ids using (identifier)").fetchall()
    return Belongings(found.key, ids, shared, keys_ever(connection, ids), calls)
