"""Columns of Arrow as JSON values; null and NaN are None.

    timestamp[ns, Europe/Berlin]  "2026-01-31T10:00:00.000000Z"      date32         "2026-01-31"
    decimal128(8, 2)              19.9                               time64         "10:00:00.000000"
    list<T>                       a list                             struct, map    an object
    binary                        text, where it is UTF-8            uuid           its text

Digits beyond microseconds are cut. A decimal is the nearest double, or an integer where it is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_types = pa.types
_MICROSECONDS = pa.timestamp("us")


def is_readable(type_: pa.DataType) -> bool:
    """Tell whether there is a form in JSON for values of a type."""
    if isinstance(type_, pa.BaseExtensionType):
        return is_readable(type_.storage_type)
    if _types.is_dictionary(type_):
        return is_readable(type_.value_type)
    if _types.is_map(type_):
        return is_readable(type_.key_type) and is_readable(type_.item_type)
    if _types.is_struct(type_):
        return all(is_readable(field.type) for field in type_)
    if _is_list(type_):
        return is_readable(type_.value_type)
    return _types.is_null(type_) or any(holds(type_) for holds, _ in _FORMS)


def json_values(array: pa.Array) -> list[Any]:
    """Give every value of an array of a readable type as JSON.

    Raises `UnicodeDecodeError` for bytes that are no text.
    """
    type_ = array.type
    if isinstance(type_, pa.BaseExtensionType):
        return _texts(array) if isinstance(type_, pa.UuidType) else json_values(array.storage)
    if _types.is_dictionary(type_):
        return json_values(array.dictionary_decode())
    if _types.is_map(type_):
        return _maps(array)
    if _types.is_struct(type_):
        return _structs(array)
    if _is_list(type_):
        lengths = pc.list_value_length(array).to_pylist()
        elements = iter(json_values(array.flatten()))
        return [None if length is None else list(islice(elements, length)) for length in lengths]
    for holds, form in _FORMS:
        if holds(type_):
            return form(array)
    return [None] * len(array)


def _is_list(type_: pa.DataType) -> bool:
    return bool(_types.is_list(type_) or _types.is_large_list(type_) or _types.is_fixed_size_list(type_))


def _plain(array: pa.Array) -> list[Any]:
    return list(array.to_pylist())


def _numbers(array: pa.Array) -> list[Any]:
    return _plain(pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array))


def _half_numbers(array: pa.Array) -> list[Any]:
    return _numbers(array.cast(pa.float32()))


def _decimals(array: pa.Array) -> list[Any]:
    return [None if value is None else _number(value) for value in array.to_pylist()]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _decoded(array: pa.Array) -> list[Any]:
    return [None if value is None else value.decode() for value in array.to_pylist()]


def _texts(array: pa.Array) -> list[Any]:
    return [None if value is None else str(value) for value in array.to_pylist()]


def _instants(array: pa.Array) -> list[Any]:
    moments = array.cast(pa.timestamp(array.type.unit))
    if array.type.unit == "ns":
        moments = pc.floor_temporal(moments, unit="microsecond")
    return _plain(pc.strftime(moments.cast(_MICROSECONDS), format="%Y-%m-%dT%H:%M:%SZ"))


def _dates(array: pa.Array) -> list[Any]:
    return _plain(array.cast(pa.date32()).cast(pa.string()))


def _times(array: pa.Array) -> list[Any]:
    return _plain(array.cast(pa.time64("us"), safe=False).cast(pa.string()))


def _structs(array: pa.StructArray) -> list[Any]:
    """Give an object for each struct; a field that is null is absent."""
    names = [field.name for field in array.type]
    columns = [json_values(column) for column in array.flatten()]
    present = array.is_valid().to_pylist()
    rows = zip(*columns, strict=True) if columns else [()] * len(array)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None} if there else None
        for there, row in zip(present, rows, strict=True)
    ]


def _maps(array: pa.MapArray) -> list[Any]:
    """Give an object for each map; keys that are no text are written as JSON would write them."""
    starts = array.offsets.to_pylist()
    keys = [key if isinstance(key, str) else str(key) for key in json_values(array.keys)]
    items = json_values(array.items)
    return [
        dict(zip(keys[start:end], items[start:end], strict=True)) if there else None
        for there, start, end in zip(array.is_valid().to_pylist(), starts, starts[1:], strict=False)
    ]


_FORMS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], list[Any]]], ...] = (
    (lambda type_: _types.is_string(type_) or _types.is_large_string(type_) or _types.is_string_view(type_), _plain),
    (lambda type_: _types.is_integer(type_) or _types.is_boolean(type_), _plain),
    (_types.is_float16, _half_numbers),
    (_types.is_floating, _numbers),
    (_types.is_timestamp, _instants),
    (_types.is_date, _dates),
    (_types.is_time, _times),
    (_types.is_decimal, _decimals),
    (
        lambda type_: _types.is_binary(type_) or _types.is_large_binary(type_) or _types.is_fixed_size_binary(type_),
        _decoded,
    ),
)
