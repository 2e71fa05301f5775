"""The rows of a query on their way out: ids as text, and two columns for the value of each trait.

user_id | open_tickets | tags          user_id | number_1 | json_1 | number_2 | json_2
1042    | 7            | ['b', 'a']    "1042"  | 7.0      |        |          | ["b","a"]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import duckdb
import pyarrow as pa

from audcli.external_ids import normal_id
from audcli.sql_traits.values import as_json, id_text, stored_columns

_BATCH = 50_000
_CARRIED = "hidden.carried"


@dataclass(frozen=True, slots=True)
class Carried:
    """Rows that stand in the engine in the form in which they go out, save that some JSON is yet to be put in order."""

    reader: pa.RecordBatchReader
    schema: pa.Schema
    ids: tuple[str, ...]
    written: tuple[int, ...]

    def write(self, out: BinaryIO) -> None:
        """Write them as an Arrow stream."""
        with pa.ipc.new_stream(out, self.schema) as stream:
            for batch in self.reader:
                stream.write_batch(_in_order(batch, self))


def carry(connection: duckdb.DuckDBPyConnection, table: str, ids: Sequence[str], traits: Sequence[str]) -> Carried:
    """Turn the rows of a table into what goes out; `ids` and `traits` are names of its columns. Raises `duckdb.Error`.

    The table is gone afterwards.
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
    reader = connection.execute(f"from {_CARRIED}").to_arrow_reader(_BATCH)
    return Carried(reader, pa.schema(fields), tuple(name.lower() for name in ids), tuple(written))


def quoted(name: str) -> str:
    """Name a column whatever its name is."""
    return '"' + name.replace('"', '""') + '"'


def _in_order(batch: pa.RecordBatch, carried: Carried) -> pa.RecordBatch:
    columns = {name: batch.column(name) for name in carried.schema.names}
    for name in carried.ids:
        texts = columns[name].to_pylist()
        columns[name] = pa.array([None if text is None else normal_id(name, text) for text in texts], pa.string())
    for number in carried.written:
        numbers, texts = stored_columns(columns[f"json_{number}"].to_pylist())
        columns[f"number_{number}"] = pa.array(numbers, pa.float64())
        columns[f"json_{number}"] = pa.array(texts, pa.string())
    fields = [columns[field.name].cast(field.type) for field in carried.schema]
    return pa.record_batch(fields, schema=carried.schema)
