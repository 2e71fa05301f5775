"""The skeleton of a line: what is left of a JSON text when its values are taken out. Lines of one skeleton are alike.

{"type": "track", "properties": {"n": 9.5}}  ->  {"type":<">, "properties": {"n":<.>}}      with MARKS for < and >

Outside of the marks such lines are the same, character by character, and at the marks they have JSON values of the
same kind. So what is found out about a skeleton once (that it is JSON, repeats no key, has these fields) holds for all
its lines. Only values of the plainest forms are taken out; whatever else a line holds stays in its skeleton.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from audcli.ingest.calls import TIME_FIELDS, CallRules, values_at
from audcli.ingest.unusable import Unusable
from audcli.ingest.values import Signature, canonical_object

MARKS = "\x01\x02"
"""The characters around what tells the kind of a value. No JSON text holds them; a line that does has no skeleton."""

_HEX = "[0-9a-fA-F]"
# No \u0000, and no halves of surrogate pairs.
_ESCAPE = (
    rf'\\["\\/bfnrt]|\\u(?:[1-9a-cA-CefEF]{_HEX}{{3}}|0{_HEX}{{2}}[1-9a-fA-F]|0(?:[1-9a-fA-F]{_HEX}|0[1-9a-fA-F])0)'
)
_STRING = rf'"(?:[^"\\\x00-\x1f]|{_ESCAPE})*"'
KNOWN_ESCAPES = rf"(?:[^\\]|{_ESCAPE})*"
"""Matches lines all of whose backslashes are those of strings that may be taken out."""
# Doubles of so few digits before the point, and with a digit from 1 to 8 (or a last 9) so soon after it, are not read
# as a whole number.
_DOUBLE = r"-?(?:0|[1-9][0-9]{0,7})\.[0-9]{0,6}(?:[1-8][0-9]*|90*)"
_WHOLE_DOUBLE = r"(?:-?[1-9][0-9]{0,7}|0)\.0+"
_INTEGER = r"(?:-?[1-9][0-9]{0,14}|0)"
KINDS = {'"': _STRING, ".": _DOUBLE, ".0": _WHOLE_DOUBLE, "": _INTEGER, "e": "(?:true|false)"}
"""What stands between the marks, for each kind of value: a character of each value of that kind."""

VALUES = "".join(
    (
        '": ?(?:',
        _STRING.replace('"', '(")', 1),
        "|" + _DOUBLE.replace(r"\.", r"(\.)"),
        "|" + _WHOLE_DOUBLE.replace(r"\.0", r"(\.0)0*").removesuffix("+"),
        "|" + _INTEGER,
        "|(?:tru|fals)(e))",
    )
)
"""Matches the end of a key and its value (RE2)."""
TAKEN_OUT = '":' + MARKS[0] + r"\1\2\3\4" + MARKS[1]
"""What stands in its place."""

PLAIN_ID = "(?:[!-~](?:[ -~]*[!-~])?)?"
"""Matches ids that trimming leaves as they are, and whose lower case is no matter of language."""
PLAIN_TIME = (
    "(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|\+00:00)?"
)
"""Matches times that the engine reads as `times.read_instant` does, or not at all (the 30th of February)."""

MARK = re.compile(f"{MARKS[0]}(.*?){MARKS[1]}")
_NO_END_OF_A_NAME = ("\\", ":", ",", "{", "[")
"""See stored_numbers.py."""
_TOKENS = {'"': '"s"', "": "1", ".": "0.5", ".0": "1.0", "e": "true"}
NESTED_IDS = {"email": ("traits", "email"), "phone": ("traits", "phone"), "group": ("context", "groupId")}
"""The ids that stand in an object of a call: in which, and below which name."""
_OBJECTS = ("properties", "traits", "context")
_TEXTS = ("type", "event", "name", "previousId")
_IDS = ("userId", "anonymousId", "groupId", "messageId")


class Layout(NamedTuple):
    """What all lines of a skeleton have in common.

    For each of `properties`, `traits` and `context`: its signature and a sample (of the one line at hand).
    `whole_doubles` tells how many whole numbers of the context are written as doubles, `nested_ids` which of
    `NESTED_IDS` there are.
    """

    signatures: dict[str, Signature | None]
    samples: dict[str, dict[str, Any]]
    whole_doubles: int
    nested_ids: frozenset[str]


def layout_of(skeleton: str, line: str, rules: CallRules) -> Layout | None:
    """Tell what the lines of this skeleton are like, of which `line` is one; None when they are not the usual ones."""
    if "\\" in skeleton:
        return None
    try:
        _CHECKER.decode(MARK.sub('"s"', skeleton))
        record = json.loads(MARK.sub(lambda mark: _TOKENS[mark[1]], skeleton))
        if type(record) is not dict or not _is_usual(record, rules):
            return None
        return _layout(record, json.loads(line))
    except (ValueError, KeyError, RecursionError, Unusable):
        return None


def _layout(record: dict[str, Any], sample: dict[str, Any]) -> Layout:
    signatures: dict[str, Signature | None] = {}
    samples = {}
    for field in _OBJECTS:
        is_absent = record.get(field) is None
        samples[field] = {} if is_absent else sample[field]
        signature = canonical_object(samples[field], 2)
        signatures[field] = None if is_absent and field == "context" else signature
    nested_ids = [id_ for id_, (field, name) in NESTED_IDS.items() if _is_id((record.get(field) or {}).get(name))]
    return Layout(signatures, samples, sum(_whole_doubles(record.get("context"))), frozenset(nested_ids))


def _is_usual(record: dict[str, Any], rules: CallRules) -> bool:
    context = record.get("context")
    return (
        "batch" not in record
        and type(record.get("type")) is str
        and all(_is_text_or_absent(record.get(field)) for field in _TEXTS)
        and all(record.get(field) is None or _is_id(record[field]) for field in (*_IDS, *TIME_FIELDS))
        and record.get("messageId") is not None
        and all(record.get(field) is None or type(record[field]) is dict for field in _OBJECTS)
        and (not context or not _has_more_ids(context))
        and not _has_odd_ids(record.get("traits") or {}, ("email", "phone"))
        and not _has_odd_ids(context or {}, ("groupId",))
        and not any(True for _, path in rules.external_ids for _ in values_at(record, path))
    )


def _is_text_or_absent(value: Any) -> bool:
    return value is None or type(value) is str


def _is_id(value: Any) -> bool:
    return type(value) is str or type(value) is int


def _has_odd_ids(fields: dict[str, Any], names: tuple[str, ...]) -> bool:
    """Tell whether numbers with a point stand where ids may: they are to be written in their shortest form."""
    return any(type(fields.get(name)) is float for name in names)


def _has_more_ids(context: dict[str, Any]) -> bool:
    device = context.get("device")
    return "externalIds" in context or (type(device) is dict and "advertisingId" in device)


def _whole_doubles(value: Any) -> Iterator[int]:
    if type(value) is dict:
        for item in value.values():
            yield from _whole_doubles(item)
    elif type(value) is list:
        for item in value:
            yield from _whole_doubles(item)
    elif type(value) is float and value == 1:
        yield 1


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a repeated key")
    if any(name.endswith(_NO_END_OF_A_NAME) for name in value):
        raise ValueError("a key after which numbers are not kept as doubles")
    return value


def _refuse_number(text: str) -> None:
    """Refuse numbers that were not taken out: they, and what follows one, are not of plain forms."""
    raise ValueError(f"the number {text} is left in the skeleton")


_CHECKER = json.JSONDecoder(
    object_pairs_hook=_without_repeats,
    parse_int=_refuse_number,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)
