"""A script: the named statements that a plan compiles to, in the order in which they run. No engine has seen it yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from audcli.plan.model import NamedList
from audcli.sql.query import Query
from audcli.tables import WORK


@dataclass(frozen=True, slots=True)
class Statement:
    """One table of the work database: its name, what it is for in a reader's words, and the query that fills it.

    `calls` is the type and name of the calls that the statement reads, None where it reads none of one name; `size` is
    how many calls at most it reads itself, None where that is not known or it reads but other tables. The rows of a
    view are worked out by whoever reads them.
    """

    table: str
    purpose: str
    query: Query
    calls: str | None = None
    is_view: bool = False
    size: int | None = None

    def sql(self, dialect: str, *, pretty: bool = False) -> str:
        """Write the statement out in a dialect."""
        kind = "view" if self.is_view else "table"
        return f"create or replace {kind} {WORK}.{self.table} as {self.query.sql(dialect, pretty=pretty)}"

    def reads(self) -> set[str]:
        """Name the tables that the statement reads, those of lists left out: these are filled before."""
        return set(self.query.tables())


@dataclass(frozen=True, slots=True)
class ListTable:
    """A table of the values of a named list, in the form of ids of a type where `id_type` is given."""

    table: str
    source: NamedList
    id_type: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """Where an audience's members stand: the rows of `table` in which `column` is true.

    `entity` is the column of their numbers, `profile` or `account`.
    """

    table: str
    column: str
    entity: str


@dataclass(frozen=True, slots=True)
class TraitValues:
    """Where a trait's values stand: the rows of `table` in which `column` is not NULL.

    `entity` is the column of their numbers, `profile` or `account`; `form` is what the column holds.
    """

    table: str
    column: str
    entity: str
    form: Literal["number", "text", "list", "json"]


@dataclass(frozen=True, slots=True)
class Script:
    """Everything to run for one plan: fill the list tables, run the statements, read what came out by key."""

    lists: tuple[ListTable, ...]
    statements: tuple[Statement, ...]
    memberships: Mapping[str, Membership]
    values: Mapping[str, TraitValues]

    def statements_for(self, table: str) -> tuple[Statement, ...]:
        """Give, in their order, the statement that makes a table and those whose tables it is made of."""
        needed = {table}
        found = []
        for statement in reversed(self.statements):
            if statement.table in needed:
                found.append(statement)
                needed |= statement.reads()
        return tuple(reversed(found))


def sources_of(statements: Sequence[Statement]) -> list[set[int]]:
    """Give, for each of the statements, the numbers of those that make what it reads; they come before it."""
    made: dict[str, int] = {}
    sources = []
    for number, statement in enumerate(statements):
        sources.append({made[table] for table in statement.reads() if table in made})
        made[statement.table] = number
    return sources
