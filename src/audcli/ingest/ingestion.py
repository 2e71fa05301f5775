"""An ingest, told in its order: each file is read, staged, freed of duplicates and stored, in one transaction.

ingest(store, ["events.jsonl"], IngestOptions(), now=...)
  ->  IngestSummary(files=(FileSummary(read=3, accepted=2, rejected={"missing_time": 1}, ...),), ...)
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import duckdb

from audcli.errors import AudcliError, UsageError
from audcli.ingest import identity, message_hashes
from audcli.ingest.calls import CallRules, call_rules, read_call
from audcli.ingest.clustering import merge_short_runs
from audcli.ingest.files import FLAT, STANDARD_INPUT, Format, find_files, format_of
from audcli.ingest.flat import OpenRows, open_rows
from audcli.ingest.forgotten import turn_away_forgotten
from audcli.ingest.lines import Block
from audcli.ingest.mapping import calls_of_rows
from audcli.ingest.readers import OpenFile, Record, open_records, records_of
from audcli.ingest.rows import RowRecord
from audcli.ingest.staging import Staging
from audcli.ingest.storing import store_calls, store_rejects
from audcli.ingest.summary import FileSummary, IngestOptions, IngestSummary, Progress
from audcli.ingest.unusable import Unusable
from audcli.ingest.usual import UsualLines
from audcli.ingest.watching import telling_share
from audcli.store import Store

_PROGRESS_ROWS = 2_000


def ingest(
    store: Store,
    paths: Sequence[str],
    options: IngestOptions,
    *,
    now: datetime,
    progress: Progress | None = None,
) -> IngestSummary:
    """Ingest files, folders, globs, or `-` for standard input, into a store that is open for writing.

    Each file goes in whole or not at all; one that cannot be read is named in the summary and the others go in. With
    `strict` or `dry_run` all files are one transaction, which is taken back on any reject, or always. `now` (UTC) is
    kept as the time of the ingest.

    Raises `UsageError` when a path names nothing to ingest or there are `tables` for no flat file, and `AudcliError`
    when the store cannot take a file.
    """
    files = find_files(paths)
    if options.tables and not any(_format(file, options) in FLAT for file in files):
        raise UsageError(
            "`--as` and its like are for CSV and Parquet, and there is no such file",
            hint="JSON lines say themselves what each call is",
        )
    rules = call_rules(options.blocked_values, options.external_ids)
    meter = _Meter(files, progress)
    message_hashes.bring_up_to_date(store)
    if not options.strict and not options.dry_run:
        summaries = []
        for file in files:
            with store.transaction():
                summaries.append(_take_file(store, file, options, rules, now, meter))
            merge_short_runs(store, summaries[-1].accepted)
        return IngestSummary(tuple(summaries), stored=True, strict=False)
    summaries = []
    try:
        with store.transaction():
            summaries.extend(_take_file(store, file, options, rules, now, meter) for file in files)
            if options.dry_run or any(summary.error or summary.rejects for summary in summaries):
                raise _TakenBack
    except _TakenBack:
        return IngestSummary(tuple(summaries), stored=False, strict=options.strict)
    merge_short_runs(store, summaries[-1].accepted)
    return IngestSummary(tuple(summaries), stored=True, strict=options.strict)


class _TakenBack(Exception):
    """The transaction is rolled back on purpose."""


class _Meter:
    """Tells the progress of all files together."""

    def __init__(self, files: Sequence[str], progress: Progress | None) -> None:
        sizes = [0 if file == STANDARD_INPUT else Path(file).stat().st_size for file in files]
        self._total_bytes = 0 if STANDARD_INPUT in files else sum(sizes)
        self._progress = progress
        self._bytes = self._rows = self._rejects = 0

    def show(self, bytes_done: int, rows: int, rejects: int) -> None:
        """Tell how much of the present file is done."""
        if self._progress:
            self._progress(self._bytes + bytes_done, self._total_bytes, self._rows + rows, self._rejects + rejects)

    def storing(self, connection: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
        """Tell meanwhile how much of the file that was read is stored."""
        progress = self._progress
        if progress is None:
            return nullcontext()
        done = (self._bytes, self._total_bytes, self._rows, self._rejects)
        return telling_share(connection, lambda share: progress(*done, stored=share))

    def finish(self, bytes_done: int, rows: int, rejects: int) -> None:
        """Count the present file as done."""
        self.show(bytes_done, rows, rejects)
        self._bytes += bytes_done
        self._rows += rows
        self._rejects += rejects


def _take_file(
    store: Store, file: str, options: IngestOptions, rules: CallRules, now: datetime, meter: _Meter
) -> FileSummary:
    staging = Staging(store.connection)
    try:
        with _no_cycle_collection():
            _read_file(staging, file, options, rules, meter)
    except AudcliError as error:
        summary = FileSummary(file, error=error.message)
    else:
        summary = _store_file(store, staging, file, now, meter)
    staging.drop()
    return summary


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Spare the search for cycles among millions of records, which have none: a fifth of the time of reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_file(staging: Staging, file: str, options: IngestOptions, rules: CallRules, meter: _Meter) -> None:
    with ExitStack() as resources:
        records, bytes_read = _open(file, options, resources)
        usual = resources.enter_context(closing(UsualLines(staging, rules)))
        for number, record in enumerate(records, 1):
            if isinstance(record, Block):
                for other in records_of(usual.take(record)):
                    _take_record(staging, other, rules)
            else:
                _take_record(staging, record, rules)
                if number % _PROGRESS_ROWS:
                    continue
            meter.show(bytes_read(), staging.rows + staging.rejects.total(), staging.rejects.total())
        usual.finish()
        meter.finish(bytes_read(), staging.rows + staging.rejects.total(), staging.rejects.total())
    staging.flush()


def _open(file: str, options: IngestOptions, resources: ExitStack) -> OpenFile | OpenRows:
    format_ = _format(file, options)
    if format_ not in FLAT:
        return open_records(file, resources)
    mappings = calls_of_rows(file, options.tables)
    return open_rows(file, format_, mappings, resources, more_ids=bool(options.external_ids))


def _format(file: str, options: IngestOptions) -> Format | None:
    """Tell the format of a file; standard input is CSV where it is said what rows become."""
    if file == STANDARD_INPUT:
        return "csv" if options.tables else "json"
    return format_of(file)


def _take_record(staging: Staging, record: Record | RowRecord, rules: CallRules) -> None:
    try:
        if type(record.value) is Unusable:
            raise record.value
        call = read_call(record.value, rules, record.given_time)
    except Unusable as problem:
        staging.add_reject(record, problem)
    else:
        staging.add_call(call, record.line)


def _store_file(store: Store, staging: Staging, file: str, now: datetime, meter: _Meter) -> FileSummary:
    connection = store.connection
    read = staging.rows + staging.rejects.total()
    staging.rejects += turn_away_forgotten(connection)
    duplicates = staging.drop_duplicates()
    summary = FileSummary(
        file,
        read=read,
        accepted=read - staging.rejects.total() - duplicates.ids - duplicates.content,
        duplicate_ids=duplicates.ids,
        duplicate_content=duplicates.content,
        repeated_content=duplicates.repeated_content,
        rejected=dict(sorted(staging.rejects.items())),
    )
    generation = store.generation
    new_rejects = store_rejects(connection, file, generation + 1) if staging.rejects else 0
    if summary.accepted:
        identity.resolve(connection, generation + 1)
        with meter.storing(connection):
            store_calls(connection, staging.shapes)
        identity.drop(connection)
    if summary.accepted or new_rejects:
        generation += 1
        connection.execute("update store_state set generation = ?", [generation])
    connection.execute(
        "insert into ingests values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            generation,
            file,
            now,
            summary.read,
            summary.accepted,
            summary.duplicate_ids,
            summary.duplicate_content,
            summary.rejects,
        ],
    )
    return summary
