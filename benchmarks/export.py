"""Exports beside a bare DuckDB: files of members against `COPY` of the finished table, hashes against a statement.

    python benchmarks/export.py --members 1000000

The store is made by SQL from a seed: for every four members four user ids, three anonymous ids, four e-mail addresses
and two phone numbers, 3.25 ids each. Times are those of the work itself, without start-up: what `--json` says, and what
DuckDB needs for the statement alone; where other work runs on the machine the processor times tell more (those of an
export include start-up). The bytes are compared before any time is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

MEMORY_LIMIT = "512MB"
DEFINITION = "audience: everybody\nwhere: {everyone: true}\n"
STATEMENTS = {
    "unformatted": "from unformatted",
    "indexed": "from indexed",
    "single-column": "select distinct sha256(lower(trim(email))) as email from emails order by 1",
}
TIMED = """
import duckdb, sys, time
connection = duckdb.connect("by_hand.duckdb")
connection.execute("set enable_progress_bar = false")
started, used = time.perf_counter(), time.process_time()
connection.execute(f"copy ({sys.argv[1]}) to 'by_hand.csv' (header)")
print(time.perf_counter() - started, time.process_time() - used)
"""


@dataclass(frozen=True, slots=True)
class Export:
    """What one export took: seconds of work, of both cores with start-up, bytes of memory at the peak, rows written."""

    seconds: float
    processor: float
    peak: int
    rows: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        in_another_process(make_project, place, options.members)
        run([sys.executable, "-m", "audcli", "compute", "--quiet"], place)
        for format_ in ("unformatted", "indexed"):
            export(place, format_)
            (place / "ours.csv").rename(place / f"{format_}.csv")
        in_another_process(make_finished_tables, place)
        print(f"{options.members:,} members, {options.members * 13 // 4:,} ids, medians of {options.runs}")
        for format_ in STATEMENTS:
            compare(place, format_, options.runs)
        show_phones(place, options.runs)


def compare(place: Path, format_: str, runs: int) -> None:
    """Time an export and the statement for the same file in turn, and the export again with little memory."""
    ours, theirs, frugal = [], [], []
    for _ in range(runs):
        ours.append(export(place, format_))
        check_equal(place, format_)
        theirs.append([float(time) for time in run([sys.executable, "-c", TIMED, STATEMENTS[format_]], place).split()])
        frugal.append(export(place, format_, "--memory-limit", MEMORY_LIMIT))
    a, b = statistics.median(each.seconds for each in ours), statistics.median(seconds for seconds, _ in theirs)
    processor = statistics.median(each.processor for each in ours), statistics.median(used for _, used in theirs)
    c = statistics.median(each.seconds for each in frugal)
    size = (place / "ours.csv").stat().st_size / 1e6
    print(
        f"{format_} ({size:,.0f} MB) / COPY: {a:.2f} s / {b:.2f} s = {a / b:.2f}"
        f" ({spread([each.seconds for each in ours])} against {spread([seconds for seconds, _ in theirs])} s;"
        f" processor {processor[0]:.2f} s / {processor[1]:.2f} s; peak {peak(ours)}); "
        f"with --memory-limit {MEMORY_LIMIT}: {c:.2f} s, peak {peak(frugal)}"
    )


def show_phones(place: Path, runs: int) -> None:
    """Time the export of phone numbers, which have to be parsed one by one."""
    phones = ["--id-type", "phone", "--default-region", "US", "--memory-limit", MEMORY_LIMIT]
    ours = [export(place, "single-column", *phones) for _ in range(runs)]
    seconds = statistics.median(each.seconds for each in ours)
    print(
        f"phones: {ours[0].rows:,} in {seconds:.2f} s = {ours[0].rows / seconds:,.0f} rows a second"
        f" ({spread([each.seconds for each in ours])} s); with --memory-limit {MEMORY_LIMIT}: peak {peak(ours)}"
    )


def export(place: Path, format_: str, *options: str) -> Export:
    """Export in a process of its own into `ours.csv`."""
    command = [sys.executable, "-m", "audcli", "export", "everybody", "--format", format_, *options]
    with subprocess.Popen(
        [*command, "--output", "ours.csv", "--json", "--quiet"], cwd=place, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        receipt = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Export(receipt["seconds"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, receipt["written"])


def check_equal(place: Path, format_: str) -> None:
    """Stop unless the export has the bytes of the statement's file, but for the ends of lines."""
    run([sys.executable, "-c", TIMED, STATEMENTS[format_]], place)
    ours, theirs = (digest(place / name) for name in ("ours.csv", "by_hand.csv"))
    if ours != theirs:
        sys.exit(f"{format_} differs from what the statement gives")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        whole = hashlib.sha256()
        for line in file:
            whole.update(line.rstrip(b"\r\n"))
        return whole.hexdigest()


def in_another_process(work: object, *arguments: object) -> None:
    """Do the work elsewhere: what a child's peak is counted as begins with the memory of its parent."""
    process = get_context("spawn").Process(target=work, args=arguments)  # type: ignore[arg-type]
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def make_project(place: Path, members: int) -> None:
    """Make a project whose store holds an identify call of each member, and their ids."""
    from audcli.store import open_store

    (place / "audcli.yaml").write_text("", "utf-8")
    (place / "audiences").mkdir()
    (place / "audiences" / "everybody.yaml").write_text(DEFINITION, "utf-8")
    with open_store(place / ".audcli" / "store.duckdb", write=True, create=True) as store:
        store.connection.execute(f"""
            create temp table members as
                select n, hash(n) as chance, timestamp '2026-01-01' + n * interval 1 second as time
                from range({members}) as numbers (n);
            create temp table ids as
                select row_number() over (order by profile, type, value) - 1 as identifier, * from (
                    select n as profile, 'user_id' as type, 'user-' || n as value, time from members
                    union all
                    select n, 'anonymous_id', cast(md5('a' || n)::uuid as varchar), time from members where n % 4 > 0
                    union all
                    select n, 'email', concat('person.', n, '@mail', chance % 50, '.example'), time
                    from members where n % 4 > 0
                    union all
                    select n, 'email', concat('p', n, '@work', chance % 900, '.example'), time + interval 1 day
                    from members where n % 4 = 1
                    union all
                    select n, 'phone', printf('(%d) %d-%04d', [212, 303, 415, 617, 702][1 + n % 5],
                        200 + (n // 10) % 800, n // 8000), time
                    from members where n % 2 = 0);
            insert into profile_keys select n, 'use_' || left(sha256('seed 7 ' || n), 26) from members;
            insert into identifiers select identifier, type, value, profile from ids order by identifier;
            insert into identity select identifier, profile, time, 1, null from ids order by identifier;
            insert into call_names values (1, 'identify', '');
            insert into calls by name select 1 as call_name, time, identifier, profile::varchar as message_id,
                '{{}}'::json::variant as properties, '{{}}'::json::variant as context from ids where type = 'user_id';
            update store_state set generation = 1;
        """)


def make_finished_tables(place: Path) -> None:
    """Read what was exported into the tables that `COPY` writes, and the addresses from the store."""
    import duckdb

    with duckdb.connect(str(place / "by_hand.duckdb")) as connection:
        for format_ in ("unformatted", "indexed"):
            connection.execute(
                f"create table {format_} as from read_csv('{place / format_}.csv', header = true, all_varchar = true)"
            )
        connection.execute(f"attach '{place}/.audcli/store.duckdb' as store (read_only)")
        connection.execute("create table emails as select value as email from store.identifiers where type = 'email'")


def run(command: list[str], place: Path) -> str:
    return subprocess.run(command, cwd=place, check=True, capture_output=True, encoding="utf-8").stdout


def spread(seconds: list[float]) -> str:
    return f"{min(seconds):.2f}-{max(seconds):.2f}"


def peak(exports: list[Export]) -> str:
    return f"{max(each.peak for each in exports) / 2**20:,.0f} MiB"


if __name__ == "__main__":
    main()
