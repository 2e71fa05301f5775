"""Walks a definition as it was written and names every place that has a shape of its own.

    audience: a                        ->   Place((), AudienceDocument), Place(("where",), EventCondition),
    where: {event: X, times: {at_least: 2}}     Place(("where", "times"), Quantity)

The walk is over plain values, not over models, so that a definition with one mistake is still checked everywhere else.
What does not have the shape of a place is passed over: the models complain of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from audcli.definitions.conditions import CONDITION_MODELS, Sample, UserShare, heads_of
from audcli.definitions.documents import DOCUMENT_KINDS, Level
from audcli.definitions.events import FILTER_MODELS, Computation, Step, filter_kind
from audcli.definitions.operators import (
    Document,
    ListReference,
    Operators,
    Quantity,
    StepReference,
    TraitReference,
)
from audcli.definitions.yaml_nodes import Loc

Subject = Literal["event", "element"]


@dataclass(frozen=True, slots=True)
class Place:
    """One mapping of a definition, and what its surroundings say about it.

    `model` is the shape that it is to have, None for a mapping of paths to tests, whose paths begin at `subject`.
    `level` says of whom the place speaks. `steps` are the names of the sequence's earlier steps and whether each is
    performed; None where there is no sequence.
    """

    loc: Loc
    model: type[Document] | None
    value: dict[str, Any]
    level: Level = "users"
    subject: Subject = "event"
    steps: Mapping[str, bool] | None = None


def places_of(kind: str, value: dict[str, Any]) -> Iterator[Place]:
    """Give all places of a definition of a kind, from the outside in, in the order of reading."""
    level: Level = "accounts" if str(value.get("of")).startswith("account") else "users"
    top = Place((), DOCUMENT_KINDS[kind], value, level)
    yield top
    if kind == "audience":
        yield from _condition(top, "where")
    elif kind == "trait":
        yield from _filter(top, "where")


def _below(place: Place, name: str | int, model: type[Document] | None = None) -> Place | None:
    """Give the place under a name or position of a mapping or list, if it is a mapping."""
    value = place.value.get(name) if isinstance(name, str) else None
    if not isinstance(value, dict):
        return None
    return replace(place, loc=(*place.loc, name), model=model, value=value)


def _elements(place: Place, name: str) -> Iterator[Place]:
    """Give the mappings in a list that stands under a name."""
    values = place.value.get(name)
    if not isinstance(values, list):
        return
    for position, value in enumerate(values):
        if isinstance(value, dict):
            yield replace(place, loc=(*place.loc, name, position), model=None, value=value)


def _condition(parent: Place, name: str, level: Level | None = None) -> Iterator[Place]:
    place = _below(parent, name)
    if place is not None:
        yield from _condition_at(replace(place, level=level or place.level))


def _condition_at(place: Place) -> Iterator[Place]:
    heads = heads_of(place.value)
    if len(heads) != 1:
        return
    head = heads[0]
    place = replace(place, model=CONDITION_MODELS[head])
    yield place
    match head:
        case "all" | "any":
            for element in _elements(place, head):
                yield from _condition_at(element)
        case "not":
            yield from _condition(place, "not")
        case "event" | "page" | "screen":
            yield from _events(place)
        case "id":
            yield from _operands(place)
        case "trait":
            yield from _computation(place)
            yield from _operands(place)
        case "sample":
            yield from _leaf(place, "sample", Sample)
        case "accounts":
            yield from _condition(place, "where", "accounts")
        case "users":
            yield from _leaf(place, "users", UserShare)
            yield from _condition(place, "where", "users")
        case "sequence":
            yield from _steps(place)


def _leaf(parent: Place, name: str, model: type[Document]) -> Iterator[Place]:
    place = _below(parent, name, model)
    if place is not None:
        yield place


def _events(place: Place) -> Iterator[Place]:
    yield from _filter(place, "where")
    yield from _leaf(place, "times", Quantity)


def _computation(parent: Place) -> Iterator[Place]:
    place = _below(parent, "trait", Computation)
    if place is not None:
        yield place
        yield from _filter(place, "where")


def _steps(parent: Place) -> Iterator[Place]:
    earlier: dict[str, bool] = {}
    for element in _elements(parent, "sequence"):
        place = replace(element, model=Step, steps=dict(earlier))
        yield place
        yield from _events(place)
        name = place.value.get("as")
        if isinstance(name, str):
            earlier.setdefault(name, place.value.get("did", True) is not False)


def _filter(parent: Place, name: str) -> Iterator[Place]:
    place = _below(parent, name)
    if place is not None:
        yield from _filter_at(replace(place, subject="event"))


def _filter_at(place: Place) -> Iterator[Place]:
    kind = filter_kind(place.value).removeprefix(":")
    if kind == "tests":
        yield from _tests(place)
        return
    place = replace(place, model=FILTER_MODELS[kind])
    yield place
    if kind == "not":
        yield from _filter(place, "not")
    for element in _elements(place, kind):
        yield from _filter_at(element)


def _tests(place: Place) -> Iterator[Place]:
    yield place
    for path in place.value:
        operators = _below(place, path, Operators)
        if operators is not None:
            yield operators
            yield from _operands(operators)


def _operands(place: Place) -> Iterator[Place]:
    for name in place.value:
        match name:
            case "has":
                tests = _below(place, name)
                if tests is not None:
                    yield from _tests(replace(tests, subject="element"))
            case "size":
                yield from _leaf(place, name, Quantity)
            case "one_of" | "none_of" | "contains_any":
                yield from _leaf(place, name, ListReference)
            case "trait" | "id":
                pass
            case _:
                reference = _below(place, name)
                if reference is not None and name in Operators.model_fields:
                    model = StepReference if "step" in reference.value else TraitReference
                    yield replace(reference, model=model)
