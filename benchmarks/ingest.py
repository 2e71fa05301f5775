"""Ingest beside a bare DuckDB: whole processes, from start to end, on calls made by a seed.

    python benchmarks/ingest.py --calls 400000

at once      `audcli ingest` of one file against `create table ... as select * from read_json_auto(file)`, of track
             calls and of a mix of all kinds; the peak of memory; the same file a second time; with rejects in it
in parts     the same calls in 200 files, one ingest each, start-ups subtracted; the slowest against the median, where
             ingests that merged short runs stand apart; `audcli compute` of 100 conditions on both stores
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from main_job import AS_OF, NAMES, write_audiences

AUDCLI = [sys.executable, "-m", "audcli"]
READ = (
    "import duckdb; connection = duckdb.connect('bare.duckdb'); connection.execute('set enable_progress_bar = false'); "
)
READ += "connection.execute("
READ += "\"create or replace table calls as select * from read_json_auto('{file}')\")"
START_UPS = ([*AUDCLI, "--version"], [sys.executable, "-c", "import duckdb"])
CALLS_OF_A_USER = 25
CONDITIONS = 100


class Run(NamedTuple):
    """How long a process took, by the clock and of processors, and the most memory it ever held."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=4_000_000)
    parser.add_argument("--parts", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory-limit", default="1GB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_lines(place / "tracks.jsonl", tracks(options.calls))
        write_lines(place / "mix.jsonl", mixed(options.calls))
        write_lines(place / "rejects.jsonl", with_rejects(options.calls))
        write_audiences(place, CONDITIONS)
        print(f"{options.calls:,} calls, medians of {options.runs}; {os.cpu_count()} cores")
        at_once(place, options.runs, options.memory_limit)
        in_parts(place, options.parts, options.calls, options.memory_limit)


def at_once(place: Path, runs: int, memory_limit: str) -> None:
    ingests: dict[str, list[Run]] = {}
    bare: dict[str, list[Run]] = {}
    again = []
    for _ in range(runs):
        for file in ("mix.jsonl", "rejects.jsonl", "tracks.jsonl"):
            shutil.rmtree(place / ".audcli", ignore_errors=True)
            ingests.setdefault(file, []).append(ingest(place, file, memory_limit))
            if file != "rejects.jsonl":
                bare.setdefault(file, []).append(run([sys.executable, "-c", READ.format(file=file)], place))
        again.append(ingest(place, "tracks.jsonl", memory_limit))
    for file in ("tracks.jsonl", "mix.jsonl"):
        show(f"ingest {file} / read_json_auto", seconds(ingests[file]), seconds(bare[file]))
    show("the same file again / the first time", seconds(again), seconds(ingests["tracks.jsonl"]))
    show("with 1 reject in 100 / without", seconds(ingests["rejects.jsonl"]), seconds(ingests["tracks.jsonl"]))
    peak = max(each.peak_bytes for each in [*ingests["tracks.jsonl"], *ingests["mix.jsonl"], *again])
    print(f"peak of memory with --memory-limit {memory_limit}: {peak / 2**20:,.0f} MiB")


def in_parts(place: Path, parts: int, calls: int, memory_limit: str) -> None:
    """Ingest the track calls in parts, and compare time and store with those of one ingest of all."""
    shutil.rmtree(place / ".audcli")
    rows = calls // parts
    at_once = ingest(place, "tracks.jsonl", memory_limit)
    shutil.move(place / ".audcli", place / "whole")
    start_ups = [run(command, place) for command in START_UPS]
    plain: list[Run] = []
    merging: list[Run] = []
    loose_from = 0
    for file in split(place / "tracks.jsonl", rows, parts):
        took = ingest(place, file, memory_limit)
        now = state(place)
        (plain if now == loose_from else merging).append(took)
        loose_from = now
    what = f"{parts} ingests of {rows:,} / one of all"
    total = sum(seconds([*plain, *merging])) - parts * sum(seconds(start_ups))
    show(what, [total], [at_once.seconds])
    total = sum(processor_seconds([*plain, *merging])) - parts * sum(processor_seconds(start_ups))
    show(f"{what}, of processors", [total], [at_once.processor_seconds])
    median = statistics.median(seconds(plain))
    print(f"slowest / median of the {len(plain)} that merged nothing: {max(seconds(plain)) / median:.2f}")
    for each in seconds(merging):
        print(f"one that merged / median: {each / median:.2f}")
    stores = (place / ".audcli" / "store.duckdb", place / "whole" / "store.duckdb")
    computes = [[compute(place, store) for store in stores] for _ in range(3)]
    show(f"compute of {CONDITIONS} conditions, in parts / at once", *zip(*computes, strict=True))


def ingest(place: Path, file: str, memory_limit: str) -> Run:
    return run([*AUDCLI, "ingest", "--quiet", "--memory-limit", memory_limit, file], place)


def compute(place: Path, store: Path) -> float:
    return run([*AUDCLI, "compute", "--quiet", "--store", str(store), "--as-of", AS_OF.isoformat()], place).seconds


def run(command: list[str], place: Path) -> Run:
    """Run a process to its end, and stop the benchmark unless it ends well."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"`{' '.join(command)}` ended with {process.returncode}")
    return Run(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def state(place: Path) -> int:
    """Tell from which row on the store holds short runs: it moves when they were merged."""
    import duckdb

    with duckdb.connect(str(place / ".audcli" / "store.duckdb"), read_only=True) as connection:
        [(loose_from,)] = connection.execute("select loose_from from store_state").fetchall()
    return int(loose_from)


def split(path: Path, rows: int, parts: int) -> list[str]:
    names = []
    with path.open() as lines:
        for number in range(parts):
            names.append(f"part-{number:03}.jsonl")
            with path.with_name(names[-1]).open("w") as part:
                part.writelines(next(lines) for _ in range(rows))
    return names


def write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w") as file:
        file.writelines(f"{line}\n" for line in lines)


def tracks(count: int) -> Iterator[str]:
    random = Random(7)
    for number in range(count):
        yield json.dumps(track(random, number, count))


def with_rejects(count: int) -> Iterator[str]:
    """Give the same calls, of which one in a hundred is cut short."""
    for number, line in enumerate(tracks(count)):
        yield line[:-9] if number % 100 == 50 else line


def mixed(count: int) -> Iterator[str]:
    """Give calls of which a fifth are identify and group calls, and half are of anonymous visitors."""
    random = Random(11)
    for number in range(count):
        call = track(random, number, count)
        if random.random() < 0.5:
            call["anonymousId"] = f"device-{random.randrange(max(1, count // CALLS_OF_A_USER))}"
            if random.random() < 0.8:
                del call["userId"]
        if random.random() < 0.2:
            call |= random.choice([identify(call, random), group(random)])
            del call["event"], call["properties"]
        yield json.dumps(call)


def track(random: Random, number: int, count: int) -> dict[str, Any]:
    """Give a track call of some 360 bytes with six properties and a context."""
    when = AS_OF - timedelta(seconds=random.randrange(120 * 86400))
    return {
        "type": "track",
        "event": f"Event {random.randrange(NAMES)}",
        "userId": f"user-{random.randrange(max(1, count // CALLS_OF_A_USER))}",
        "messageId": f"message-{number:012}",
        "timestamp": when.isoformat().replace("+00:00", "Z"),
        "properties": {
            "revenue": round(random.uniform(1, 500), 2),
            "quantity": random.randrange(1, 9),
            "platform": random.choice(["ios", "android", "web"]),
            "plan": random.choice(["free", "pro", "business"]),
            "sku": f"SKU-{random.randrange(5000)}",
            "gift": random.random() < 0.1,
        },
        "context": {
            "page": {"url": f"https://shop.example/{random.randrange(900)}"},
            "library": {"name": "web", "version": f"3.{random.randrange(9)}.1"},
        },
    }


def identify(call: dict[str, Any], random: Random) -> dict[str, Any]:
    who = call.get("userId", call.get("anonymousId"))
    return {
        "type": "identify",
        "traits": {"email": f"{who}@mail.example", "plan": "pro", "age": random.randrange(18, 80)},
    }


def group(random: Random) -> dict[str, Any]:
    number = random.randrange(2000)
    return {"type": "group", "groupId": f"company-{number}", "traits": {"name": f"Company {number}", "seats": number}}


def seconds(runs: list[Run]) -> list[float]:
    return [run.seconds for run in runs]


def processor_seconds(runs: list[Run]) -> list[float]:
    return [run.processor_seconds for run in runs]


def show(what: str, ours: Sequence[float], theirs: Sequence[float]) -> None:
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"{what}: {a:.2f} s / {b:.2f} s = {a / b:.2f}", flush=True)


if __name__ == "__main__":
    main()
