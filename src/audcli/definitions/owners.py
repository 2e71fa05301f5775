"""What the places of a definition are called in messages, and which fields they have."""

from __future__ import annotations

import inspect

from audcli.definitions.conditions import CONDITION_MODELS, Sample, UserShare, heads_of
from audcli.definitions.documents import DOCUMENT_KINDS
from audcli.definitions.events import FILTER_MODELS, Computation, Step
from audcli.definitions.operators import (
    Document,
    ListReference,
    Operators,
    Quantity,
    StepReference,
    TraitReference,
)
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose

KIND_NAMES = {
    "audience": "an audience",
    "trait": "a computed trait",
    "sql_trait": "an SQL trait",
    "list": "a list",
    "test": "a test",
}
_PART_NAMES: dict[type[Document], str] = {
    **{model: KIND_NAMES[kind] for kind, model in DOCUMENT_KINDS.items()},
    **{model: f"the filter `{kind}`" for kind, model in FILTER_MODELS.items()},
    Step: "a step",
    Computation: "a computed trait",
    Quantity: "a number of times or elements",
    Sample: "a sample",
    UserShare: "a share of users",
    Operators: "a test",
    TraitReference: "a reference to a trait",
    StepReference: "a reference to a step",
    ListReference: "a reference to a list",
}


def owner(place: Place) -> Prose:
    """Name the part of a definition that a place is: "an audience", "the condition `event`"."""
    if place.model is None:
        return Prose("a filter")
    if place.model in CONDITION_MODELS.values():
        return Prose(f"the condition `{heads_of(place.value)[0]}`")
    return Prose(_PART_NAMES[place.model])


def fields_of(model: type[Document]) -> list[str]:
    """List the fields of a model by the names that definitions use, its own before those that it shares."""
    names = dict.fromkeys(name for each in model.__mro__ for name in inspect.get_annotations(each))
    return [model.model_fields[name].alias or name for name in names if name in model.model_fields]
