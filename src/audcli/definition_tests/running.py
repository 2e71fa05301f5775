"""Runs definition tests, each on a store of its own that is in memory alone.

test: big_orders …   ->   Tested("big_orders", passed=False, checked=(Checked("big_spenders", missing=("ann",)),))
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from audcli.definition_tests.checking import Checked, check
from audcli.definitions.documents import ListDocument, SqlTraitDocument, TestDocument
from audcli.definitions.loader import Definitions, LoadedDocument
from audcli.errors import AudcliError
from audcli.ingest import IngestOptions, ingest, rejects
from audcli.pipeline import Moment, compute, unknown_key
from audcli.plan.windows import instant_of
from audcli.project import Project
from audcli.questions import explain
from audcli.store import Store, memory_store

_EXPLAINED = 3
"""How many of those who differ from what is expected of a key are explained."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test: `problem` says why it could not be run, `checked` has what it expects, key by key."""

    test: str
    file: str
    line: int
    problem: str | None
    checked: tuple[Checked, ...]

    @property
    def passed(self) -> bool:
        """Tell whether everything is as expected."""
        return self.problem is None and all(each.passed for each in self.checked)


def run_tests(project: Project, definitions: Definitions, keys: Collection[str], now: datetime) -> Iterator[Tested]:
    """Run the tests of these keys, or those that expect something of them; all tests where no key is given.

    A test that is invalid fails. Raises `UsageError` for a key that no definition has.
    """
    for key in keys:
        if key not in definitions.kinds:
            raise unknown_key(key, definitions.kinds)
    for key in sorted(key for key, kind in definitions.kinds.items() if kind == "test"):
        if key in definitions.broken:
            first = definitions.broken[key][0]
            if not keys or key in keys:
                yield Tested(key, first.span.file, first.span.line, first.message, ())
            continue
        loaded = definitions.documents[key]
        if isinstance(loaded.document, TestDocument) and (not keys or {key, *loaded.document.expect} & {*keys}):
            yield _run_test(project, definitions, loaded, loaded.document, now)


def _run_test(
    project: Project, definitions: Definitions, loaded: LoadedDocument, document: TestDocument, now: datetime
) -> Tested:
    place = (loaded.key, loaded.file, loaded.span.line)
    with memory_store() as store:
        try:
            _ingest(project, store, document.calls, now)
            as_of = instant_of(document.as_of)
            definers = _definers(definitions, document.expect)
            under_test = _enabled(definitions, definers.values())
            run = compute(project, store, definers.values(), Moment(now, as_of), definitions=under_test).run
            failed = {each.key: each.reason or "" for each in run.results if each.outcome == "failed"}
            checked = []
            for (name, expected), key in zip(document.expect.items(), definers.values(), strict=True):
                held = check(store.connection, definitions.documents[key].document, name, expected, failed.get(key))
                differing = [*held.missing, *held.unexpected, *(wrong.who for wrong in held.wrong)]
                why = {who: explain(project, store, under_test, key, who, now=now) for who in differing[:_EXPLAINED]}
                checked.append(replace(held, why=why))
        except AudcliError as error:
            return Tested(*place, error.message, ())
    return Tested(*place, None, tuple(checked))


def _ingest(project: Project, store: Store, calls: Iterable[dict[str, Any]], now: datetime) -> None:
    """Ingest the calls the way that files are; raises `AudcliError` for one that cannot be used."""
    identity = project.settings.identity
    options = IngestOptions(blocked_values=tuple(identity.blocked_values), external_ids=identity.external_ids)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.jsonl"
        file.write_text("".join(json.dumps(call, default=_as_text) + "\n" for call in calls), "utf-8")
        ingest(store, [str(file)], options, now=now)
    for reject in rejects(store, limit=1):
        raise AudcliError(f"call {reject.line} cannot be used: {reject.detail}")


def _as_text(value: date) -> str:
    """Write a date or timestamp of YAML as JSON has it: as text."""
    return value.isoformat()


def _definers(definitions: Definitions, names: Iterable[str]) -> dict[str, str]:
    """Say for each name that is expected something of, in order, which definition it is of: a trait may be a column."""
    columns = {
        name: key
        for key, loaded in definitions.documents.items()
        if isinstance(loaded.document, SqlTraitDocument)
        for name in loaded.document.query.traits
    }
    return {name: columns.get(name, name) for name in names}


def _enabled(definitions: Definitions, keys: Iterable[str]) -> Definitions:
    """Enable what is under test: a test holds while a definition is switched off as well."""
    documents = dict(definitions.documents)
    for key in keys:
        loaded = documents[key]
        if not isinstance(loaded.document, ListDocument | TestDocument):
            documents[key] = replace(loaded, document=loaded.document.model_copy(update={"enabled": True}))
    return replace(definitions, documents=documents)
