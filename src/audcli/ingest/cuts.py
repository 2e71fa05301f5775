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
from itertools import groupby
from typing import Any, NamedTuple

from audcli.ingest.skeletons import KINDS, MARK, MARKS, VALUES
from audcli.sql_text import sql_text

_VALUES = re.compile(VALUES)
_PLACE = re.compile(f"{MARKS[0]}([0-9]+){MARKS[1]}")
_WRITTEN_PLACE = re.compile(r'"\\u0001([0-9]+)\\u0002"')
_WILD = re.compile("[%_]")


class Cut(NamedTuple):
    """How lines of a layout are cut: SQL over `line` and `cut`.

    `guess` holds for all such lines and few others, of which `proof` and `numbers` hold for none; the first two are the
    same for layouts that differ in nothing but kinds of number. `texts` has the text of each value that stands in a
    field of the call, or in one of an object in such a field, by its path. `objects` has the JSON of each object in a
    field: of the context with whole numbers as such, of others as they are stored (see stored_numbers.py).
    """

    guess: str
    proof: str
    numbers: str
    texts: Mapping[tuple[str] | tuple[str, str], str]
    objects: Mapping[str, str]


class _Value(NamedTuple):
    """Where a value stands: its kind, the number of its piece (from 1), and what is before and behind it there."""

    kind: str
    piece: int
    before: str
    behind: str


class _Part(NamedTuple):
    """A part of a text to put together: SQL, or characters that are the same in all lines."""

    is_sql: bool
    text: str


def cut_of(skeleton: str, line: str) -> Cut:
    """Tell how to cut the lines of a usual skeleton that have their blanks where `line`, one of them, has its own."""
    kinds = MARK.findall(skeleton)
    blanks = [" " if found[0].startswith('": ') else "" for found in _VALUES.finditer(line)]
    numbers = iter(range(len(kinds)))
    places = MARK.sub(lambda _: f"{MARKS[0]}{next(numbers)}{MARKS[1]}", skeleton)
    form = _PLACE.sub(lambda place: blanks[int(place[1])] + _quoted(place[0], kinds[int(place[1])]), places)
    values = dict(_values(form.split('"'), kinds))
    record: dict[str, Any] = json.loads(_PLACE.sub(lambda place: _quoted(place[0], '"'), places), strict=False)
    objects = {name: value for name, value in record.items() if type(value) is dict}
    texts: dict[tuple[str] | tuple[str, str], str] = {(name,): text for name, text in _texts(record, values)}
    texts |= {(field, name): text for field, value in objects.items() for name, text in _texts(value, values)}
    return Cut(
        guess=f"line like {sql_text(_WILD.sub('%', _PLACE.sub('%', form)))}",
        proof=_proof(form.split('"')),
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


def _proof(pieces: Sequence[str]) -> str:
    """A line of as many quotes as the guess has is like it piece by piece; what is wild there is compared here."""
    wild = {number: piece for number, piece in enumerate(pieces, 1) if _WILD.search(piece)}
    same = [f"cut[{number}] = {sql_text(piece)}" for number, piece in wild.items()]
    return " and ".join([f"len(cut) = {len(pieces)}", *same])


def _numbers(values: Iterable[_Value]) -> str:
    forms = {
        value.piece: re.escape(value.before) + KINDS[value.kind] + re.escape(value.behind)
        for value in values
        if value.kind != '"'
    }
    return " and ".join(f"regexp_full_match(cut[{piece}], {sql_text(form)})" for piece, form in forms.items()) or "true"


def _texts(fields: Mapping[str, Any], values: Mapping[int, _Value]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if type(value) is str:
            place = _PLACE.fullmatch(value)
            yield name, _text(values[int(place[1])]) if place else sql_text(value)


def _text(value: _Value) -> str:
    if value.kind == '"':
        return f"cut[{value.piece}]"
    around = len(value.before) + len(value.behind)
    return f"substring(cut[{value.piece}], {len(value.before) + 1}, strlen(cut[{value.piece}]) - {around})"


def _json(given: Mapping[str, Any], values: Mapping[int, _Value], in_context: bool) -> str:
    texts = _WRITTEN_PLACE.split(json.dumps(given, ensure_ascii=False, separators=(",", ":")))
    parts = [_Part(False, texts[0])]
    for place, behind in zip(texts[1::2], texts[2::2], strict=True):
        value = values[int(place)]
        match value.kind:
            case '"':
                parts += [_Part(False, '"'), _Part(True, _text(value)), _Part(False, '"')]
            case ".0" if in_context:
                parts.append(_Part(True, f"split_part({_text(value)}, '.', 1)"))
            case "" if not in_context:
                parts += [_Part(True, _text(value)), _Part(False, ".0")]
            case _:
                parts.append(_Part(True, _text(value)))
        parts.append(_Part(False, behind))
    return _concat(parts)


def _concat(parts: Iterable[_Part]) -> str:
    texts = []
    for is_sql, group in groupby(parts, lambda part: part.is_sql):
        following = [part.text for part in group]
        texts += following if is_sql else [sql_text("".join(following))]
    return f"concat({', '.join(texts)})"
