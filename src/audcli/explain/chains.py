"""The steps of a sequence: the events that were chosen for them, or where the chain broke.

The chains are those of the compiled sequence; going back from the last one's end shows which events it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from audcli.definitions.durations import Duration
from audcli.explain import measures, words
from audcli.explain.asked import Asked, Subject
from audcli.explain.model import SHOWN_EVENTS, Evidence, Node
from audcli.plan.model import ALWAYS, Count, Interval, Limit, Sequence, Step, StepProperty
from audcli.plan.walk import values_in
from audcli.plan.windows import just_after
from audcli.sql import vocabulary as sql
from audcli.sql.query import Query
from audcli.sql.sequences import chains_of, is_possible, opened_table, whole_chains
from audcli.sql.steps import Chains, can_occur, events_of_step
from audcli.sql.subjects import entity_keys

Row = Mapping[str, Any]
"""A chain: its state, the `time` of its last event, and `until` when the next may come."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The chain that is shown: the row for each performed step that it reaches, and the steps' tables."""

    rows: Mapping[int, Row]
    tables: Mapping[int, Chains]

    def before(self, index: int) -> int | None:
        """Give the last step before `index` for which an event is chosen."""
        return max((step for step in self.rows if step < index), default=None)

    def after(self, index: int) -> datetime | None:
        """Give the time chosen for the next performed step."""
        later = [step for step in self.rows if step > index]
        return self.rows[min(later)]["time"] if later else None


def sequence_node(asked: Asked, subject: Subject, sequence: Sequence, holds: bool) -> Node:
    """Explain a sequence step by step."""
    within = "" if sequence.limit is None else f", within {measures.of_limit(sequence.limit)}"
    looked_at = _Looked(asked, subject, sequence)
    chain = looked_at.chain(holds)
    steps = [looked_at.step_node(chain, index, step) for index, step in enumerate(sequence.steps)]
    return Node("sequence", f"sequence{within}", holds, children=tuple(steps))


@dataclass(frozen=True, slots=True)
class _Looked:
    """A sequence as one subject has it."""

    asked: Asked
    subject: Subject
    sequence: Sequence

    @property
    def table(self) -> str:
        return self.asked.leaves.sequences[self.sequence]

    def chain(self, holds: bool) -> _Chain:
        """Give a chain with which the sequence holds; where it does not, one that comes as far as any."""
        around = self.asked.around(self.sequence)
        tables = chains_of(self.table, self.sequence)
        by_step = {chains.step: chains for chains in tables}
        if not is_possible(self.sequence, around):
            return _Chain({}, by_step)
        reached = [chains for chains in tables if self._rows(sql.all_of(chains.table), chains.state)]
        if not reached:
            return _Chain({}, by_step)
        whole = whole_chains(self.table, self.sequence, around) if holds else sql.all_of(reached[-1].table)
        row = max(self._rows(whole, reached[-1].state), key=lambda each: each["time"])
        rows = {reached[-1].step: row}
        for before, chains in reversed(list(pairwise(reached))):
            opened = self._rows(sql.all_of(opened_table(self.table, chains.step)), before.state, "until")
            row = max((each for each in opened if _leads_to(each, row)), key=lambda each: each["time"])
            rows[before.step] = row
        return _Chain(rows, by_step)

    def step_node(self, chain: _Chain, index: int, step: Step) -> Node:
        """Explain one step."""
        text = words.of_step(step, index + 1)
        if index in chain.rows:
            at = chain.rows[index]["time"]
            return Node("step", text, True, "chosen", events=self._events(step, [at]), event_count=1)
        if index in chain.tables and (index == 0 or chain.before(index) == self._performed_before(index)):
            return Node("step", text, False, "no event that can be chosen")
        before = chain.before(index)
        if before is None or before != self._performed_before(index):
            return Node("step", text, False, "not looked at, for the chain broke before")
        since = chain.rows[before]["time"]
        times = self._times(chain, before, index)
        if not step.performed:
            return self._negated(text, step, since, times, chain.after(index))
        within = [time for time in times if time <= self._until(step, since, chain.rows[min(chain.rows)]["time"])]
        holds = step.minimum <= len(within) and (step.maximum is None or len(within) <= step.maximum)
        limit = measures.of_quantity(step.minimum, step.maximum)
        return Node(
            "step", text, holds, f"{len(within):,}", limit, self._events(step, within[::-1]), event_count=len(within)
        )

    def _negated(self, text: str, step: Step, since: datetime, times: list[datetime], upto: datetime | None) -> Node:
        """Explain a step that must not happen after `since`, nor before the event chosen next, where there is one."""
        end = self.sequence.as_of if step.limit is None else _later(since, step.limit)
        forbidden = [time for time in times if time <= end and (upto is None or time < upto)]
        waiting = step.elapsed and end > self.sequence.as_of
        notes = (f"its time has not passed before {end.isoformat(sep=' ')}",) if waiting else ()
        return Node(
            "step",
            text,
            not forbidden and not waiting,
            f"{len(forbidden):,}",
            "none",
            self._events(step, forbidden[::-1]),
            event_count=len(forbidden),
            notes=notes,
        )

    def _performed_before(self, index: int) -> int | None:
        """Give the last step before `index` for which an event must be chosen."""
        return max((place for place in range(index) if self.sequence.steps[place].performed), default=None)

    def _until(self, step: Step, since: datetime, start: datetime) -> datetime:
        ends = [self.sequence.as_of]
        ends += [] if step.limit is None else [_later(since, step.limit)]
        ends += [] if self.sequence.limit is None else [_later(start, self.sequence.limit)]
        return min(ends)

    def _times(self, chain: _Chain, before: int, index: int) -> list[datetime]:
        """List the times of the events that pass the step's filter after the event chosen for step `before`."""
        around = self.asked.around(self.sequence)
        if not can_occur(self.sequence.steps[index], around.catalog):
            return []
        chains = chain.tables[before]
        events = events_of_step(self.sequence, index, chains, around)
        rows = self._rows(events, chains.state)
        reached = chain.rows[before]
        same = [row["time"] for row in rows if all(row[name] == reached[name] for name in chains.state)]
        return sorted(time for time in same if time > reached["time"])

    def _rows(self, query: Query, state: Listed[str], *more: str) -> list[Row]:
        """Read the subject's rows of a query."""
        query = sql.rows_of(query.named("rows"))
        for column in entity_keys(self.sequence.scope):
            number = sql.integer(self.subject.number(column))
            query = query.where(sql.compare("equal", sql.column(column), number))
        names = list(dict.fromkeys((*state, "time", *more)))
        query = query.select(*map(sql.column, names))
        return [dict(zip(names, row, strict=True)) for row in self.asked.fetch(query)]

    def _events(self, step: Step, times: list[datetime]) -> tuple[Evidence, ...]:
        """Find the events of a step at the latest of these times."""
        refers = any(isinstance(value, StepProperty) for value in values_in(step.filter))
        found = []
        for time in times[:SHOWN_EVENTS]:
            at = Interval(time, just_after(time))
            passes = ALWAYS if refers else step.filter
            counts = [Count(calls, passes, at, self.sequence.scope) for calls in step.calls]
            found += self.asked.events(self.subject, counts)[0][:1]
        return tuple(found)


def _leads_to(chain: Row, following: Row) -> bool:
    state = chain.keys() & following.keys() - {"time", "until"}
    return all(chain[name] == following[name] for name in state) and chain["time"] < following["time"] <= chain["until"]


def _later(time: datetime, limit: Limit) -> datetime:
    return (
        Duration(limit.months, "months").after(time) if limit.months else Duration(limit.seconds, "seconds").after(time)
    )
