"""The formats: each a header, and one query whose pieces of text, one after the other, make the body.

    use_4k…,"{""email"":[""a@x.com""      the pieces of a member with two ids,
    ,""b@x.com""]}"⏎                      in `unformatted`

A piece is what one id adds to the file, so no row is ever put together in memory: a profile with a million
ids costs what a million profiles with one id do, and the sort that brings the pieces in order can spill to
disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from duckdb import DuckDBPyConnection

from audcli.export.members import Result, members_and_ids
from audcli.export.normalise import STAGED_VALUES, Values, rule_for, stage_values
from audcli.export.options import ExportOptions
from audcli.export.quoting import csv_cell, json_text_in_csv


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file yet to be written: the cells of its header, and the query of its pieces, one column of text.

    `values` tells what became of the values of a single column, where every piece is a row; None in other
    formats.
    """

    header: tuple[str, ...]
    pieces: str
    values: Values | None = None


def lay_out(connection: DuckDBPyConnection, result: Result, options: ExportOptions) -> Sheet:
    """Prepare a file in the format asked for; what is staged goes into temporary tables of the connection.

    Raises `UsageError` for an id type that entities of the audience's level never have.
    """
    match options.format:
        case "unformatted":
            return _unformatted(result, options)
        case "indexed":
            return _indexed(connection, result, options)
        case "single-column":
            return _single_column(connection, result, options)
        case _:
            assert_never(options.format)


def drop_staged(connection: DuckDBPyConnection) -> None:
    """Drop the temporary tables that `lay_out` makes."""
    for table in ("export_columns", *STAGED_VALUES):
        connection.execute(f"drop table if exists temp.{table}")


_KEY_AND_IDS = ("key", "external_ids")


def _unformatted(result: Result, options: ExportOptions) -> Sheet:
    pieces = f"""{members_and_ids(result)},
        placed as (
            select key, type, value,
                row_number() over by_type as place,
                lag(type) over by_type as type_before,
                lead(type) over by_type as type_after
            from members left join ids using (entity)
            window by_type as (partition by entity order by type, first_seen, value))
        select {_key_and_ids_piece()} || case when type_after is null then '{options.line_end}' else '' end
        from placed order by key, place"""
    return Sheet(_KEY_AND_IDS, pieces)


def _key_and_ids_piece() -> str:
    """Give the SQL of what an id adds to `key,external_ids`; of a member without ids the type is null."""
    key, type_name = csv_cell("key"), json_text_in_csv("type")
    return f"""case
        when type is null then {key} || ',{{}}'
        else case
                when place = 1 then {key} || ',"{{' || {type_name} || ':['
                when type_before <> type then '],' || {type_name} || ':['
                else ',' end
            || {json_text_in_csv("value")}
            || case when type_after is null then ']}}"' else '' end
        end"""


def _indexed(connection: DuckDBPyConnection, result: Result, options: ExportOptions) -> Sheet:
    columns = _stage_columns(connection, result)
    pieces = f"""{members_and_ids(result)},
        placed as (
            select key, type, value, first_column,
                row_number() over by_type as place,
                place - rank() over (partition by entity order by type) + 1 as place_in_type,
                lag(type) over by_type as type_before,
                lead(type) over by_type as type_after,
                lead(first_column) over by_type as first_column_after
            from members left join ids using (entity) left join temp.export_columns using (type)
            window by_type as (partition by entity order by type, first_seen, value))
        select case part
            when 'ids' then {_key_and_ids_piece()}
            else {_columns_piece(len(columns), options.line_end)} end
        from placed cross join (values ('ids'), ('indexed')) as parts (part)
        order by key, part, place"""
    return Sheet((*_KEY_AND_IDS, *columns), pieces)


def _stage_columns(connection: DuckDBPyConnection, result: Result) -> list[str]:
    """Note for each id type the first of its columns, counted from 0, and give the names of all columns."""
    connection.execute(f"""create or replace temp table export_columns as
        {members_and_ids(result)},
        counts as (select entity, type, count(*) as ids from ids group by entity, type),
        widths as (select type, max(ids) as width from counts group by type)
        select type, width, cast(sum(width) over (order by type) - width as bigint) as first_column
        from widths""")
    widths = connection.execute("select type, width from temp.export_columns order by type").fetchall()
    return [f"{type_}_{index}" if index else type_ for type_, width in widths for index in range(width)]


def _columns_piece(columns: int, line_end: str) -> str:
    """Give the SQL of what an id adds to the indexed columns: its cell, and the blank ones up to the next."""
    return f"""case
        when type is null then repeat(',', {columns}) || '{line_end}'
        else case when place = 1 then repeat(',', first_column) else '' end
            || ',' || {csv_cell("value")}
            || case
                when type_after is null
                    then repeat(',', {columns} - first_column - place_in_type) || '{line_end}'
                when type_after <> type
                    then repeat(',', first_column_after - first_column - place_in_type)
                else '' end
        end"""


def _single_column(connection: DuckDBPyConnection, result: Result, options: ExportOptions) -> Sheet:
    rule = rule_for(result.level, options)
    values = stage_values(connection, result, rule, region=options.default_region, upper=options.upper)
    pieces = f"""select {csv_cell("written")} || '{options.line_end}'
        from (select distinct written from temp.export_values where written is not null)
        order by written"""
    return Sheet((rule.header,), pieces, values)
