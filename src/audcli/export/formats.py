"""The formats: each a header, and lines made of what the store has.

    unformatted     key,external_ids                          one line a member
    indexed         key,external_ids,email,email_1,phone      one line a member
    expanded        key,value,external_ids,email,phone        as many lines as the type with most ids has
    single-column   email                                     one line a value

DuckDB joins, hashes and sorts, spilling to disk; the lines are put together of batches of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from audcli.errors import UsageError
from audcli.export.expanded import expanded_lines
from audcli.export.lines import Layout, member_lines
from audcli.export.members import BATCH, ids_in_order, kept, read_ids, read_members, stage_members
from audcli.export.normalise import SingleColumn, Values, column_for, stage_values
from audcli.export.options import ExportOptions, Format
from audcli.export.progress import Progress
from audcli.export.quoting import cells
from audcli.export.results import Result
from audcli.export.traits import TraitColumn, trait_columns, value_column
from audcli.export.users import level_of_rows
from audcli.export.whole_members import whole_members
from audcli.export.widths import widths

_FORMATS: dict[str, tuple[Format, ...]] = {
    "an audience": ("unformatted", "indexed", "single-column"),
    "a trait": ("unformatted", "indexed", "expanded"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file yet to be written: the cells of its header, and its lines as texts with their ends.

    `header` is None where the file is to have none. `traits` are the columns of traits in it. `column` and `values`
    tell of a single column what it is of and what became of the values; None in other formats.
    """

    header: tuple[str, ...] | None
    lines: Iterable[pa.StringArray]
    traits: tuple[TraitColumn, ...] = ()
    column: SingleColumn | None = None
    values: Values | None = None


def lay_out(connection: DuckDBPyConnection, result: Result, options: ExportOptions, progress: Progress | None) -> Sheet:
    """Prepare a file in the format asked for; what is staged goes into temporary tables of the connection.

    Raises `UsageError` for a format or an id type that the result cannot be written in, and for unknown traits.
    """
    _refuse_format(result, options.format)
    if options.format == "single-column":
        return _single_column(connection, result, options, progress)
    own = [value_column(result.trait, options)] if result.trait is not None else []
    added = trait_columns(connection, result, options)
    stage_members(connection, result, options, [*own, *added])
    return _members(connection, result, options, own, added)


def _refuse_format(result: Result, format_: Format) -> None:
    kind = "an audience" if result.trait is None else "a trait"
    formats = _FORMATS[kind]
    if format_ not in formats:
        raise UsageError(
            f"`{result.key}` is {kind}, and there is no format `{format_}` for those",
            hint=f"the formats of {kind} are {', '.join(f'`{each}`' for each in formats)}",
        )


def _single_column(
    connection: DuckDBPyConnection, result: Result, options: ExportOptions, progress: Progress | None
) -> Sheet:
    column = column_for(level_of_rows(result, options), options)
    stage_members(connection, result, options, [])
    values = stage_values(connection, column, options, progress)
    rows = connection.sql("select distinct written from temp.export_values where written is not null order by written")
    lines = (
        pc.binary_join_element_wise(cells(batch.column(0)), options.line_end, "")
        for batch in rows.to_arrow_reader(BATCH)
    )
    header = column.header if options.header is None else options.header
    return Sheet(None if options.no_header else (header,), lines, column=column, values=values)


def _members(
    connection: DuckDBPyConnection,
    result: Result,
    options: ExportOptions,
    own: Sequence[TraitColumn],
    added: Sequence[TraitColumn],
) -> Sheet:
    values = [f"value_{number}" for number in range(len(own) + len(added))]
    account = [] if options.users is None else ["group_id"]
    types, ids = ids_in_order(connection, level_of_rows(result, options))
    width: dict[int, int] = {}
    if options.format != "unformatted":
        ids = kept(connection, ids)
        width = widths(read_ids(connection, f"select place, kind from ({ids})"))
    first_columns = [sum(width.get(below, 0) for below in range(kind)) for kind in range(len(types))]
    layout = Layout(
        types=types,
        line_end=options.line_end,
        values_before=[*account, *values[: len(own)]],
        values_after=values[len(own) :],
        first_columns=first_columns if options.format == "indexed" else None,
        columns=sum(width.values()),
    )
    members = whole_members(read_members(connection, [*account, *values]), read_ids(connection, ids))
    header = ["key", *("account" for _ in account), *(column.header for column in own), "external_ids"]
    match options.format:
        case "unformatted":
            lines = member_lines(members, layout)
        case "indexed":
            header += [_indexed(types[kind], number) for kind in sorted(width) for number in range(width[kind])]
            lines = member_lines(members, layout)
        case "expanded":
            header += [types[kind] for kind in sorted(width)]
            lines = expanded_lines(members, layout, sorted(width))
        case "single-column":
            raise AssertionError("a single column is not of members")
        case _:
            assert_never(options.format)
    header += _unlike(header, [column.header for column in added])
    return Sheet(tuple(header), lines, (*own, *added))


def _indexed(type_: str, number: int) -> str:
    return f"{type_}_{number}" if number else type_


def _unlike(header: Sequence[str], names: Sequence[str]) -> list[str]:
    """Name columns of traits unlike those that the file has already: a trait `email` becomes `trait.email`."""
    return [f"trait.{name}" if name in header else name for name in names]
