"""People who were forgotten stay so: their calls are turned away, known by salted digests of their ids alone.

forgotten   1 | 5f0c… | 9a31…      (salt 5f0c…; SHA-256 of it with "user_id", NUL, "ann")
staged      a call of ann          ->  counted as a reject of reason `forgotten`; nothing of it is stored
            a call of bo on ann's iPad  ->  stored: its first id is bo's

A call is of whom its first id is of, as in identity resolution: so what is turned away is just what was removed when
the person was forgotten, and what others do is theirs.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

import duckdb

from audcli.ingest.staging import ROWS_OF_A_LINE

# Whoever is forgotten: rows of staged calls whose first id has a digest in the table.
_TURNED_AWAY = """
    create temp table turned_away as
    with first_ids as (
        select row, coalesce(first_type, case when user_id is null then 'anonymous_id' else 'user_id' end) as type,
            coalesce(first_value, user_id, anonymous_id) as value
        from staged_calls),
    digests as (
        select type, value, sha256(salt || type || chr(0) || value) as digest
        from (select distinct type, value from first_ids where value is not null),
            (select distinct salt from forgotten))
    select row from first_ids semi join (from digests semi join forgotten using (digest)) using (type, value)"""

# On the list of rejects they have no text, and a digest that tells nothing but that it is the same call again.
_REJECTS = f"""
    insert into staged_rejects
    select row // {ROWS_OF_A_LINE}, 'forgotten', 'it belongs to somebody who was forgotten',
        sha256(salt || message_id), null
    from staged_calls semi join turned_away using (row), (select min(salt) as salt from forgotten)"""


def turn_away_forgotten(connection: duckdb.DuckDBPyConnection) -> int:
    """Move the staged calls of the forgotten to the rejects, and say how many they are."""
    if not connection.execute("select 1 from forgotten limit 1").fetchall():
        return 0
    connection.execute(_TURNED_AWAY)
    [(count,)] = connection.execute("select count(*) from turned_away").fetchall()
    if count:
        connection.execute(_REJECTS)
        for table in ("staged_calls", "staged_ids"):
            connection.execute(f"delete from {table} where row in (select row from turned_away)")
    connection.execute("drop table temp.turned_away")
    return int(count)


def remember_forgotten(connection: duckdb.DuckDBPyConnection, ids: Iterable[tuple[str, str]]) -> None:
    """Keep the digests of the ids, type and value, of one person."""
    salts = connection.execute("select salt from forgotten limit 1").fetchall()
    salt = salts[0][0] if salts else secrets.token_hex(16)
    [(person,)] = connection.execute("select coalesce(max(person), 0) + 1 from forgotten").fetchall()
    rows = [(person, salt, _digest(salt, *id_)) for id_ in ids]
    connection.executemany("insert into forgotten values (?, ?, ?)", rows)


def let_return(connection: duckdb.DuckDBPyConnection, ids: Iterable[tuple[str, str]]) -> bool:
    """Drop the digests of every person who had one of the ids; tell whether there was any."""
    salts = connection.execute("select distinct salt from forgotten").fetchall()
    digests = [_digest(salt, *id_) for (salt,) in salts for id_ in ids]
    dropped = connection.execute(
        """delete from forgotten
           where person in (select person from forgotten where list_contains($digests, digest))""",
        {"digests": digests},
    ).fetchone()
    return bool(dropped and dropped[0])


def _digest(salt: str, type_: str, value: str) -> str:
    return hashlib.sha256(f"{salt}{type_}\0{value}".encode()).hexdigest()
