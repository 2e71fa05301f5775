"""Conditions aimed at calls that are there: at their names, times and values, one edge at a time.

aimed_event(deal, calls, as_of)  ->  {"event": "A", "where": {"p": {"at_least": 3}}, "within": "86400 seconds"}
"""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

from properties.probes import gap, paths_in, probe, window_near
from properties.values import DURATIONS
from reference.calls import Call
from reference.computed import compute, trait_value
from reference.events import Subject, property_at
from reference.snapshot import Snapshot

EVENT_HEADS = {"track": "event", "page": "page", "screen": "screen"}
FIELDS = ["$timestamp", "$received_at", "$event", "$type", "$message_id", "$user_id", "$anonymous_id", "$group_id"]
Mapping = dict[str, Any]


def aimed_event(deal: Random, calls: list[Call], as_of: datetime) -> Mapping:
    """Deal an event head that some event only just passes, or does not."""
    event = deal.choice(calls)
    head = head_of(deal, event)
    if deal.random() < 0.6:
        head["where"] = _aimed_where(deal, event, as_of)
    if "where" not in head or deal.random() < 0.4:
        head |= window_near(deal, event.time, as_of)
    if deal.random() < 0.2:
        alike = sum(call.name == event.name and call.ids[0] == event.ids[0] for call in calls)
        head["times"] = deal.choice([alike, {"at_least": alike}, {"at_most": alike}, {"more_than": alike}])
    return head


def head_of(deal: Random, event: Call) -> Mapping:
    """Deal a head that the event passes."""
    return {EVENT_HEADS[event.type]: event.name if event.name and deal.random() < 0.8 else "*"}


def _aimed_where(deal: Random, event: Call, as_of: datetime) -> Mapping:
    if deal.random() < 0.15:
        path = deal.choice(FIELDS)
        return {path: probe(deal, property_at(event, path), as_of)}
    found = [path for path, _ in paths_in(event.properties)] or ["none"]
    path = deal.choice(found)
    test = {path: probe(deal, property_at(event, path), as_of)}
    return {"not": test} if deal.random() < 0.1 else test


def aimed_trait(deal: Random, calls: list[Call], as_of: datetime) -> Mapping:
    """Deal a trait head about a value that some identify or group call carries."""
    paths = list(paths_in(deal.choice(calls).traits))
    if not paths:
        return {"trait": "none", "exists": False}
    path, value = deal.choice(paths)
    return {"trait": path, **probe(deal, value, as_of)}


def aimed_sequence(deal: Random, calls: list[Call], as_of: datetime) -> Mapping:
    """Deal a sequence along events of one person, whose windows end at those events or just beside."""
    person = deal.choice(calls).ids[0]
    events = [call for call in calls if call.ids[0] == person]
    chosen = sorted(deal.sample(events, min(len(events), deal.choice([2, 2, 3]))), key=lambda call: call.time)
    steps: list[Mapping] = []
    for number, event in enumerate(chosen):
        step = head_of(deal, event)
        if number:
            step |= _later(deal, chosen[number - 1], event, last=number == len(chosen) - 1)
        elif deal.random() < 0.3:
            step |= window_near(deal, event.time, as_of)
        if deal.random() < 0.2:
            step["where"] = _aimed_where(deal, event, as_of)
        if step.get("did", True) and "times" not in step:
            step["as"] = f"s{number}"
        steps.append(step)
    if len(steps) == 1:
        later: Mapping = {"event": "*", "did": False, "within": deal.choice(DURATIONS)}
        steps.append(later | ({"elapsed": True} if deal.random() < 0.5 else {}))
    whole = gap(deal, chosen[0].time, chosen[-1].time)
    return {"sequence": steps, **({"within": whole} if whole and deal.random() < 0.3 else {})}


def _later(deal: Random, previous: Call, event: Call, last: bool) -> Mapping:
    """Say how a later step follows: within how long, whether it must not happen, how often, with which property."""
    step: Mapping = {}
    if (within := gap(deal, previous.time, event.time)) and deal.random() < 0.6:
        step["within"] = within
    if deal.random() < 0.3:
        step["did"] = False
        if within and "within" in step and deal.random() < 0.5:
            step["elapsed"] = True
    elif last and deal.random() < 0.3:
        step["times"] = deal.choice([0, 1, {"at_most": 1}, {"at_least": 2}])
    return step


def aimed_computation(deal: Random, computation: Mapping, snapshot: Snapshot, level: str) -> Mapping:
    """Deal an unnamed computed trait with a test that its value for some entity only just passes, or does not."""
    value = None
    for entity in snapshot.entities(level):
        found = compute(computation, Subject(snapshot, entity, lambda whom, path: trait_value(snapshot, whom, path)))
        value = found if value is None or deal.random() < 0.3 else value
    return {"trait": computation, **probe(deal, value, snapshot.as_of)}
