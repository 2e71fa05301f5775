"""The steps of a sequence: the events that were chosen for them, or where the chain broke.

The chains are those of the compiled sequence; going back from the last one's end shows which events it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from audcli.explain import measures, words
from audcli.explain.asked import Asked, Subject
from audcli.explain.model import SHOWN_EVENTS, Evidence, Node
from audcli.plan.model import ALWAYS, Count, Interval, Sequence, Step
from audcli.plan.windows import just_after, later
from audcli.sql import vocabulary as sql
from audcli.sql.query import Query
from audcli.sql.sequences import chains_of, is_possible, opened_table, whole_chains
from audcli.sql.steps import Chains, can_occur, events_of_step
from audcli.sql.subjects import entity_keys

Row = Mapping[str, Any]
"""A chain: its state, the `time` of its last event, `start`, and `until` when the next may come; or one event."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The chain that is shown: the row for each performed step that it reaches, and the steps' tables."""

    rows: Mapping[int, Row]
    tables: Mapping[int, Chains]

    def before(self, index: int) -> int | None:
        """Give the last step before `index` for which an event is chosen."""
        return max((step for step in self.rows if step < index), default=None)


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
            row = self._predecessor(before, chains, row)
            rows[before.step] = row
        return _Chain(rows, by_step)

    def _predecessor(self, before: Chains, chains: Chains, following: Row) -> Row:
        """Give a chain to the step before that the event chosen next can continue: of those, one that began last.

        Any limit on the whole sequence is kept by it if it is by any.
        """
        events = self._events_of(chains.step, before, chains)
        fitting = [event for event in events if _agree(event, following, (*chains.state, "time"))]
        opened = self._rows(sql.all_of(opened_table(self.table, chains.step)), (*before.state, "start", "until"))
        leading = (
            row
            for row in opened
            if row["time"] < following["time"] <= row["until"]
            and any(_agree(row, event, before.state) for event in fitting)
        )
        return max(leading, key=lambda row: (row["start"], row["time"]))

    def step_node(self, chain: _Chain, index: int, step: Step) -> Node:
        """Explain one step."""
        text = words.of_step(step, index + 1)
        if index in chain.rows:
            return self._chosen_node(chain, index, step, text)
        if index in chain.tables and (index == 0 or chain.before(index) == self._performed_before(index)):
            return Node("step", text, False, "no event that can follow" if index else "no such event")
        before = chain.before(index)
        if before is None or before != self._performed_before(index):
            return Node("step", text, False, "not looked at, for the chain broke before")
        if not step.performed:
            return self._negated_node(chain, index, before, text)
        counted = self._counted(chain, index, before)
        holds = step.minimum <= len(counted) and (step.maximum is None or len(counted) <= step.maximum)
        limit = measures.of_quantity(step.minimum, step.maximum)
        shown = self._evidence(step, counted)
        return Node("step", text, holds, f"{len(counted):,}", limit, shown, event_count=len(counted))

    def _chosen_node(self, chain: _Chain, index: int, step: Step, text: str) -> Node:
        """Explain a step for which there is an event, which may still be too late for the sequence as a whole."""
        chosen = self._evidence(step, self._standing(chain, index, chain.before(index)))[:1]
        limit, start = self.sequence.limit, chain.rows[min(chain.rows)]["time"]
        if limit is None or chain.rows[index]["time"] <= later(start, limit):
            return Node("step", text, True, "chosen", events=chosen, event_count=1)
        return Node("step", text, False, f"later than {measures.of_limit(limit)} after step 1", None, chosen, 1)

    def _negated_node(self, chain: _Chain, index: int, before: int, text: str) -> Node:
        """Explain a step that must not happen after the event chosen before it."""
        step = self.sequence.steps[index]
        since, upto = chain.rows[before]["time"], self._next_time(chain, index, before)
        end = self.sequence.as_of if step.limit is None else later(since, step.limit)
        events = self._following(chain, index, before)
        forbidden = [event for event in events if event["time"] <= end and (upto is None or event["time"] < upto)]
        waiting = step.elapsed and end > self.sequence.as_of
        notes = (f"its time has not passed before {end.isoformat(sep=' ')}",) if waiting else ()
        return Node(
            "step",
            text,
            not forbidden and not waiting,
            f"{len(forbidden):,}",
            "none",
            self._evidence(step, forbidden),
            event_count=len(forbidden),
            notes=notes,
        )

    def _performed_before(self, index: int) -> int | None:
        """Give the last step before `index` for which an event must be chosen."""
        return max(filter(self._is_performed, range(index)), default=None)

    def _next_time(self, chain: _Chain, index: int, before: int) -> datetime | None:
        """Give the time chosen for the next performed step, or of the first event that it counts; None without one."""
        following = next(filter(self._is_performed, range(index, len(self.sequence.steps))), None)
        if following is None or following in chain.rows:
            return None if following is None else chain.rows[following]["time"]
        if following in chain.tables:
            return None
        return min((event["time"] for event in self._counted(chain, following, before)), default=None)

    def _is_performed(self, index: int) -> bool:
        return self.sequence.steps[index].performed

    def _counted(self, chain: _Chain, index: int, before: int) -> list[Row]:
        """List the events that the last step counts."""
        step, since, start = self.sequence.steps[index], chain.rows[before]["time"], chain.rows[min(chain.rows)]["time"]
        ends = [self.sequence.as_of]
        ends += [] if step.limit is None else [later(since, step.limit)]
        ends += [] if self.sequence.limit is None else [later(start, self.sequence.limit)]
        return [event for event in self._following(chain, index, before) if event["time"] <= min(ends)]

    def _following(self, chain: _Chain, index: int, before: int) -> list[Row]:
        """List the events that pass the step's filter after the event chosen for step `before`."""
        since = chain.rows[before]["time"]
        return [event for event in self._standing(chain, index, before) if event["time"] > since]

    def _standing(self, chain: _Chain, index: int, before: int | None) -> list[Row]:
        """List the events that pass the step's filter for the chain to step `before`; of a chosen step, the chosen."""
        if not can_occur(self.sequence.steps[index], self.asked.leaves.catalog):
            return []
        chains = None if before is None else chain.tables[before]
        events = self._events_of(index, chains, chain.tables.get(index))
        if chains is not None and before is not None:
            events = [event for event in events if _agree(event, chain.rows[before], chains.state)]
        if index in chain.rows:
            names = (*chain.tables[index].state, "time")
            events = [event for event in events if _agree(event, chain.rows[index], names)]
        return events

    def _events_of(self, index: int, before: Chains | None, following: Chains | None) -> list[Row]:
        """List the events of a step, each with the state of the chains that it can continue, and what it adds."""
        query = events_of_step(self.sequence, index, before, self.asked.around(self.sequence), with_ids=True)
        known = () if before is None else before.state
        added = () if following is None else following.state
        names = [name for name in dict.fromkeys((*known, *added)) if name != "start" or name in known]
        return self._rows(query, (*names, "message_id"))

    def _rows(self, query: Query, names: Listed[str]) -> list[Row]:
        """Read the subject's rows of a query: these columns, and the time."""
        query = sql.rows_of(query.named("rows"))
        for column in entity_keys(self.sequence.scope):
            number = sql.integer(self.subject.number(column))
            query = query.where(sql.compare("equal", sql.column(column), number))
        names = list(dict.fromkeys((*names, "time")))
        query = query.select(*map(sql.column, names))
        return [dict(zip(names, row, strict=True)) for row in self.asked.fetch(query)]

    def _evidence(self, step: Step, events: list[Row]) -> tuple[Evidence, ...]:
        """Say more of the latest of these events."""
        latest = sorted({(event["time"], event["message_id"]) for event in events}, reverse=True)[:SHOWN_EVENTS]
        if not latest:
            return ()
        interval = Interval(latest[-1][0], just_after(latest[0][0]))
        counts = [Count(calls, ALWAYS, interval, self.sequence.scope) for calls in step.calls]
        found = {event.message_id: event for event in self.asked.events(self.subject, counts)[0]}
        return tuple(found[message_id] for _, message_id in latest)


def _agree(one: Row, other: Row, names: Iterable[str]) -> bool:
    return all(one[name] == other[name] for name in names if name in one and name in other)
