"""The tree of an audience's condition: every part with its truth, what was found, and what it was held against.

all                                                   true
  event: Product Added, in (2026-06-17, 2026-07-01]   true    2 of at least 1
  not                                                 true
    event: Order Completed, in (2026-06-17, …]        false   0 of at least 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from audcli.explain import leaf_words, measures, words
from audcli.explain.asked import Asked, Subject, entity_of
from audcli.explain.chains import sequence_node
from audcli.explain.model import SHOWN_EVENTS, Evidence, Node
from audcli.plan.model import (
    ALWAYS,
    All,
    AtLeast,
    ComputedTrait,
    Condition,
    CountIs,
    ExternalIds,
    InAudience,
    InSample,
    IsKnown,
    Not,
    RelatedAre,
    Sequence,
    Value,
    ValueIs,
)

_SHOWN_RELATED = 3


def node_of(asked: Asked, subject: Subject, condition: Condition) -> Node:
    """Explain a condition, which was asked, for one subject."""
    holds = asked.holds(subject, condition)
    match condition:
        case All():
            if condition == ALWAYS:
                return Node("everyone", "everyone", holds)
            return Node("all", "all of", holds, children=_nodes_of(asked, subject, condition.parts))
        case AtLeast(count, parts):
            text = "any of" if count == 1 else f"at least {count} of"
            children = _nodes_of(asked, subject, parts)
            passing = sum(child.holds for child in children)
            return Node("any", text, holds, f"{passing:,}", f"at least {count:,}", children=children)
        case Not(RelatedAre() as related) if words.is_any(related):
            return _related_node(asked, subject, related, holds, words.NONE)
        case Not(part):
            return Node("not", "not", holds, children=(node_of(asked, subject, part),))
        case CountIs():
            return _count_node(asked, subject, condition, holds)
        case ValueIs(value, tests):
            return _value_node(asked, subject, value, holds, leaf_words.of_tests(tests))
        case InAudience(key):
            below = node_of(asked, subject.within(entity_of(subject.table)), asked.plan.conditions[key])
            return Node("audience", f"audience: {key}", holds, children=(below,))
        case InSample():
            return Node("sample", words.of_sample(condition), holds)
        case IsKnown():
            return Node("known", f"known: has one of {', '.join(asked.plan.known_by)}", holds)
        case Sequence():
            return sequence_node(asked, subject, condition, holds)
        case RelatedAre():
            return _related_node(asked, subject, condition, holds, words.of_share(condition))
        case _:
            assert_never(condition)


def trait_node(asked: Asked, subject: Subject, name: str, value: Value) -> Node:
    """Explain the value that one subject has of a trait; the node holds where there is one."""
    text = f"trait: {name}"
    if isinstance(value, ComputedTrait):
        text = leaf_words.of_computation(value.computation)
    return _value_node(asked, subject, value, asked.value(subject, value) is not None, None, text)


def _value_node(
    asked: Asked, subject: Subject, value: Value, holds: bool, limit: str | None, text: str | None = None
) -> Node:
    kind = "id" if isinstance(value, ExternalIds) else "trait"
    counted: list[Evidence] = []
    left_out: list[Evidence] = []
    if isinstance(value, ComputedTrait):
        computation = value.computation
        counted, left_out = asked.events(subject, computation.events, include_anonymous=computation.include_anonymous)
    return Node(
        kind,
        text or f"{kind}: {_named(value)}",
        holds,
        asked.value(subject, value) or "absent",
        limit,
        events=tuple(counted[:SHOWN_EVENTS]),
        event_count=len(counted),
        notes=tuple(_left_out(left_out)),
    )


def _named(value: Value) -> str:
    """Name a value; of a computed trait that has a name, say also what it is made of."""
    name = leaf_words.of_value(value)
    if isinstance(value, ComputedTrait) and value.key is not None:
        return f"{name} ({leaf_words.of_computation(value.computation)})"
    return name


def _nodes_of(asked: Asked, subject: Subject, parts: tuple[Condition, ...]) -> tuple[Node, ...]:
    return tuple(node_of(asked, subject, part) for part in parts)


def _count_node(asked: Asked, subject: Subject, condition: CountIs, holds: bool) -> Node:
    counted, left_out = asked.events(subject, condition.counts)
    number = asked.count(subject, condition.counts)
    return Node(
        leaf_words.head_of(condition.counts[0].calls),
        leaf_words.of_counts(condition.counts),
        holds,
        f"{number:,}",
        measures.of_quantity(condition.minimum, condition.maximum),
        events=tuple(counted[:SHOWN_EVENTS]),
        event_count=number,
        notes=tuple(_left_out(left_out)),
    )


def _left_out(events: list[Evidence]) -> Iterator[str]:
    """Say how many events do not count for the account at hand, and why (SPEC section 9)."""
    others = [event.account for event in events if event.account is not None]
    if others:
        named = ", ".join(f"`{account}`" for account in sorted(set(others)))
        yield f"not counted: {len(others):,} of another account: {named}"
    if len(others) < len(events):
        yield f"not counted: {len(events) - len(others):,} of no account"


def _related_node(asked: Asked, subject: Subject, condition: RelatedAre, holds: bool, share: str) -> Node:
    """Explain a quantifier by those who decide it: the passing ones where enough of them pass, otherwise the others.

    It `holds` when as many pass as `share` says; for `none`, when the condition itself, which asks for one, does not.
    """
    related, enough = condition.related, asked.holds(subject, condition)
    everyone = asked.related(subject, related)
    passing = [(name, each) for name, each in everyone if asked.holds(each, related.condition)]
    failing = [(name, each) for name, each in everyone if not asked.holds(each, related.condition)]
    deciding = passing if enough else failing or passing
    kind = "user" if related.of == "users" else "account"
    children = [
        Node(
            kind,
            f"{kind}: {_name_of(asked, name, each)}",
            asked.holds(each, related.condition),
            children=(node_of(asked, each, related.condition),),
        )
        for name, each in deciding[:_SHOWN_RELATED]
    ]
    hidden = len(deciding) - len(children)
    return Node(
        related.of,
        related.of,
        holds,
        f"{len(passing):,} of {len(everyone):,} pass",
        share,
        notes=(f"{hidden:,} more {'pass' if enough else 'do not pass'}",) if hidden else (),
        children=tuple(children),
    )


def _name_of(asked: Asked, name: str, subject: Subject) -> str:
    if "profile" not in subject.table.keys:
        return name
    return f"{asked.name_of(subject.number('profile'))} ({name})"
