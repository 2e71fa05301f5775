"""What a definition names: audiences, traits, lists, and what a test expects.

all: [{audience: vips}, {trait: plan, equals: pro}]   ->   Dependency("audience", "vips", ...), ("trait", "plan", ...)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from audcli.definitions.conditions import AccountsCondition, AudienceCondition, TraitCondition, UsersCondition
from audcli.definitions.documents import (
    AnyDocument,
    AudienceDocument,
    Level,
    ListDocument,
    SqlTraitDocument,
    TestDocument,
    TraitDocument,
)
from audcli.definitions.events import Computation
from audcli.definitions.operators import ListReference, TraitReference
from audcli.definitions.paths import is_field, split_path
from audcli.definitions.places import Place, places_of
from audcli.definitions.yaml_nodes import Loc

COMPUTED_TRAITS = "computed_traits"
"""The view in which queries find the values of all computed traits."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A name in a definition: what kind of thing it should be, its key, where it stands, and of whom it speaks.

    A `trait` need not have a definition: it can be a custom one. `expected` is what a test expects results of.
    """

    kind: Literal["audience", "trait", "list", "expected"]
    key: str
    loc: Loc
    level: Level = "users"


def dependencies(document: AnyDocument) -> tuple[Dependency, ...]:
    """Give everything that a definition names, in the order of reading, repeats included."""
    value = document.model_dump(by_alias=True, exclude_none=True)
    return tuple(named_in(places_of(kind_of(document), value)))


def asks_users_of_accounts(document: AnyDocument, levels: Mapping[str, Level]) -> bool:
    """Tell whether it matters to a definition which users belong to which accounts.

    That is so of conditions on users of accounts and on accounts of users, of names of audiences across (`levels` says
    by key of whom each audience is), and of what is computed of accounts, whose events are those of their users.
    """
    value = document.model_dump(by_alias=True, exclude_none=True)
    return any(where_users_of_accounts_matter(places_of(kind_of(document), value), levels))


def where_users_of_accounts_matter(places: Iterable[Place], levels: Mapping[str, Level]) -> Iterator[Place]:
    """Give the places of a sound definition that ask about users of accounts, as `asks_users_of_accounts` tells."""
    for place in places:
        if (
            place.model in (UsersCondition, AccountsCondition)
            or (place.model is AudienceCondition and levels.get(place.value["audience"], place.level) != place.level)
            or (place.level == "accounts" and place.model is not None and issubclass(place.model, Computation))
        ):
            yield place


def links_users(document: AnyDocument | None) -> bool:
    """Tell whether it is an SQL trait whose query links users to accounts in every run."""
    if not isinstance(document, SqlTraitDocument) or not document.enabled:
        return False
    return document.of == "accounts" and len(document.query.ids) > 1


def kind_of(document: AnyDocument) -> str:
    """Give the kind of a definition, which is also the name of the field that holds its key."""
    match document:
        case AudienceDocument():
            return "audience"
        case TraitDocument():
            return "trait"
        case SqlTraitDocument():
            return "sql_trait"
        case ListDocument():
            return "list"
        case TestDocument():
            return "test"


def named_in(places: Iterable[Place]) -> Iterator[Dependency]:
    """Give what the places of a definition name."""
    for place in places:
        if place.model is AudienceCondition:
            yield from _named(place, "audience", "audience")
        elif place.model is ListReference:
            yield from _named(place, "list", "list")
        elif place.model in (TraitCondition, TraitReference):
            yield from _trait(place, "trait")
        elif place.model is TestDocument:
            yield from _expected(place)
        elif place.model is not None and issubclass(place.model, Computation):
            yield from _trait(place, "user_trait", "users")


def _named(place: Place, field: str, kind: Literal["audience", "list"]) -> Iterator[Dependency]:
    key = place.value.get(field)
    if isinstance(key, str):
        yield Dependency(kind, key, (*place.loc, field), place.level)


def _trait(place: Place, field: str, level: Level | None = None) -> Iterator[Dependency]:
    path: Any = place.value.get(field)
    if not isinstance(path, str) or is_field(path):
        return
    try:
        name = split_path(path)[0]
    except ValueError:
        return
    yield Dependency("trait", name, (*place.loc, field), level or place.level)


def _expected(place: Place) -> Iterator[Dependency]:
    expected = place.value.get("expect")
    if isinstance(expected, dict):
        for key in expected:
            yield Dependency("expected", key, ("expect", key))
