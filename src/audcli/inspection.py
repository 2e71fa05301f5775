"""Looks into the queries of SQL traits without running them, over empty views and the sources' headers.

inspect([Query("select user_id, 1 as one from events", "users")], project)   ->   [QueryShape(…)]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audcli.definitions.documents import QueryShape
from audcli.definitions.queries import Inspect, Query, Refused
from audcli.project import Project
from audcli.sql_traits.described import Described
from audcli.sql_traits.functions import FUNCTIONS
from audcli.sql_traits.refusals import Refusal
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.sandbox import Setup, describe
from audcli.sql_traits.shape import shape_of, shape_told

_CLOCKS = {
    "age", "ago", "current_date", "current_localtime", "current_localtimestamp", "current_time", "current_timestamp",
    "get_current_time", "get_current_timestamp", "localtime", "localtimestamp", "now", "today", "transaction_timestamp",
}  # fmt: skip
_CLOCK_HINT = "the clock is not read; `as_of()` is the instant of the run"
_COLUMN_HINT = "if it is a column, put its table and a dot before it"

_CAST_HINT = "columns of CSV sources are text; cast them, such as `amount::double`"

_SECONDS = 60.0
_MEMORY = 2**30
_ANY_INSTANT = "2000-01-01 00:00:00"


def inspector(project: Project) -> Inspect:
    """Give what looks into the queries of a project's definitions."""
    return lambda queries: inspect(queries, project)


def inspect(queries: Sequence[Query], project: Project) -> list[QueryShape | Refused]:
    """Say of each query which traits it gives and what it reads, or why it may not run."""
    texts = [query.sql for query in queries]
    setup = Setup(_ANY_INSTANT, _MEMORY, None, sources_in(texts, project))
    described, unreadable = describe(texts, setup, seconds=_SECONDS)
    return [_inspected(query, each, project, unreadable) for query, each in zip(queries, described, strict=True)]


def sources_in(texts: Sequence[str], project: Project) -> dict[str, Path]:
    """Give the files of the sources whose names occur in texts: no others need be opened."""
    together = "\n".join(texts).lower()
    return {name: project.inside(path) for name, path in project.settings.sources.items() if name in together}


def _inspected(
    query: Query, described: Described | Refusal, project: Project, unreadable: Mapping[str, str]
) -> QueryShape | Refused:
    if isinstance(described, Refusal):
        return _refused(query, described, project, unreadable)
    shape = shape_of(described.columns, query.level)
    if isinstance(shape, Refusal):
        columns = tuple(column.name for column in described.columns)
        return _refused(query, replace(shape, columns=columns), project, unreadable)
    return QueryShape(shape.ids, shape.traits, described.reads)


def _refused(query: Query, refusal: Refusal, project: Project, unreadable: Mapping[str, str]) -> Refused:
    told = shape_told(refusal.columns, query.level)
    return replace(_reason(refusal, project, unreadable), told=QueryShape(told.ids, told.traits))


def _reason(refusal: Refusal, project: Project, unreadable: Mapping[str, str]) -> Refused:
    sources, name = project.settings.sources, refusal.facts.get("name", "")
    match refusal.code:
        case "sql-unknown-relation" if name.lower() in unreadable:
            name = name.lower()
            facts = {"name": name, "path": sources[name], "reason": unreadable[name]}
            return Refused("sql-unreadable-source", facts, refusal.position)
        case "sql-unknown-relation":
            views = ", ".join(f"`{view}`" for view in VIEWS)
            return Refused(refusal.code, {**refusal.facts, "views": views}, refusal.position, (*VIEWS, *sources))
        case "sql-unknown-function":
            hint = _CLOCK_HINT if name.lower() in _CLOCKS else "" if refusal.position is not None else _COLUMN_HINT
            known = () if hint else tuple(FUNCTIONS)
            return Refused(refusal.code, {**refusal.facts, "hint": hint}, refusal.position, known)
        case "sql-does-not-fit":
            hint = _CAST_HINT if sources and "cast" in refusal.facts["reason"] else ""
            return Refused(refusal.code, {**refusal.facts, "hint": hint}, refusal.position)
        case _:
            return Refused(refusal.code, refusal.facts, refusal.position)
