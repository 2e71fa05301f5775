"""The rows of a query on their way out: ids as text, and two columns for the value of each trait.

user_id | open_tickets | tags          user_id | number_1 | json_1 | number_2 | json_2
1042    | 7            | ['b', 'a']    "1042"  | 7.0      |        |          | ["b","a"]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from audcli.external_ids import normal_id
from audcli.sql_traits.values import as_json, id_text, stored_columns

_BATCH = 50_000
_CARRIED = "results.carried"
_ORDERED = "results.ordered"


class NestedTooDeeply(Exception):
    """A value is nested too deeply to be read."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of the rows; of the traits in `written`, by their numbers, the JSON is yet to be put in order."""

    schema: pa.Schema
    ids: tuple[str, ...]
    written: tuple[int, ...]


def carry(
    connection: duckdb.DuckDBPyConnection, table: str, ids: Sequence[str], traits: Sequence[str]
) -> pa.RecordBatchReader:
    """Turn the rows of a table into what goes out; `ids` and `traits` are names of its columns.

    The table is gone afterwards. All that can fail has been done when this returns: reading the rows is no more work.
    Raises `duckdb.Error` and `NestedTooDeeply`.
    """
    relation = connection.sql(f"from {table}")
    types = dict(zip(relation.columns, relation.types, strict=True))
    selected = [f"{id_text(quoted(name), types[name])} as {quoted(name.lower())}" for name in ids]
    fields = [(name.lower(), pa.string()) for name in ids]
    written: list[int] = []
    for number, name in enumerate(traits, start=1):
        column = as_json(quoted(name), types[name])
        selected.append(f"{column.number}::double as number_{number}")
        selected.append(f"{column.json}::varchar as json_{number}")
        fields += [(f"number_{number}", pa.float64()), (f"json_{number}", pa.string())]
        if column.written:
            written.append(number)
    connection.execute(f"create or replace table {_CARRIED} as select {', '.join(selected)} from {table}")
    connection.execute(f"drop table {table}")
    _put_in_order(connection, _Form(pa.schema(fields), tuple(name.lower() for name in ids), tuple(written)))
    return connection.execute(f"from {_ORDERED}").to_arrow_reader(_BATCH)


def _put_in_order(connection: duckdb.DuckDBPyConnection, form: _Form) -> None:
    """Make the table of the rows as they go out, piece by piece, so that the engine sees to the memory."""
    connection.execute(f"create or replace table {_ORDERED} as from {_CARRIED} limit 0")
    pieces: pa.RecordBatchReader = connection.cursor().execute(f"from {_CARRIED}").to_arrow_reader(_BATCH)
    for piece in pieces:
        try:
            ordered = _in_order(piece, form)
        except RecursionError:
            raise NestedTooDeeply from None
        connection.register("rows_in_order", ordered)
        connection.execute(f"insert into {_ORDERED} from rows_in_order")
        connection.unregister("rows_in_order")
    connection.execute(f"drop table {_CARRIED}")


def quoted(name: str) -> str:
    """Name a column whatever its name is."""
    return '"' + name.replace('"', '""') + '"'


def _in_order(batch: pa.RecordBatch, form: _Form) -> pa.RecordBatch:
    columns = {name: batch.column(name) for name in form.schema.names}
    for name in form.ids:
        texts = columns[name].to_pylist()
        columns[name] = pa.array([None if text is None else normal_id(name, text) for text in texts], pa.string())
    for number in form.written:
        numbers, texts = stored_columns(columns[f"json_{number}"].to_pylist())
        columns[f"number_{number}"] = pa.array(numbers, pa.float64())
        columns[f"json_{number}"] = pa.array(texts, pa.string())
    fields = [columns[field.name].cast(field.type) for field in form.schema]
    return pa.record_batch(fields, schema=form.schema)
