"""Paths that lead nowhere: malformed ones, and fields that calls and traits do not have (SPEC section 6).

where: {$time: {after: 2026-01-01}}   ->   error[unknown-call-field]: a call has no field `$time`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audcli.definitions.conditions import TraitCondition
from audcli.definitions.events import Computation
from audcli.definitions.operators import StepReference, TraitReference
from audcli.definitions.paths import is_field, split_path
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, listed, nearest, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic, Span

CALL_FIELDS = (
    "$timestamp", "$event", "$type", "$message_id", "$user_id", "$anonymous_id", "$group_id", "$received_at",
)  # fmt: skip
TRAIT_FIELDS = ("$first_seen", "$last_seen")


def check_paths(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check every path that stands at a place."""
    if place.model is None:
        for path in place.value:
            span = source.key_span_of((*place.loc, path))
            yield from _event_path(path, span) if place.subject == "event" else _element_path(path, span)
    elif place.model in (TraitCondition, TraitReference):
        yield from _under("trait", place, source)
    elif place.model is StepReference:
        yield from _under("property", place, source)
    elif issubclass(place.model, Computation):
        yield from _under("property", place, source)
        yield from _under("user_trait", place, source)


def _under(field: str, place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    path: Any = place.value.get(field)
    if isinstance(path, str):
        span = source.span_of((*place.loc, field))
        yield from _event_path(path, span) if field == "property" else _trait_path(path, span)


def _event_path(path: str, span: Span) -> Iterator[Diagnostic]:
    yield from _malformed(path, span)
    if is_field(path) and path not in CALL_FIELDS and not path.startswith("$context."):
        known = (*CALL_FIELDS, "$context.PATH")
        yield report("unknown-call-field", span, path=path, known=listed(known, "and"), hint=_field_hint(path, known))


def _trait_path(path: str, span: Span) -> Iterator[Diagnostic]:
    yield from _malformed(path, span)
    if is_field(path) and path not in TRAIT_FIELDS:
        hint = _field_hint(path, TRAIT_FIELDS)
        yield report("unknown-trait-field", span, path=path, known=listed(TRAIT_FIELDS), hint=hint)


def _element_path(path: str, span: Span) -> Iterator[Diagnostic]:
    yield from _malformed(path, span)
    if is_field(path):
        yield report("field-of-element", span, path=path, hint=_escaped(path))


def _malformed(path: str, span: Span) -> Iterator[Diagnostic]:
    try:
        split_path(path)
    except ValueError:
        backslashes = len(path) - len(path.rstrip("\\"))
        if not path:
            reason = "it is empty"
        elif backslashes % 2:
            reason = "it ends in a lone backslash"
        else:
            reason = "it has an empty name"
        yield report("bad-path", span, path=path, reason=Prose(reason))


def _field_hint(path: str, known: tuple[str, ...]) -> Prose:
    return nearest(path, known) or _escaped(path)


def _escaped(path: str) -> Prose:
    return Prose(f"a property of that name is written {listed([chr(92) + path])};")
