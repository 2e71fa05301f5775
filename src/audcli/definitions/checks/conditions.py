"""Heads where they have no meaning: a condition speaks of a user or of an account (SPEC section 9).

of: accounts                 ->   error[event-of-account]: `event` asks about one user ...
where: {event: Logged In}
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.conditions import (
    AccountsCondition,
    AnyCondition,
    EventCondition,
    IdCondition,
    SequenceCondition,
    TraitCondition,
    UsersCondition,
    UserShare,
    heads_of,
)
from audcli.definitions.operators import OPERATORS, Operators
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, listed, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_SUBJECTS = ("trait", "id", "ignore_case")
"""What may stand beside operators without being one."""


def check_condition(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check a condition's head against its level, and what its head demands of the fields beside it."""
    if place.model is AnyCondition:
        yield from _more_than_any(place, source)
    elif place.model is UserShare:
        yield from _share(place, source)
    elif place.model in (Operators, TraitCondition, IdCondition):
        yield from _no_operator(place, source)
    if place.level == "accounts":
        yield from _of_account(place, source)
    elif place.model is UsersCondition:
        yield report("users-of-user", source.key_span_of((*place.loc, "users")))


def _of_account(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    if place.model in (EventCondition, SequenceCondition):
        head = heads_of(place.value)[0]
        yield report("event-of-account", source.key_span_of((*place.loc, head)), head=head)
    elif place.model is AccountsCondition:
        yield report("accounts-of-account", source.key_span_of((*place.loc, "accounts")))
    elif place.model is IdCondition:
        name = place.value["id"]
        if isinstance(name, str) and name != "group_id":
            yield report("id-of-account", source.span_of((*place.loc, "id")), name=name)


def _more_than_any(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    wanted, conditions = place.value.get("at_least"), place.value["any"]
    if not isinstance(wanted, int) or not isinstance(conditions, list):
        return
    if wanted > len(conditions) > 0:
        span = source.span_of((*place.loc, "at_least"))
        yield report("more-than-any", span, wanted=wanted, count=len(conditions))


def _share(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    given = [name for name in ("at_least", "at_least_percent") if name in place.value]
    if len(given) == 2:
        yield report(
            "one-share",
            source.key_span_of((*place.loc, given[1])),
            reason=Prose("a second limit"),
            hint=Prose("join two conditions with `all`"),
        )
    elif not place.value:
        yield report("one-share", source.span_of(place.loc), reason=Prose("neither is here"), hint=Prose(""))


def _no_operator(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    if place.value.keys() - set(_SUBJECTS) or place.value.keys() & set(OPERATORS):
        return
    head = next((name for name in ("trait", "id") if name in place.value), None)
    name = place.value.get(head) if head else place.loc[-1]
    span = source.span_of((*place.loc, head) if head else place.loc)
    yield report("no-operator", span, name=listed([name]) if isinstance(name, str) else Prose("this trait"))
