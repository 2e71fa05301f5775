"""Says in words of our own what pydantic found: one message for each mistake, at the place where it was made.

{"type": "extra_forbidden", "loc": ("where", ":event", "wher")}   ->   error[unknown-field] at `wher`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from audcli.definitions.conditions import CONDITION_HEADS, heads_of
from audcli.definitions.events import FILTER_MODELS
from audcli.definitions.literals import UNION_MARK
from audcli.definitions.messages import MESSAGES
from audcli.definitions.operators import OPERATORS, ListReference, Operators, TraitReference
from audcli.definitions.owners import fields_of, owner
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, described, listed, nearest, report
from audcli.definitions.suggestions import (
    date_like,
    duration_like,
    head_like,
    key_like,
    number_like,
    operator_like,
    value_like,
)
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.diagnostics import Diagnostic

_WANTED = {
    "string_type": "a text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "list_type": "a list",
}
_SUGGESTIONS = {"bad-duration": duration_like, "not-a-date": date_like, "not-a-number": number_like}


def translate(
    errors: Iterable[ErrorDetails], source: SourceDocument, places: Mapping[Loc, Place]
) -> Iterator[Diagnostic]:
    """Give a diagnostic for each of pydantic's errors; several that one mistake makes give one."""
    for error in errors:
        loc = as_written(error["loc"], source.value)
        match error["type"]:
            case "missing":
                yield from _missing(loc, source, places)
            case "extra_forbidden":
                yield from _unknown(loc, source, places)
            case _ if error["input"] is None:
                continue
            case "union_tag_not_found":
                yield _headless(loc, error["input"], source)
            case _:
                yield unfit(error, loc, source)


def called(loc: Loc) -> Prose:
    """Name what stands at a location: "`within`", "each element of `one_of`"."""
    names = [step for step in loc if isinstance(step, str)]
    if not names:
        return Prose("a definition")
    name = listed([names[-1]])
    return name if isinstance(loc[-1], str) else Prose(f"each element of {name}")


def as_written(loc: Loc, value: Any) -> Loc:
    """Take out of pydantic's location what is not in the file: arms of unions and shorthands written out."""
    written: list[str | int] = []
    for step in loc:
        match value:
            case dict() if step in value:
                value = value[step]
            case dict() if not str(step).startswith(UNION_MARK) and step != "[key]":
                value = None
            case list() if isinstance(step, int):
                value = value[step]
            case _:
                continue
        written.append(step)
    return tuple(written)


def _missing(loc: Loc, source: SourceDocument, places: Mapping[Loc, Place]) -> Iterator[Diagnostic]:
    place = places.get(loc[:-1])
    if place is not None and place.model in (TraitReference, ListReference):
        code = "not-a-reference" if place.model is TraitReference else "not-a-list-reference"
        yield report(code, source.span_of(place.loc), name=called(place.loc))
    else:
        whose = owner(place) if place else called(loc[:-1])
        yield report("missing-field", source.span_of(loc[:-1]), name=loc[-1], owner=whose)


def _unknown(loc: Loc, source: SourceDocument, places: Mapping[Loc, Place]) -> Iterator[Diagnostic]:
    name, span, place = str(loc[-1]), source.key_span_of(loc), places.get(loc[:-1])
    if place is None or place.model is None:
        return
    if place.model in (TraitReference, ListReference) and not place.value.keys() & fields_of(place.model):
        return
    if issubclass(place.model, Operators):
        yield report(
            "unknown-operator",
            span,
            name=name,
            known=listed(OPERATORS, "and"),
            nearest=operator_like(name, OPERATORS),
        )
        return
    fields = fields_of(place.model)
    yield report(
        "unknown-field",
        span,
        owner=owner(place),
        name=name,
        known=listed(fields, "and"),
        hint=_field_hint(name, place, fields),
    )


def _field_hint(name: str, place: Place, fields: Iterable[str]) -> Prose:
    if name == "<<":
        return Prose("merge keys are not used, an alias stands for a whole value;")
    if name in OPERATORS and "where" in fields and "where" not in place.value:
        return Prose(f"tests of properties stand under `where`: `where: {{PROPERTY: {{{name}: ...}}}}`;")
    if place.model in FILTER_MODELS.values():
        return Prose("put tests of properties into the list;")
    return nearest(name, fields)


def _headless(loc: Loc, value: Any, source: SourceDocument) -> Diagnostic:
    if not isinstance(value, dict):
        hint = value_like("", "a mapping", value)
        facts = {"name": Prose("a condition"), "wanted": Prose("a mapping"), "found": described(value)}
        return report("wrong-type", source.span_of(loc), **facts, hint=hint)
    heads = sorted(heads_of(value), key=list(value).index)
    if heads:
        return report("two-heads", source.key_span_of((*loc, heads[1])), heads=listed(heads, "and"))
    guesses = [guess for name in value if (guess := head_like(name, CONDITION_HEADS))]
    return report(
        "no-head",
        source.span_of(loc),
        heads=listed(CONDITION_HEADS),
        nearest=guesses[0] if guesses else Prose(""),
    )


def unfit(error: ErrorDetails, loc: Loc, source: SourceDocument) -> Diagnostic:
    """Report a value that is not of the form that its field takes."""
    kind, value, span = error["type"], error["input"], source.span_of(loc)
    context = error.get("ctx", {})
    name = next((step for step in reversed(loc) if isinstance(step, str)), "")
    facts = {"name": called(loc), "found": described(value), "text": value}
    match kind:
        case "string_pattern_mismatch":
            return report("bad-key", span, name=value, suggestion=key_like(value))
        case "greater_than_equal":
            return report("out-of-range", span, **facts, limit=context["ge"])
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"]) or ["true"]
            guess = nearest(value, allowed) if isinstance(value, str) else Prose("")
            return report("not-one-of", span, **facts, allowed=listed(allowed), nearest=guess)
        case code if code in MESSAGES and code != "wrong-type":
            suggest = _SUGGESTIONS.get(code)
            return report(code, span, **{**facts, "name": listed([name])}, suggestion=suggest(value) if suggest else "")
    wanted = _WANTED.get(kind) or context.get("wanted", "a mapping")
    return report("wrong-type", span, **facts, wanted=Prose(wanted), hint=value_like(name, wanted, value))
