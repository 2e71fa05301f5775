"""A script that makes no table but those that it must: what is read once is made where it is read, what is not is not.

profiles, events_1, computed_1 (of events_1 alone)   ->   computed_1 (select … from (select … group by …) as events_1)

To write a table and read it again takes as long as what is worked out on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from audcli.sql.script import Script, Statement


def fused(script: Script) -> Script:
    """Give the script that finds the same members and values; other tables may be missing from it.

    A statement is put into the one that reads it where nothing else does, and where that one reads nothing else: of
    tables that are joined, the engine is to know the sizes. Views are worked out by each of their readers, and take
    nothing in.
    """
    results = {place.table for places in (script.memberships, script.values) for place in places.values()}
    needed = _needed(script.statements, results)
    readings = Counter[str]()
    for each in needed:
        readings.update(each.query.tables())
    made: dict[str, Statement] = {}
    for statement in needed:
        tables = list(statement.query.tables().elements())
        if _is_alone(tables, readings) and tables[0] in made.keys() - results and not statement.is_view:
            statement = _put_into(statement, made.pop(tables[0]))
        made[statement.table] = statement
    return replace(script, statements=tuple(made.values()))


def _is_alone(tables: Sequence[str], readings: Mapping[str, int]) -> bool:
    return len(tables) == 1 and readings[tables[0]] == 1


def _needed(statements: Sequence[Statement], results: Collection[str]) -> tuple[Statement, ...]:
    tables = set(results)
    needed = []
    for statement in reversed(statements):
        if statement.table in tables:
            needed.append(statement)
            tables.update(statement.reads())
    return tuple(reversed(needed))


def _put_into(reader: Statement, source: Statement) -> Statement:
    query = reader.query.reading(source.table, source.query)
    return replace(reader, query=query, calls=reader.calls or source.calls, size=reader.size or source.size)
