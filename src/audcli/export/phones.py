"""Phone numbers in E.164, by the metadata of the world's numbering plans that `phonenumbers` carries.

(657) 777-0000    in the region US    ->    +16577770000
12345             anywhere            ->    none
"""

from __future__ import annotations

import phonenumbers
import pyarrow as pa
from duckdb import DuckDBPyConnection

from audcli.export.progress import Progress

_SLICE = 10_000
"""How many numbers are in Python's hands at a time."""


def stage_phones(
    connection: DuckDBPyConnection, texts: str, region: str | None, progress: Progress | None = None
) -> None:
    """Put what a query of distinct texts gives into `temp.export_phones`: `text`, and `e164` or null.

    `region` is where numbers without a country code are from; without a region they are no phone numbers.
    """
    connection.execute(f"create or replace temp table export_phone_texts as {texts}")
    connection.execute("create or replace temp table export_phones (text varchar, e164 varchar)")
    [(count,)] = connection.execute("select count(*) from temp.export_phone_texts").fetchall()
    for start in range(0, count, _SLICE):
        if progress is not None:
            progress("phone numbers read", start, count)
        rows = connection.execute(
            "select text from temp.export_phone_texts where rowid >= $1 and rowid < $2",
            [start, start + _SLICE],
        ).fetchall()
        texts_slice = [text for (text,) in rows]
        numbers = pa.array([e164(text, region) for text in texts_slice], pa.string())
        connection.register("export_phone_slice", pa.table({"text": texts_slice, "e164": numbers}))
        connection.execute("insert into temp.export_phones from export_phone_slice")
        connection.unregister("export_phone_slice")


def e164(text: str, region: str | None) -> str | None:
    """Write a phone number as `+`, country code and number; None for what is no valid number anywhere."""
    try:
        number = phonenumbers.parse(text, region and region.upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written
