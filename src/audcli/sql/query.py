"""Queries as values: each step gives a new one and shares all that came before, so that building them costs little.

Query(Source("calls")).join("people", using=["identifier"]).where(<a>).select(<profile>)
    ->  SELECT people.profile FROM calls JOIN people USING (identifier) WHERE <a>

sqlglot's own builders copy the whole tree at every step, which grows with its square. Here the tree is made once, by
`tree`, when the statement is to be written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.expressions import Expr


@dataclass(frozen=True, slots=True)
class Source:
    """What a query reads from: a table by its name, or the rows of another query; `alias` is its name there.

    The rows of a query that `is_first` are worked out before anything is done with them.
    """

    of: str | Query
    alias: str | None = None
    is_first: bool = False

    def reading(self, table: str, query: Query) -> Source:
        """Read the rows of a query in place of the table of that name."""
        if isinstance(self.of, Query):
            return replace(self, of=self.of.reading(table, query))
        return Source(query, self.alias or table) if self.of == table else self

    def tree(self) -> Expr:
        """Make it a tree of sqlglot's."""
        alias = None if self.alias is None else exp.TableAlias(this=exp.to_identifier(self.alias))
        if isinstance(self.of, str):
            return exp.Table(this=exp.to_identifier(self.of), alias=alias)
        if self.is_first:
            return exp.Table(this=exp.to_identifier(self.alias))
        return exp.Subquery(this=self.of.tree(), alias=alias)


@dataclass(frozen=True, slots=True)
class _Join:
    source: Source
    using: tuple[str, ...]
    on: Expr | None
    kind: str

    def tree(self) -> Expr:
        words = self.kind.upper().split()
        return exp.Join(
            this=self.source.tree(),
            method="ASOF" if "ASOF" in words else None,
            side="LEFT" if "LEFT" in words else None,
            using=[exp.to_identifier(name) for name in self.using] or None,
            on=self.on,
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT, from nothing where it has no source, or the rows of several put together."""

    source: Source | None
    columns: tuple[Expr, ...] = ()
    joins: tuple[_Join, ...] = ()
    conditions: tuple[Expr, ...] = ()
    groups: tuple[Expr, ...] = ()
    group_conditions: tuple[Expr, ...] = ()
    is_distinct: bool = False
    others: tuple[Query, ...] = ()

    def select(self, *columns: Expr) -> Query:
        """Add columns to the result."""
        return replace(self, columns=(*self.columns, *columns))

    def join(
        self, source: str | Source, *, using: Iterable[str] = (), on: Expr | None = None, kind: str = "inner"
    ) -> Query:
        """Join a table or another query; `kind` is `inner`, `left`, `asof` or `asof left`."""
        joined = Source(source) if isinstance(source, str) else source
        return replace(self, joins=(*self.joins, _Join(joined, tuple(using), on, kind)))

    def where(self, *conditions: Expr) -> Query:
        """Keep the rows for which the conditions hold as well."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def group_by(self, *groups: Expr) -> Query:
        """Gather the rows with equal values of these."""
        return replace(self, groups=(*self.groups, *groups))

    def having(self, *conditions: Expr) -> Query:
        """Keep the groups for which the conditions hold as well."""
        return replace(self, group_conditions=(*self.group_conditions, *conditions))

    def distinct(self) -> Query:
        """Give each row once."""
        return replace(self, is_distinct=True)

    def and_all_of(self, *others: Query) -> Query:
        """Put the rows of other queries with the same columns behind these, repeats and all."""
        return replace(self, others=(*self.others, *others))

    def tables(self) -> Counter[str]:
        """Name the tables whose rows this query and the queries that it is made of are over, and how often each.

        Those that an expression looks something up in are not among them.
        """
        found: Counter[str] = Counter()
        for source in self._sources():
            found.update([source.of] if isinstance(source.of, str) else source.of.tables())
        for other in self.others:
            found.update(other.tables())
        return found

    def reading(self, table: str, query: Query) -> Query:
        """Read the rows of a query wherever this one, or one within it, reads a table of that name."""
        return replace(
            self,
            source=self.source and self.source.reading(table, query),
            joins=tuple(replace(each, source=each.source.reading(table, query)) for each in self.joins),
            others=tuple(each.reading(table, query) for each in self.others),
        )

    def _sources(self) -> list[Source]:
        return [*([] if self.source is None else [self.source]), *(join.source for join in self.joins)]

    def named(self, alias: str, *, first: bool = False) -> Source:
        """Give the rows of this query a name, for another to read from.

        With `first` they are worked out before that: an engine that puts joins before what the columns are made of
        then joins the finished columns.
        """
        return Source(self, alias, first)

    def sql(self, dialect: str, *, pretty: bool = False) -> str:
        """Write the query out in a dialect."""
        # sqlglot would work on a copy of the tree, which takes as long as the rest; writing changes none of our words.
        return self.tree().sql(dialect, pretty=pretty, copy=False)

    def tree(self) -> exp.Query:
        """Make it a tree of sqlglot's, in which nothing is shared with another tree but the expressions given."""
        first = [each for each in self._sources() if each.is_first]
        select = exp.Select(
            with_=exp.With(expressions=[_worked_out(each) for each in first]) if first else None,
            expressions=list(self.columns),
            from_=None if self.source is None else exp.From(this=self.source.tree()),
            joins=[join.tree() for join in self.joins],
            where=_clause(exp.Where, self.conditions),
            group=exp.Group(expressions=list(self.groups)) if self.groups else None,
            having=_clause(exp.Having, self.group_conditions),
            distinct=exp.Distinct() if self.is_distinct else None,
        )
        whole: exp.Query = select
        for other in self.others:
            whole = exp.Union(this=whole, expression=other.tree(), distinct=False)
        return whole


def _worked_out(source: Source) -> exp.CTE:
    assert isinstance(source.of, Query)
    alias = exp.TableAlias(this=exp.to_identifier(source.alias))
    return exp.CTE(this=source.of.tree(), alias=alias, materialized=True)


def _clause(kind: type[Expr], conditions: tuple[Expr, ...]) -> Expr | None:
    if not conditions:
        return None
    if len(conditions) == 1:
        return kind(this=conditions[0])
    whole: Expr = exp.Paren(this=conditions[0])
    for condition in conditions[1:]:
        whole = exp.And(this=whole, expression=exp.Paren(this=condition))
    return kind(this=whole)
