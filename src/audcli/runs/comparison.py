"""Who is a member now, held against who was before: who entered, and who exited.

entity   now        before              changes_now   definition | entity | entered
ann      vips, eu   vips         ->                   8          | ann    | true        (8: eu)
cem      -          vips                              7          | cem    | false       (7: vips)

What one entity is a member of is one number, a bit for each audience, so that a comparison touches every entity once
however many audiences there are, and writes down nothing but changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from audcli.sql.script import Membership

_BITS = 62
"""How many audiences one number speaks of."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entered and exited, and how many members there are now."""

    entered: int
    exited: int
    members: int


def compare(connection: duckdb.DuckDBPyConnection, found: Iterable[tuple[int, Membership]]) -> dict[int, Counts]:
    """Fill `changes_now` and count, for audiences that are given by their numbers and where their members stand now."""
    connection.execute(
        "create or replace temporary table changes_now (definition integer, entity integer, entered boolean)"
    )
    members: dict[int, int] = {}
    for group in _of_one_table(found):
        members |= _count_members(connection, group)
        _find_changes(connection, group)
    return _counts(connection, members)


def let_all_exit(connection: duckdb.DuckDBPyConnection, definition: int) -> int:
    """Add to `changes_now` that every member of an audience exits; say how many there are."""
    connection.execute(
        """insert into changes_now select definition, entity, false from memberships
           where definition = ? and exited_run is null""",
        [definition],
    )
    return _counts(connection, {definition: 0})[definition].exited


def write_changes(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    """Write `changes_now` into the memberships, as of a run."""
    [(entered, exited)] = connection.execute(
        "select count(*) filter (entered), count(*) filter (not entered) from changes_now"
    ).fetchall()
    if exited:
        connection.execute(
            """update memberships set exited_run = $run, exit_reason = gone.reason
               from (select definition, entity,
                            case when entity < 0 then 'forgotten'
                                 when level = 'users' and entity not in
                                     (select profile from identity where until_generation is null) then 'merged'
                            end as reason
                     from changes_now join definitions using (definition) where not entered) as gone
               where memberships.exited_run is null and memberships.definition = gone.definition
                 and memberships.entity = gone.entity""",
            {"run": run},
        )
    if entered:
        connection.execute(
            """insert into memberships select definition, entity, $run, null, null from changes_now
               where entered order by definition, entity""",
            {"run": run},
        )


_Found = Sequence[tuple[int, Membership]]


def _of_one_table(found: Iterable[tuple[int, Membership]]) -> Iterator[_Found]:
    """Group audiences whose members stand in the same table, at most as many as a number has bits."""
    in_order = sorted(found, key=lambda each: (each[1].table, each[0]))
    for _, group in groupby(in_order, key=lambda each: each[1].table):
        audiences = tuple(group)
        yield from (audiences[start : start + _BITS] for start in range(0, len(audiences), _BITS))


def _count_members(connection: duckdb.DuckDBPyConnection, group: _Found) -> dict[int, int]:
    counts = ", ".join(f'count(*) filter ("{each.column}")' for _, each in group)
    [row] = connection.execute(f"select {counts} from {group[0][1].table}").fetchall()
    return dict(zip((number for number, _ in group), row, strict=True))


def _find_changes(connection: duckdb.DuckDBPyConnection, group: _Found) -> None:
    where = group[0][1]
    now = " | ".join(f"""("{each.column}"::bigint << {place})""" for place, (_, each) in enumerate(group))
    places = ", ".join(f"({number}, {place})" for place, (number, _) in enumerate(group))
    connection.execute(
        f"""insert into changes_now
            with places (definition, place) as (values {places}),
            now as (select {where.entity} as entity, {now} as bits from {where.table}),
            before as (select entity, bit_or(1::bigint << place) as bits
                       from memberships join places using (definition) where exited_run is null group by entity),
            both_runs as (select entity, coalesce(now.bits, 0) as is_in, coalesce(before.bits, 0) as was_in
                          from now full join before using (entity))
            select definition, entity, (is_in >> place) & 1 = 1
            from both_runs join places on (xor(is_in, was_in) >> place) & 1 = 1
            where is_in <> was_in"""
    )


def _counts(connection: duckdb.DuckDBPyConnection, members: dict[int, int]) -> dict[int, Counts]:
    rows = connection.execute(
        """select definition, count(*) filter (entered), count(*) filter (not entered)
           from changes_now group by definition"""
    ).fetchall()
    changes = {definition: (entered, exited) for definition, entered, exited in rows}
    return {each: Counts(*changes.get(each, (0, 0)), number) for each, number in members.items()}
