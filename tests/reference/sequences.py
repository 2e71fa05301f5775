"""Sequences (section 10) by plain search: every way of choosing an event for every performed step.

    viewed, then within 7 days not bought  ->  is there a view with no purchase in the 7 days after it?

Slow beyond a few events, and obvious.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from reference.calls import Call
from reference.events import Subject, events_of, in_window, is_event
from reference.operators import count_passes
from reference.windows import shifted

Step = dict[str, Any]


def happened(sequence: list[Step], whole: str | None, subject: Subject) -> bool:
    """Section 10: can one event be chosen for every performed step, so that all the rest holds?"""
    first, *later = sequence
    events = events_of(subject)
    for call in events:
        if in_window(first, call, subject) and is_event(first, call, subject):
            end = shifted(call.time, whole, 1) if whole else None
            if _continues(later, [], call, end, events, _named(first, call, subject)):
                return True
    return False


def _named(step: Step, call: Call, subject: Subject) -> Subject:
    """Remember the chosen event under the step's name, for references."""
    if "as" not in step:
        return subject
    return dataclasses.replace(subject, steps={**subject.steps, step["as"]: call})


def _continues(
    steps: list[Step],
    negated: list[Step],
    previous: Call,
    end: datetime | None,
    events: list[Call],
    subject: Subject,
) -> bool:
    """Does the rest of the sequence hold, given the event of the last performed step before it?

    `negated` are the steps since then that must not happen, `end` is where the whole sequence's window ends.
    """
    if not steps:
        return _none_happened(negated, previous, None, events, subject)
    step, *rest = steps
    if not step.get("did", True):
        return _continues(rest, [*negated, step], previous, end, events, subject)
    following = [
        call
        for call in events
        if previous.time < call.time
        and _not_after(call.time, _deadline(step, previous))
        and _not_after(call.time, end)
        and is_event(step, call, subject)
    ]
    if "times" in step:
        until = min((call.time for call in following), default=None)
        return count_passes(len(following), step["times"]) and _none_happened(negated, previous, until, events, subject)
    return any(
        _none_happened(negated, previous, call.time, events, subject)
        and _continues(rest, [], call, end, events, _named(step, call, subject))
        for call in following
    )


def _none_happened(
    negated: list[Step], previous: Call, until: datetime | None, events: list[Call], subject: Subject
) -> bool:
    """Section 10: no event of these steps strictly after the previous one, within W, and before `until`."""
    return all(
        _elapsed(step, previous, subject.snapshot.as_of)
        and not any(
            previous.time < call.time
            and _not_after(call.time, _deadline(step, previous))
            and (until is None or call.time < until)
            and is_event(step, call, subject)
            for call in events
        )
        for step in negated
    )


def _elapsed(step: Step, previous: Call, as_of: datetime) -> bool:
    return not step.get("elapsed", False) or shifted(previous.time, step["within"], 1) <= as_of


def _deadline(step: Step, previous: Call) -> datetime | None:
    return shifted(previous.time, step["within"], 1) if "within" in step else None


def _not_after(time: datetime, limit: datetime | None) -> bool:
    return limit is None or time <= limit
