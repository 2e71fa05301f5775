"""The compiled plan, run on a slice of the store and asked for every part of its conditions.

asked = Asked(connection, compiled, plan)
asked.holds(Subject(PROFILES, (7,)), Not(…))    ->  True
asked.value(Subject(PROFILES, (7,)), Trait(…))  ->  '"pro"'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Listed
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlglot.expressions import Expr

from audcli.engines.duckdb import DIALECT
from audcli.explain.model import Evidence
from audcli.numbers import shortest_json
from audcli.plan.model import (
    ALWAYS,
    All,
    AtLeast,
    Condition,
    Count,
    InAudience,
    Not,
    Plan,
    Related,
    RelatedAre,
    Scope,
    Sequence,
    Value,
)
from audcli.sql import vocabulary as sql
from audcli.sql.answers import answers
from audcli.sql.asking import counts_of, events_of, values_of
from audcli.sql.compile import Compiled
from audcli.sql.query import Query
from audcli.sql.steps import Around
from audcli.sql.subjects import ACCOUNT_USERS, PROFILES, SEEN_ACCOUNTS, Table

Question = tuple[Table, Condition]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a condition is asked of: a row of `table`, told by the values of its key columns."""

    table: Table
    keys: tuple[int, ...]

    def number(self, column: str) -> int:
        """Give the surrogate number of the profile or account that the subject is, or belongs to."""
        return self.keys[self.table.keys.index(column)]

    def within(self, table: Table) -> Subject:
        """Give the same entity as a row of another table, whose keys are among its own."""
        return Subject(table, tuple(self.number(column) for column in table.keys))


class Asked:
    """Answers about every part of the conditions of one audience; the script has run on the connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiled: Compiled, plan: Plan) -> None:
        """Take what is asked; nothing is read yet."""
        self.plan = plan
        self.leaves = compiled.leaves
        self._decided = compiled.decided
        self._connection = connection
        self._truths: dict[Question, dict[tuple[int, ...], bool]] = {}

    def ask(self, table: Table, condition: Condition) -> None:
        """Find out the truth of the condition and of all its parts, for all subjects that they are asked of."""
        by_table: dict[Table, list[Condition]] = {}
        for asked_of, part in dict.fromkeys(self._questions(table, condition)):
            by_table.setdefault(asked_of, []).append(part)
        for asked_of, parts in by_table.items():
            columns = {f"part_{place}": part for place, part in enumerate(parts)}
            width = len(asked_of.keys)
            rows = self.fetch(answers(asked_of, columns, self.leaves, self._decided))
            for place, part in enumerate(parts, start=width):
                self._truths[asked_of, part] = {row[:width]: row[place] for row in rows}

    def truths(self, table: Table, condition: Condition) -> Mapping[tuple[int, ...], bool]:
        """Tell of everybody of a table, by their keys, whether a condition holds of them."""
        self.ask(table, condition)
        return self._truths[table, condition]

    def holds(self, subject: Subject, condition: Condition) -> bool:
        """Tell whether a condition that was asked holds; of who does not exist at A, nothing does."""
        return self._truths[subject.table, condition].get(subject.keys, False)

    def considers(self, subject: Subject) -> bool:
        """Tell whether the subject exists at A."""
        return bool(self.fetch(_with_keys(sql.all_of(subject.table.name), subject)))

    def are_members(self, subject: Subject, keys: Listed[str]) -> list[bool]:
        """Tell of each of some audiences of one wave what the script itself decided of the subject."""
        places = [self._decided.memberships[key] for key in keys]
        table, entity = places[0].table, places[0].entity
        query = sql.rows_of(table).select(*(sql.column(place.column) for place in places))
        rows = self.fetch(query.where(_is(entity, table, subject.number(entity))))
        return [bool(holds) for holds in rows[0]] if rows else [False] * len(keys)

    def value(self, subject: Subject, value: Value) -> str | None:
        """Give a value of the subject as JSON text, None where it is absent."""
        [found] = self._one_row(subject, values_of(subject.table, [value], self.leaves))
        return None if found is None else shortest_json(found)

    def count(self, subject: Subject, counts: Iterable[Count]) -> int:
        """Give how many events of the subject the leaves count together."""
        placed = [each for each in counts if self.leaves.is_counted(each)]
        if not placed:
            return 0
        return sum(self._one_row(subject, counts_of(subject.table, placed, self.leaves)))

    def events(
        self, subject: Subject, counts: Iterable[Count], *, include_anonymous: bool = True
    ) -> tuple[list[Evidence], list[Evidence]]:
        """List the subject's events that the leaves count, and those that carry another account; latest first.

        The events of an account are those of its users, of whom anonymous ones may be left out.
        """
        counted: list[Evidence] = []
        left_out: list[Evidence] = []
        users = self._performers(subject, include_anonymous)
        for count in counts:
            query = events_of(count.calls, count.filter, count.interval, self.leaves)
            group_id = None if count.scope == "all" else self._group_id(subject)
            for profile, *row in [] if query is None else self.fetch(query):
                if profile in users:
                    event = Evidence(*row)
                    (counted if _counts(event, count.scope, group_id) else left_out).append(event)
        return _latest_first(counted), _latest_first(left_out)

    def _performers(self, subject: Subject, include_anonymous: bool) -> set[int]:
        """Give the profiles whose events are the subject's."""
        if "profile" in subject.table.keys:
            return {subject.number("profile")}
        related = Related("users", ALWAYS, include_anonymous)
        return {user.number("profile") for _, user in self.related(subject, related)}

    def related(self, subject: Subject, related: Related) -> list[tuple[str, Subject]]:
        """List the subject's accounts, or users, of which the condition asks, each with its name; by name."""
        if related.of == "accounts":
            rows = self._rows(
                """select group_id, account from account_users join seen_accounts using (account)
                   where profile = ? order by all""",
                [subject.number("profile")],
            )
            return [(group_id, Subject(SEEN_ACCOUNTS, (account,))) for group_id, account in rows]
        rows = self._rows(
            """select key, account, profile from account_users join profiles using (profile)
               where account = ? and (known or ?) order by all""",
            [subject.number("account"), related.include_anonymous],
        )
        return [(key, Subject(ACCOUNT_USERS, (account, profile))) for key, account, profile in rows]

    def around(self, sequence: Sequence) -> Around:
        """Give what the sequence was compiled in."""
        joined = self.leaves.tables_of_filters(step.filter for step in sequence.steps)
        return Around(self.leaves.catalog, self.leaves.find, tuple(joined))

    def fetch(self, query: Query) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._connection.execute(query.sql(DIALECT)).fetchall()

    def name_of(self, profile: int) -> str:
        """Give the most telling external id of a profile: its user_id, else its email, else the first by type."""
        rows = self._rows(
            """select type || ':' || value from people join identifiers using (identifier) where profile = ?
               order by type <> 'user_id', type <> 'email', type, people.first_seen, value limit 1""",
            [profile],
        )
        return str(rows[0][0])

    def _rows(self, query: str, given: list[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, given).fetchall()

    def _one_row(self, subject: Subject, query: Query) -> tuple[Any, ...]:
        """Read the one row of the subject, its keys left out."""
        [row] = self.fetch(_with_keys(query, subject))
        return row[len(subject.keys) :]

    def _group_id(self, subject: Subject) -> str:
        [(group_id,)] = self._rows("select group_id from accounts where account = ?", [subject.number("account")])
        return str(group_id)

    def _questions(self, table: Table, condition: Condition) -> Iterator[Question]:
        yield table, condition
        match condition:
            case All(parts) | AtLeast(_, parts):
                for part in parts:
                    yield from self._questions(table, part)
            case Not(part):
                yield from self._questions(table, part)
            case InAudience(key):
                yield from self._questions(entity_of(table), self.plan.conditions[key])
            case RelatedAre(related):
                yield from self._questions(_asked_of(related), related.condition)
            case _:
                pass


def entity_of(table: Table) -> Table:
    """Give the table of the entities of which the audiences are that conditions on `table` name."""
    return SEEN_ACCOUNTS if table == SEEN_ACCOUNTS else PROFILES


def _asked_of(related: Related) -> Table:
    return ACCOUNT_USERS if related.of == "users" else SEEN_ACCOUNTS


def _with_keys(query: Query, subject: Subject) -> Query:
    keys = zip(subject.table.keys, subject.keys, strict=True)
    return query.where(*(_is(column, subject.table.name, number) for column, number in keys))


def _is(column: str, table: str, number: int) -> Expr:
    return sql.compare("equal", sql.column(column, table), sql.integer(number))


def _counts(event: Evidence, scope: Scope, group_id: str | None) -> bool:
    """Tell whether an event of a user counts for the account (SPEC section 9)."""
    return scope == "all" or event.account == group_id or (scope == "own" and event.account is None)


def _latest_first(events: list[Evidence]) -> list[Evidence]:
    return sorted(events, key=lambda event: (event.time, event.message_id), reverse=True)
