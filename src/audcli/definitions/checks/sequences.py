"""Sequences whose steps do not fit one after the other (SPEC section 10).

sequence: [{event: A, did: false}]   ->   error[first-step-negated]: the first step ... must be performed
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audcli.definitions.checks.windows import windows_in
from audcli.definitions.conditions import SequenceCondition
from audcli.definitions.events import Computation, Step
from audcli.definitions.operators import StepReference
from audcli.definitions.owners import owner
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, listed, nearest, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_SOURCES = ("event", "page", "screen")


def check_sequence(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check a sequence as a whole, each of its steps, and references to steps."""
    if place.model is SequenceCondition:
        yield from _steps(place, source)
    elif place.model is StepReference:
        yield from _reference(place, source)
    if place.model is not None and issubclass(place.model, Step | Computation):
        yield from _one_source(place, source)
    if place.model is Step:
        yield from _later_step(place, source)
        yield from _elapsed(place, source)


def _steps(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    steps = place.value["sequence"]
    if not isinstance(steps, list):
        return
    names: dict[str, int] = {}
    for position, step in enumerate(steps):
        if not isinstance(step, dict):
            continue
        loc = (*place.loc, "sequence", position)
        if position == 0 and _negated(step):
            yield report("first-step-negated", source.key_span_of((*loc, "did")))
        if "times" in step and (reason := _times_unused(step, position, len(steps))):
            yield report("times-unused", source.key_span_of((*loc, "times")), reason=Prose(reason))
        name = step.get("as")
        if isinstance(name, str):
            span = source.span_of((*loc, "as"))
            if name in names:
                yield report("repeated-step", span, name=name, line=names[name])
            names.setdefault(name, span.line)


def _times_unused(step: dict[str, Any], position: int, steps: int) -> str:
    """Say why a step's events are not counted; empty where they are."""
    if _negated(step):
        return "this step must not happen"
    if position < steps - 1:
        return "this is not the last step"
    return "the only step follows no other: count its events without a sequence" if position == 0 else ""


def _later_step(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    if place.loc[-1] == 0:
        return
    for window in windows_in(place):
        if window != "within":
            yield report("step-window", source.key_span_of((*place.loc, window)), window=window)


def _elapsed(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    step = place.value
    if step.get("elapsed") is not True or (_negated(step) and "within" in step):
        return
    hint = "add `within`" if _negated(step) else "add `did: false`" if "within" in step else ""
    yield report("elapsed-unused", source.key_span_of((*place.loc, "elapsed")), hint=Prose(hint))


def _one_source(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    given = [name for name in place.value if name in _SOURCES]
    if not given:
        yield report("no-event", source.span_of(place.loc), owner=owner(place))
    elif len(given) > 1:
        span = source.key_span_of((*place.loc, given[1]))
        yield report("two-events", span, owner=owner(place), found=listed(given, "and"))


def _reference(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    name: Any = place.value.get("step")
    if not isinstance(name, str):
        return
    span = source.span_of((*place.loc, "step"))
    if place.steps is None:
        yield report("step-outside-sequence", span)
    elif name not in place.steps:
        known = f"earlier steps: {listed(place.steps, 'and')}" if place.steps else "no earlier step has a name"
        yield report("unknown-step", span, name=name, known=Prose(known), nearest=nearest(name, place.steps))
    elif not place.steps[name]:
        yield report("negated-step", span, name=name)


def _negated(step: dict[str, Any]) -> bool:
    return step.get("did", True) is False
