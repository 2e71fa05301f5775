"""People who were forgotten stay so: their calls are turned away, known by salted digests of their ids alone.

forgotten   1 | 5f0c… | 9a31…      (salt 5f0c…; SHA-256 of it with "user_id", NUL, "ann")
staged      a call of ann          ->  counted as a reject of reason `forgotten`; nothing of it is stored
            a call of bo on ann's iPad  ->  stored: its first id is bo's
            a reject that mentions ann  ->  a reject of reason `forgotten`, without its text

A call is of whom its first id is of, as in identity resolution: so what is turned away is just what was removed when
the person was forgotten, and what others do is theirs. A reject is of nobody: it is turned away where it mentions one
of their ids, or is one that was removed with them. For that, digests are kept that have no type.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable

import duckdb

from audcli.ingest.mentions import comparable, finder
from audcli.ingest.staging import ROWS_OF_A_LINE

_FETCH_ROWS = 100
"""The text of a reject may be of 1 MiB."""
_NO_TYPE = ""
"""Stands for the type of what a reject mentions; every id of a call has one."""

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

_MENTIONING = """
    update staged_rejects set
        reason = 'forgotten',
        detail = 'it names somebody forgotten, and is unusable: `' || reason || '`',
        digest = sha256(salt || digest),
        raw = null
    from (select min(salt) as salt from forgotten)
    where staged_rejects.rowid in (select unnest($rows))"""


def turn_away_forgotten(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    """Take what is staged of the forgotten off the calls and leave nothing of it among the rejects.

    Says how many more rejects (or fewer, below 0) each reason has then.
    """
    if not connection.execute("select 1 from forgotten limit 1").fetchall():
        return Counter()
    turned_away = _turn_away_rejects(connection)
    turned_away["forgotten"] += _turn_away_calls(connection)
    return turned_away


def remember_forgotten(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[tuple[str, str]], rejects: Iterable[str]
) -> None:
    """Keep digests of the ids, type and value, of one person, and of `rejects` that named them, given by their own."""
    salts = connection.execute("select salt from forgotten limit 1").fetchall()
    salt = salts[0][0] if salts else secrets.token_hex(16)
    [(person,)] = connection.execute("select coalesce(max(person), 0) + 1 from forgotten").fetchall()
    ids = list(ids)
    untyped = {comparable(value) for _, value in ids}.union(rejects)
    kept = [*ids, *((_NO_TYPE, value) for value in sorted(untyped))]
    connection.execute(
        "insert into forgotten select $person, $salt, unnest($digests)",
        {"person": person, "salt": salt, "digests": [_digest(salt, *each) for each in kept]},
    )


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


def _turn_away_rejects(connection: duckdb.DuckDBPyConnection) -> Counter[str]:
    if not connection.execute("select 1 from staged_rejects limit 1").fetchall():
        return Counter()
    is_forgotten = _forgotten_values(connection)
    mentions_forgotten = finder(is_forgotten)
    turned_away: Counter[str] = Counter()
    rows = []
    staged = connection.execute("select rowid, reason, detail, digest, raw from staged_rejects")
    while batch := staged.fetchmany(_FETCH_ROWS):
        for row, reason, detail, digest, raw in batch:
            if is_forgotten(digest) or mentions_forgotten(raw, detail):
                rows.append(row)
                turned_away[reason] -= 1
    if rows:
        connection.execute(_MENTIONING, {"rows": rows})
        turned_away["forgotten"] += len(rows)
    return turned_away


def _forgotten_values(connection: duckdb.DuckDBPyConnection) -> Callable[[str], bool]:
    salted: dict[str, set[str]] = {}
    for salt, digest in connection.execute("select salt, digest from forgotten").fetchall():
        salted.setdefault(salt, set()).add(digest)
    return lambda value: any(_digest(salt, _NO_TYPE, value) in digests for salt, digests in salted.items())


def _turn_away_calls(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute(_TURNED_AWAY)
    [(count,)] = connection.execute("select count(*) from turned_away").fetchall()
    if count:
        connection.execute(_REJECTS)
        for table in ("staged_calls", "staged_ids"):
            connection.execute(f"delete from {table} where row in (select row from turned_away)")
    connection.execute("drop table temp.turned_away")
    return int(count)


def _digest(salt: str, type_: str, value: str) -> str:
    return hashlib.sha256(f"{salt}{type_}\0{value}".encode(errors="replace")).hexdigest()
