r"""The values of lines of one layout, cut out of them at their quotes: the quickest of all readings.

{"event": "A", "properties": {"n": 9.5}}
    cut         ['{', 'event', ': ', 'A', ', ', 'properties', ': {', 'n', ': 9.5}}']      string_split(line, '"')
    event       cut[4]
    properties  concat('{"n":', substring(cut[9], 3, strlen(cut[9]) - 4), '}')

Where a line holds no `\"`, is cut into as many pieces as the layout has, and has between its values what all lines of
the layout have there, each value stands in its piece.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from audcli.ingest.skeletons import KINDS, MARK, MARKS, VALUES
from audcli.sql_text import sql_text

_VALUES = re.compile(VALUES)
_PLACE = re.compile(f"{MARKS[0]}([0-9]+){MARKS[1]}")
_WRITTEN_PLACE = re.compile(r'"\\u0001([0-9]+)\\u0002"')
_WILD = re.compile("[%_]")


Sql = tuple[str | int, ...]
"""SQL over the pieces of a line, in parts: its text, and between that the number of each piece, from 1.

So it can be told what the SQL of several layouts has in common. Piece 0 is none, and NULL.
"""

ABSENT: Sql = (0,)
"""The SQL of a text that lines do not have."""


class Cut(NamedTuple):
    """How lines of a layout are cut.

    `guess` is the pattern (of LIKE) of all such lines and few others. For others, the number of `pieces` is another, or
    one of `proof` and `numbers` does not hold; all but the last are the same for layouts that differ in nothing but
    kinds of number. `texts` has the text of each value that stands in a field of the call, or in one of an object in
    such a field, by its path. `objects` has the JSON of each object in a field: of the context with whole numbers as
    such, of others as they are stored (see stored_numbers.py).
    """

    guess: str
    pieces: int
    proof: Sql
    numbers: Sql
    texts: Mapping[tuple[str] | tuple[str, str], Sql]
    objects: Mapping[str, Sql]


class _Value(NamedTuple):
    """Where a value stands: its kind, the number of its piece, and what is before and behind it there."""

    kind: str
    piece: int
    before: str
    behind: str


def cut_of(skeleton: str, line: str) -> Cut:
    """Tell how to cut the lines of a usual skeleton that have their blanks where `line`, one of them, has its own."""
    kinds = MARK.findall(skeleton)
    blanks = [" " if found[0].startswith('": ') else "" for found in _VALUES.finditer(line)]
    numbers = iter(range(len(kinds)))
    places = MARK.sub(lambda _: f"{MARKS[0]}{next(numbers)}{MARKS[1]}", skeleton)
    form = _PLACE.sub(lambda place: blanks[int(place[1])] + _quoted(place[0], kinds[int(place[1])]), places)
    pieces = form.split('"')
    values = dict(_values(pieces, kinds))
    record: dict[str, Any] = json.loads(_PLACE.sub(lambda place: _quoted(place[0], '"'), places), strict=False)
    objects = {name: value for name, value in record.items() if type(value) is dict}
    texts: dict[tuple[str] | tuple[str, str], Sql] = {(name,): text for name, text in _texts(record, values)}
    texts |= {(field, name): text for field, value in objects.items() for name, text in _texts(value, values)}
    return Cut(
        guess=_WILD.sub("%", _PLACE.sub("%", form)),
        pieces=len(pieces),
        proof=_proof(pieces),
        numbers=_numbers(values.values()),
        texts=texts,
        objects={name: _json(value, values, in_context=name == "context") for name, value in objects.items()},
    )


def _quoted(text: str, kind: str) -> str:
    return f'"{text}"' if kind == '"' else text


def _values(pieces: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[int, _Value]]:
    for number, piece in enumerate(pieces, 1):
        if found := _PLACE.search(piece):
            place = int(found[1])
            yield place, _Value(kinds[place], number, piece[: found.start()], piece[found.end() :])


def _proof(pieces: Sequence[str]) -> Sql:
    """A line of as many quotes as the guess has is like it piece by piece; what is wild there is compared here."""
    wild = {number: piece for number, piece in enumerate(pieces, 1) if _WILD.search(piece)}
    return _all((number, f" = {sql_text(piece)}") for number, piece in wild.items())


def _numbers(values: Iterable[_Value]) -> Sql:
    forms = {
        value.piece: re.escape(value.before) + KINDS[value.kind] + re.escape(value.behind)
        for value in values
        if value.kind != '"'
    }
    return _all(("regexp_full_match(", piece, f", {sql_text(form)})") for piece, form in forms.items())


def _all(conditions: Iterable[Sql]) -> Sql:
    """Join conditions by `and`; of none, `true`."""
    joined = chain.from_iterable((" and ", *condition) for condition in conditions)
    return tuple(joined)[1:] or ("true",)


def _texts(fields: Mapping[str, Any], values: Mapping[int, _Value]) -> Iterator[tuple[str, Sql]]:
    for name, value in fields.items():
        if type(value) is str:
            place = _PLACE.fullmatch(value)
            yield name, _text(values[int(place[1])]) if place else (sql_text(value),)


def _text(value: _Value) -> Sql:
    if value.kind == '"':
        return (value.piece,)
    around = len(value.before) + len(value.behind)
    return ("substring(", value.piece, f", {len(value.before) + 1}, strlen(", value.piece, f") - {around})")


def _json(given: Mapping[str, Any], values: Mapping[int, _Value], in_context: bool) -> Sql:
    texts = _WRITTEN_PLACE.split(json.dumps(given, ensure_ascii=False, separators=(",", ":")))
    sql: list[str | int] = ["concat("]
    before = texts[0]
    for place, behind in zip(texts[1::2], texts[2::2], strict=True):
        value = values[int(place)]
        opening, text, closing = _json_value(value, in_context)
        sql += [f"{sql_text(before + opening)}, ", *text, ", "]
        before = closing + behind
    return (*sql, f"{sql_text(before)})")


def _json_value(value: _Value, in_context: bool) -> tuple[str, Sql, str]:
    """Give the JSON of a value: what is the same in all lines before and behind, and the SQL of what is not."""
    match value.kind:
        case '"':
            return '"', _text(value), '"'
        case ".0" if in_context:
            return "", ("split_part(", *_text(value), ", '.', 1)"), ""
        case "" if not in_context:
            return "", _text(value), ".0"
        case _:
            return "", _text(value), ""
