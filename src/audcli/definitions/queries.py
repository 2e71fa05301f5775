"""What is known of the query of an SQL trait without running it, and the problems that this shows.

select user_id, 1 as one from events   ->   QueryShape(ids=("user_id",), traits=("one",), reads={"events": …})
select getenv('HOME')               ->   Refused("sql-unknown-function", …)

Whoever loads definitions says by what queries are looked into: nothing here knows an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from audcli.definitions.documents import QueryShape, SqlTraitDocument
from audcli.definitions.drafts import Draft
from audcli.definitions.references import COMPUTED_TRAITS
from audcli.definitions.reporting import Prose, nearest, report
from audcli.diagnostics import Diagnostic, Span, has_errors


@dataclass(frozen=True, slots=True)
class Query:
    """The query of an SQL trait, and of whom it is."""

    sql: str
    level: Literal["users", "accounts"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A query that may not run: the code and facts of a message, and where in the query's UTF-8 the reason stands.

    `known` are the names among which one like the fact `name` may have been meant. `told` is what the query says of its
    ids and traits all the same.
    """

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None
    known: tuple[str, ...] = ()
    told: QueryShape = field(default_factory=QueryShape)


_PROSE = {"what", "reason", "hint", "views"}
"""Facts that are words of ours or of the engine's, not names that a user gave."""

Inspect = Callable[[Sequence[Query]], Sequence[QueryShape | Refused]]


def look_into_queries(drafts: Sequence[Draft], inspect: Inspect, lines: Mapping[str, Sequence[str]]) -> list[Draft]:
    """Give the drafts with what is found of their queries, and with the problems of those that may not run.

    `lines` are those of the files, by name. What a query gives is told of those that have errors too, as far as it is
    known, so that what depends on them is known.
    """
    asked = [(place, document) for place, each in enumerate(drafts) if (document := _with_a_query(each)) is not None]
    if not asked:
        return list(drafts)
    answers = inspect([Query(document.sql, document.of) for _, document in asked])
    looked_into = list(drafts)
    for (place, document), answer in zip(asked, answers, strict=True):
        draft, problems = drafts[place], list(drafts[place].problems)
        if isinstance(answer, Refused):
            problems.append(_problem(draft, document.sql, answer, lines[draft.source.file]))
            answer = answer.told
        looked_into[place] = replace(draft, document=document.with_query(answer), problems=tuple(problems))
    return looked_into


def _with_a_query(draft: Draft) -> SqlTraitDocument | None:
    """Give the SQL trait, by its query alone where the definition has other errors."""
    if isinstance(draft.document, SqlTraitDocument):
        return draft.document
    value = draft.source.value
    if draft.kind != "sql_trait" or draft.key is None or not isinstance(value.get("sql"), str):
        return None
    enabled = value.get("enabled") is not False
    return SqlTraitDocument(sql_trait=draft.key, of=draft.level, sql=value["sql"], enabled=enabled)


def reads_computed_traits(draft: Draft) -> bool:
    """Tell whether a definition depends on every computed trait there is."""
    return isinstance(draft.document, SqlTraitDocument) and COMPUTED_TRAITS in draft.document.query.reads


def sql_traits_of(drafts: Sequence[Draft]) -> dict[str, Draft]:
    """Say which SQL trait has a trait of a name; the first one that has it keeps it.

    Names that one with errors would have yield to all others.
    """
    owners: dict[str, Draft] = {}
    keys = {draft.key for draft in drafts}
    for draft in sorted(drafts, key=lambda each: has_errors(each.problems)):
        if isinstance(draft.document, SqlTraitDocument):
            for name in draft.document.query.traits:
                if name not in keys or not has_errors(draft.problems):
                    owners.setdefault(name, draft)
    return owners


def taken_names(
    drafts: Sequence[Draft], owners: Mapping[str, Draft], defined: Mapping[str, Draft]
) -> Iterator[tuple[Draft, Diagnostic]]:
    """Report the traits of queries whose names other definitions have."""
    for draft in drafts:
        if not isinstance(draft.document, SqlTraitDocument) or has_errors(draft.problems):
            continue
        for name in draft.document.query.traits:
            other = defined.get(name, owners[name])
            if other is not draft and other.key != draft.key:
                where = other.key_span
                facts = {"name": name, "file": where.file, "line": where.line}
                yield draft, report("sql-name-taken", draft.source.span_of(("sql",)), **facts)


def _problem(draft: Draft, sql: str, refused: Refused, lines: Sequence[str]) -> Diagnostic:
    facts = {name: Prose(fact) if name in _PROSE else fact for name, fact in refused.facts.items()}
    name = refused.facts.get("name", "")
    span = draft.source.span_of(("sql",))
    if refused.position is not None:
        before = sql.encode()[: refused.position].decode(errors="replace")
        span = _span_in_query(span, sql, before, name, lines) or span
    return report(refused.code, span, nearest=nearest(name, refused.known), **facts)


def _span_in_query(whole: Span, sql: str, before: str, name: str, lines: Sequence[str]) -> Span | None:
    """Find a place of the query in the file, where its text stands there as it is: in one line, or below `sql: |`."""
    number = before.count("\n")
    of_query = sql.split("\n")[number]
    below = 0 if "\n" not in sql.rstrip("\n") and of_query in lines[whole.line - 1] else number + 1
    line = whole.line + below
    written = lines[line - 1] if line <= len(lines) else ""
    if not of_query.strip() or of_query not in written:
        return None
    column = written.index(of_query) + len(before.rpartition("\n")[2])
    length = len(name) if written[column:].startswith(name) else 1
    return Span(whole.file, line, column + 1, max(length, 1))
