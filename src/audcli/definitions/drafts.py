"""Reads one document of a file as a definition and checks all that it can know by itself.

{"audience": "vips", "where": {...}}   ->   Draft(kind="audience", key="vips", document=AudienceDocument(...))
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from audcli.definitions.checks import check_places
from audcli.definitions.documents import DOCUMENT_KINDS, AnyDocument, Level
from audcli.definitions.operators import Operators
from audcli.definitions.places import Place, places_of
from audcli.definitions.references import Dependency
from audcli.definitions.reporting import Prose, described, listed, nearest, report
from audcli.definitions.translation import called, translate
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.diagnostics import Diagnostic, Span, has_errors

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as far as it could be understood: `document` is there when it has no errors of its own.

    That of an SQL trait with errors is there too, once its query has been looked into.
    """

    source: SourceDocument
    kind: str | None
    key: str | None
    document: AnyDocument | None
    places: tuple[Place, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def level(self) -> Level:
        """Of whom the definition speaks."""
        return self.places[0].level if self.places else "users"

    @property
    def key_span(self) -> Span:
        """Where the definition says its key."""
        return self.source.span_of((self.kind,) if self.kind else ())

    def span_of(self, named: Dependency) -> Span:
        """Where a name stands; what tests expect is named by keys of a mapping, the rest by values."""
        if named.kind == "expected":
            return self.source.key_span_of(named.loc)
        return self.source.span_of(named.loc)


def read_draft(source: SourceDocument, now: datetime) -> Draft:
    """Read a document; `now` is the instant at which the ends of `between` are compared."""
    value = source.value
    kinds = [name for name in value if name in DOCUMENT_KINDS] if isinstance(value, dict) else []
    if len(kinds) != 1:
        key = _key_of(value, kinds[0]) if kinds else None
        problem = _kindless(source, kinds)
        return Draft(source, kinds[0] if kinds else None, key, None, (), (*source.problems, problem))
    kind = kinds[0]
    places = tuple(places_of(kind, value))
    document, misshapen = _shape(kind, source, places)
    unreadable = [*source.problems, *_empty_values(kind, source, places)]
    spoiled = {(each.span.line, each.span.column) for each in unreadable if each.severity == "error"}
    found = [
        each
        for each in (*misshapen, *check_places(places, source, now))
        if (each.span.line, each.span.column) not in spoiled
    ]
    problems = (*unreadable, *found)
    if has_errors(problems):
        document = None
    return Draft(source, kind, _key_of(value, kind), document, places, problems)


def _key_of(value: dict[str, Any], kind: str) -> str | None:
    key = value[kind]
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None


def _kindless(source: SourceDocument, kinds: list[str]) -> Diagnostic:
    value, names = source.value, listed(DOCUMENT_KINDS)
    if not isinstance(value, dict):
        return report("not-a-definition", source.span_of(()), found=described(value), kinds=names)
    if kinds:
        return report("two-kinds", source.key_span_of((kinds[1],)), kinds=listed(kinds, "and"))
    guesses = [guess for name in value if (guess := nearest(name, DOCUMENT_KINDS))]
    return report("no-kind", source.span_of(()), kinds=names, nearest=guesses[0] if guesses else Prose(""))


def _shape(kind: str, source: SourceDocument, places: tuple[Place, ...]) -> tuple[AnyDocument | None, list[Diagnostic]]:
    try:
        return DOCUMENT_KINDS[kind].model_validate(source.value, by_alias=True, by_name=False), []
    except ValidationError as invalid:
        by_loc = {place.loc: place for place in places}
        return None, list(translate(invalid.errors(include_url=False), source, by_loc))


def _empty_values(kind: str, source: SourceDocument, places: tuple[Place, ...]) -> Iterator[Diagnostic]:
    tests = {place.loc for place in places if place.model is None}
    operators = {place.loc for place in places if place.model is not None and issubclass(place.model, Operators)}
    for loc in _nulls(source.value, ()):
        if kind == "test" and _is_json(loc):
            continue
        absent = "`{exists: false}`" if loc[:-1] in tests else "`exists: false`" if loc[:-1] in operators else ""
        hint = f"to ask whether a value is absent: {absent}" if absent else ""
        yield report("no-value", source.key_span_of(loc), name=called(loc), hint=Prose(hint))


def _is_json(loc: Loc) -> bool:
    """Tell whether a place in a test lies in a call or an expected value, where `null` is a value like others."""
    return len(loc) > 2 and (loc[0] == "calls" or (loc[0] == "expect" and isinstance(loc[2], str)))


def _nulls(value: Any, loc: Loc) -> Iterator[Loc]:
    match value:
        case None:
            yield loc
        case dict():
            for name, each in value.items():
                yield from _nulls(each, (*loc, name))
        case list():
            for position, each in enumerate(value):
                yield from _nulls(each, (*loc, position))
