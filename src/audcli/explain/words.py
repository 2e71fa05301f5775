"""Conditions of a plan in words, close to how they are written in definitions.

All((CountIs((Count(Calls("track", "Logged In"), …),), minimum=3, maximum=None), Not(InAudience("vips"))))
    ->  "event: Logged In, in (2026-06-01, 2026-07-01]: at least 3 and not (audience: vips)"
"""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from audcli.explain.leaf_words import in_window, of_counts, of_events, of_tests, of_value, quoted
from audcli.explain.measures import of_limit, of_percent, of_quantity
from audcli.plan.model import (
    All,
    AtLeast,
    Condition,
    CountIs,
    ExternalIds,
    InAudience,
    InSample,
    IsKnown,
    Not,
    RelatedAre,
    Sequence,
    Step,
    ValueIs,
)

NONE = "none"
"""How many of the related ones should pass where a condition is that none does."""

_SAMPLE_SPACE = 16**13


def of_condition(condition: Condition) -> str:
    """Say in one line what a condition asks."""
    match condition:
        case All(parts):
            return " and ".join(map(of_condition, parts)) if parts else "everyone"
        case AtLeast(1, parts):
            return f"any of {len(parts):,} conditions" if len(parts) > 1 else of_condition(parts[0])
        case AtLeast(count, parts):
            return f"at least {count:,} of {len(parts):,} conditions"
        case Not(RelatedAre(related) as each) if is_any(each):
            return f"{related.of}: {NONE} with {of_condition(related.condition)}"
        case Not(part):
            return f"not ({of_condition(part)})"
        case CountIs(counts, minimum, maximum):
            return f"{of_counts(counts)}: {of_quantity(minimum, maximum)}"
        case ValueIs(value, tests):
            return f"{'id' if isinstance(value, ExternalIds) else 'trait'}: {of_value(value)} {of_tests(tests)}"
        case InAudience(key):
            return f"audience: {key}"
        case InSample():
            return of_sample(condition)
        case IsKnown():
            return "known"
        case Sequence(steps):
            return f"sequence of {len(steps):,} steps"
        case RelatedAre(related):
            return f"{related.of}: {of_share(condition)} with {of_condition(related.condition)}"
        case _:
            assert_never(condition)


def of_step(step: Step, number: int) -> str:
    """Say what a step of a sequence asks for."""
    limit = "" if step.limit is None else f", within {of_limit(step.limit)}"
    elapsed = ", elapsed" if step.elapsed else ""
    window = in_window(step.interval) if number == 1 else ""
    did = "" if step.performed else ", did: false"
    return f"step {number}: {of_events(step.calls, step.filter)}{did}{window}{limit}{elapsed}"


def is_any(condition: RelatedAre) -> bool:
    """Tell whether one of the related ones is enough, so that the opposite of the condition is that none passes."""
    return condition.count == 1 and condition.share is None


def of_share(condition: RelatedAre) -> str:
    """Say how many of the related ones should pass."""
    if condition.share == 1:
        return "all, and at least 1"
    parts = [f"at least {condition.count:,}"] if condition.count else []
    if condition.share is not None:
        parts.append(f"at least {of_percent(condition.share)}")
    return " and ".join(parts) or "any number"


def of_sample(condition: InSample) -> str:
    """Say how large a sample is, and by which salt."""
    return f"sample: {of_percent(Fraction(condition.below, _SAMPLE_SPACE))}, salt {quoted(condition.salt)}"
