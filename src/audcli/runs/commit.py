"""Commits a run: what it found, held against what the last one left, goes into the ledger as one.

members of this run     7 | ann, bob          entered  7 | bob
members before          7 | ann, cem    ->    exited   7 | cem         previous + entered - exited = members
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb

from audcli.laps import Laps
from audcli.runs.comparison import Counts, compare, let_all_exit, write_changes
from audcli.runs.keys import Remembered, next_number, number_keys, remembered_keys
from audcli.runs.links import let_links_go, write_links
from audcli.runs.rows import insert_rows
from audcli.runs.run import Circumstances, Computed, Result, Run
from audcli.runs.trait_values import compare_values, let_all_values_go, write_values

_MANY_RUNS = 100


def commit(
    connection: duckdb.DuckDBPyConnection,
    computed: Sequence[Computed],
    circumstances: Circumstances,
    *,
    defined: Collection[str] | None = None,
    laps: Laps | None = None,
) -> Run:
    """Compare what a run found with what the last one left, and write both into the ledger.

    `defined` are the keys of all definitions there are; a key that is not among them counts as removed. Without it none
    does. `laps` is told when a step ends. Works within the connection's transaction; the caller commits it.
    """
    laps = laps or Laps()
    run = next_number(connection, "run", "runs")
    known = remembered_keys(connection)
    numbers = number_keys(connection, computed, known)
    counts, begun = _compare(connection, computed, numbers, known, run)
    laps.end("compare with the last run")
    write_changes(connection, run)
    write_values(connection, begun, run)
    write_links(connection, {numbers[each.key]: each.links_from for each in computed if each.links_from}, run)
    if defined is not None:
        let_links_go(connection, run, but_of=numbers.values())
    results = [_result(each, known.get(each.key), counts.get(numbers[each.key])) for each in computed]
    removed = [] if defined is None else list(_removed(known, defined))
    numbers |= {each.key: known[each.key].number for each in removed}
    in_order = tuple(sorted([*results, *removed], key=lambda each: each.key))
    _write_results(connection, run, computed, numbers, in_order)
    _write_run(connection, run, circumstances)
    laps.end("write the ledger")
    return Run(run, circumstances.as_of, in_order)


def ends_many(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the next run ends a hundred: with it the small row groups that they left are gathered."""
    return next_number(connection, "run", "runs") % _MANY_RUNS == 0


def note_duration(connection: duckdb.DuckDBPyConnection, run: Run, seconds: float) -> None:
    """Say in the ledger how long the run took."""
    connection.execute("update runs set duration_ms = ? where run = ?", [round(seconds * 1000), run.number])


def _compare(
    connection: duckdb.DuckDBPyConnection,
    computed: Sequence[Computed],
    numbers: Mapping[str, int],
    known: Mapping[str, Remembered],
    run: int,
) -> tuple[dict[int, Counts], str]:
    """Compare all that was computed; of a key that is used anew for another kind, whoever was in it exits.

    Gives the counts by number, and the query of the values of traits that begin.
    """
    counts = compare(connection, [(numbers[each.key], each.members) for each in computed if each.members is not None])
    values = {numbers[each.key]: each.values for each in computed if each.values is not None}
    compared = compare_values(connection, values, run)
    counts |= compared.counts
    for each in computed:
        before, number = known.get(each.key), numbers[each.key]
        if before is not None and before.number != number:
            exited = let_all_exit(connection, before.number) + let_all_values_go(connection, before.number)
            counts[number] = replace(counts[number], exited=exited)
    return counts, compared.begun


def _result(computed: Computed, known: Remembered | None, counts: Counts | None) -> Result:
    before = 0 if known is None else known.members
    if counts is None:
        return Result(computed.key, "failed", computed.reason, before, 0, 0, before)
    return Result(computed.key, "ok", None, before, counts.entered, counts.exited, counts.members)


def _removed(known: Mapping[str, Remembered], defined: Collection[str]) -> Iterator[Result]:
    for key, each in known.items():
        if key not in defined and not each.removed:
            yield Result(key, "removed", None, each.members, 0, 0, each.members)


def _write_results(
    connection: duckdb.DuckDBPyConnection,
    run: int,
    computed: Iterable[Computed],
    numbers: Mapping[str, int],
    results: Sequence[Result],
) -> None:
    by_key = {each.key: each for each in computed}
    rows = []
    texts = {}
    for result in results:
        each = by_key.get(result.key)
        text_digest = ""
        if each is not None and each.text:
            text_digest = hashlib.sha256(each.text.encode()).hexdigest()
            texts[text_digest] = each.text
        digests = ("", "") if each is None else (each.digest, each.whole_digest)
        rows.append(
            (run, numbers[result.key], *digests, text_digest, result.outcome, result.reason,
             result.previous, result.entered, result.exited, result.members)
        )  # fmt: skip
    insert_rows(connection, "results", rows)
    _write_texts(connection, texts)


def _write_texts(connection: duckdb.DuckDBPyConnection, texts: Mapping[str, str]) -> None:
    there = {digest for (digest,) in connection.execute("select digest from definition_texts").fetchall()}
    insert_rows(connection, "definition_texts", [each for each in texts.items() if each[0] not in there])


def _write_run(connection: duckdb.DuckDBPyConnection, run: int, circumstances: Circumstances) -> None:
    connection.execute(
        "insert into runs select ?, ?, ?, 0, generation, ? from store_state",
        [run, circumstances.as_of, circumstances.started_at, circumstances.version],
    )
    inputs = [(run, kind, name, digest) for (kind, name), digest in sorted(circumstances.inputs.items())]
    insert_rows(connection, "run_inputs", inputs)
