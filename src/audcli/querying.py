"""Runs the queries of SQL traits before everything that may name their traits.

support_load: select group_id, count(*) as open_tickets …    ->    sql_trait_1    account | value_1
broken_load:  select group_id, 1 / 'x' as load …             ->    failed: {"broken_load": "the query failed: …"}
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from audcli.definitions.documents import SqlTraitDocument
from audcli.errors import AudcliError
from audcli.inspection import sources_in
from audcli.plan.model import NamedTrait
from audcli.project import Project
from audcli.sql.queried import Queried, QueriedTrait
from audcli.sql.script import TraitValues
from audcli.sql.subjects import ACCOUNT, PROFILE, Table
from audcli.sql_traits.memory import shared_memory
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.results import Stored, begin_links, store_rows
from audcli.sql_traits.sandbox import Query, Sandbox, Setup
from audcli.sql_traits.views import AsOf, view_rows
from audcli.store import Store, queries_folder
from audcli.tables import WORK, shortest_of_double

if TYPE_CHECKING:
    import pyarrow as pa

SECONDS = 300.0
"""How long one query may take, unless `--sql-timeout` says otherwise."""

Documents = Mapping[str, SqlTraitDocument]


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Where and when queries run: the project, its open store, the instant (UTC, without a zone), seconds for each."""

    project: Project
    store: Store
    as_of: datetime
    seconds: float


@dataclass(slots=True)
class QueryResults:
    """What queries gave: their tables, by key those that failed and why, and how many rows had ids that nobody has."""

    stored: dict[str, tuple[str, SqlTraitDocument, Stored]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def skipped(self) -> dict[str, int]:
        """By key, how many rows had an id that nobody has, where there were any."""
        return {key: stored.skipped for key, (_, _, stored) in self.stored.items() if stored.skipped}

    @property
    def relations(self) -> set[str]:
        """The names of the views and sources that were read."""
        return {relation for _, document, _ in self.stored.values() for relation in document.query.reads}

    @property
    def queried(self) -> Queried:
        """Where conditions find the traits."""
        traits = {
            (document.of, name): QueriedTrait(_table(table, document), f"value_{number}", shape)
            for table, document, stored in self.stored.values()
            for number, (name, shape) in enumerate(zip(document.query.traits, stored.shapes, strict=True), start=1)
        }
        return Queried(traits, any(stored.linked for _, _, stored in self.stored.values()))

    @property
    def origins(self) -> dict[str, str]:
        """By key, the `origin` that its links have in `sql_links`."""
        return {key: table for key, (table, _, _) in self.stored.items()}

    @property
    def values(self) -> dict[str, dict[str, TraitValues]]:
        """Where the values to store stand, by key and name of the trait."""
        return {
            key: {
                name: TraitValues(table, f"value_{number}", _table(table, document).keys[0], "json")
                for number, name in enumerate(document.query.traits, start=1)
            }
            for key, (table, document, _) in self.stored.items()
        }


def run_queries(documents: Documents, around: Circumstance, results: QueryResults) -> None:
    """Run the queries one after the other and add to the results; one that fails leaves the others alone.

    Those that read `computed_traits` find them in the temporary table `sql_computed_traits`. The traits stand in
    tables of the work database afterwards, the links of users to accounts in `sql_links`.
    """
    import pyarrow as pa

    if not results.stored and not results.failed:
        begin_links(around.store.connection)
    with _sandbox(documents, around) as sandbox:
        for key, document in documents.items():
            table = f"sql_trait_{len(results.stored) + 1}"
            try:
                shape = document.query
                query = Query(document.sql, shape.ids, shape.traits, frozenset(shape.reads))
                rows = sandbox.run(query, seconds=around.seconds)
                stored = store_rows(
                    around.store.connection, table, rows, document.of, _as_of(around), linking=document.enabled
                )
                results.stored[key] = (table, document, stored)
            except duckdb.InterruptException:
                raise
            except AudcliError as error:
                results.failed[key] = error.message
            except (duckdb.Error, pa.ArrowException):
                sandbox.drop()  # what is left of the rows must not be taken for the answer to the next query
                results.failed[key] = "there is not enough memory to hand its rows over"


def keep_computed_traits(store: Store, traits: Iterable[NamedTrait], values: Mapping[str, TraitValues]) -> None:
    """Put the values of computed traits where queries find them, in the temporary table `sql_computed_traits`."""
    store.connection.execute(
        """create or replace temporary table sql_computed_traits
               (level varchar, key varchar, trait varchar, value json)"""
    )
    for trait in traits:
        place = values[trait.key]
        key, table = ("group_id", "accounts") if trait.level == "accounts" else ("key", "profile_keys")
        column = f'found."{place.column}"'
        value = f"{shortest_of_double(f'{column}::double')}::json" if place.form == "number" else f"to_json({column})"
        store.connection.execute(
            f"""insert into sql_computed_traits
                select $level, {key}, $trait, {value}
                from {WORK}.{place.table} as found join {table} using ({place.entity})
                where {column} is not null""",
            {"level": trait.level, "trait": trait.key},
        )


@contextmanager
def _sandbox(documents: Documents, around: Circumstance) -> Iterator[Sandbox]:
    reads: dict[str, dict[str, None]] = {}
    for document in documents.values():
        for relation, columns in document.query.reads.items():
            reads.setdefault(relation, {}).update(dict.fromkeys(columns))
    sources = {
        name: path
        for name, path in sources_in([each.sql for each in documents.values()], around.project).items()
        if name in reads
    }
    spill = queries_folder(around.store.path) if around.store.path.exists() else None
    with shared_memory(around.store.connection) as memory:
        setup = Setup(around.as_of.isoformat(sep=" "), memory, spill, sources)
        views = {view: tuple(columns) for view, columns in reads.items() if view in VIEWS}
        try:
            with Sandbox(setup, views, _fill(around)) as sandbox:
                yield sandbox
        finally:
            if spill is not None:
                shutil.rmtree(spill, ignore_errors=True)


def _fill(around: Circumstance) -> Callable[[str, Sequence[str]], pa.RecordBatchReader]:
    return lambda view, columns: view_rows(around.store.connection, view, columns, _as_of(around))


def _as_of(around: Circumstance) -> AsOf:
    return AsOf(around.as_of, tuple(around.project.settings.identity.known_by))


def _table(name: str, document: SqlTraitDocument) -> Table:
    return Table(name, ACCOUNT if document.of == "accounts" else PROFILE)
