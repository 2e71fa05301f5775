"""Compute beside what else a user could pick: whole processes, from start to member lists on disk, on equal data.

    python benchmarks/compute.py --calls 400000 --definitions 10,100 --rivals audcli,raw,typed,polars

Every rival starts, opens the data that it has stored beforehand, evaluates all definitions and writes their members.
The lists are compared before any time is printed. Wall time is given with processor time (user and system) beside it,
which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from compute_data import AS_OF, write_calls
from compute_definitions import Definition, deal, document

RIVALS = ("audcli", "raw", "typed", "chdb", "polars", "scan", "write")
FLOORS = ("scan", "write")
AUDCLI = [sys.executable, "-m", "audcli"]
SCRIPT = [sys.executable, str(Path(__file__).with_name("compute_rivals.py"))]
OF_AUDCLI = """
select substr(key, 10)::integer as definition,
       case level when 'users' then identifiers.value else group_id end as id
from store.memberships join store.definitions using (definition)
    left join store.identity on level = 'users' and profile = entity and until_generation is null
    left join store.identifiers on identifiers.identifier = identity.identifier and identifiers.type = 'user_id'
    left join store.accounts on level = 'accounts' and account = entity
where exited_run is null and (level = 'accounts' or identifiers.value is not null)"""


class Run(NamedTuple):
    """What a process took: wall and processor time in seconds, and the most memory it ever held."""

    wall: float
    processor: float
    peak_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=4_000_000)
    parser.add_argument("--definitions", default="10,100,300", help="how many, comma-separated")
    parser.add_argument("--rivals", default=",".join(RIVALS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory-limit", default="60%", help="of audcli")
    parser.add_argument("--keep", type=Path, help="a folder for the made data, which a later run takes up again")
    parser.add_argument("--chart", type=Path, help="a PNG file for the chart")
    options = parser.parse_args()
    rivals, counts = options.rivals.split(","), [int(each) for each in options.definitions.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        prepare(place, options.calls, rivals)
        print(
            f"{options.calls:,} calls, medians of {options.runs}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
        )
        found = {count: measure(place, count, rivals, options.runs, options.memory_limit) for count in counts}
    for count, runs in found.items():
        show(count, runs)
    if options.chart:
        draw(options.chart, options.calls, found)


def prepare(place: Path, calls: int, rivals: list[str]) -> None:
    """Make the calls and what each rival stores of them, as far as it is not there yet."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / "calls.jsonl"
    if not file.exists():
        write_calls(file, calls)
    (place / "audiences").mkdir(exist_ok=True)
    (place / "audcli.yaml").touch()
    if "audcli" in rivals and not (place / ".audcli" / "store.duckdb").exists():
        run([*AUDCLI, "ingest", "--quiet", "calls.jsonl"], place)
    made = {"raw": "raw.duckdb", "typed": "typed.duckdb", "polars": "calls.parquet", "chdb": "chdb"}
    # chdb takes up the Parquet files, and these come from the typed tables.
    needed = {*rivals, "typed", *(["polars"] if "chdb" in rivals else [])}
    for rival, name in made.items():
        if rival in needed and not (place / name).exists():
            run([*SCRIPT, "prepare", rival, str(file), str(place)], place)


def measure(place: Path, count: int, rivals: list[str], runs: int, memory_limit: str) -> dict[str, list[Run]]:
    """Run all rivals in turn, several times, and stop unless all find the same members."""
    definitions = deal(count)
    documents = [json.dumps(document(number, each)) + "\n" for number, each in enumerate(definitions)]
    (place / "audiences" / "all.yaml").write_text("---\n".join(documents))
    found: dict[str, list[Run]] = {}
    for turn in range(runs):
        for rival in rivals:
            if rival == "audcli":
                found.setdefault(rival, []).append(compute(place, memory_limit))
            else:
                found.setdefault(rival, []).append(run([*SCRIPT, "compute", rival, str(place), str(count)], place))
        if turn == 0:
            check_equal(place, definitions, rivals)
        if "audcli" in rivals:
            run([*AUDCLI, "runs", "drop"], place)
    return found


def compute(place: Path, memory_limit: str) -> Run:
    """Compute as the first run ever, which writes down every member; the profile goes to a file."""
    command = [*AUDCLI, "--memory-limit", memory_limit, "compute", "--as-of", AS_OF.isoformat(), "--profile", "--json"]
    with (place / "profile.json").open("w") as profile:
        return run(command, place, profile.fileno())


def run(command: list[str], place: Path, output: int = subprocess.DEVNULL) -> Run:
    """Run a process to its end, and stop the benchmark unless it ends well."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=place, stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"`{' '.join(command)}` ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def check_equal(place: Path, definitions: list[Definition], rivals: list[str]) -> None:
    """Stop unless every definition has the same members with all rivals."""
    import duckdb

    digests = {}
    for rival in rivals:
        if rival in FLOORS:
            continue
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false")
            rows = _members(connection, place, rival)
            query = f"select definition, count(*), sum(hash(id)) from ({rows}) group by definition order by definition"
            digests[rival] = connection.execute(query).fetchall()
    [first, *others] = digests
    for other in others:
        if digests[first] != digests[other]:
            differing = sorted({each[0] for each in {*digests[first]} ^ {*digests[other]}})
            sys.exit(f"{first} and {other} differ in the definitions {differing} of {len(definitions)}")


def _members(connection, place: Path, rival: str) -> str:  # type: ignore[no-untyped-def]
    match rival:
        case "audcli":
            connection.execute(f"attach '{place}/.audcli/store.duckdb' as store (read_only)")
            return OF_AUDCLI
        case "polars":
            return f"select definition, id from '{place}/polars_members.parquet'"
        case "chdb":
            export = place / "chdb_members.parquet"
            export.unlink(missing_ok=True)
            query = f"insert into function file('{export}', Parquet) select * from bench.members"
            program = f"from chdb.session import Session; Session('{place}/chdb').query(\"{query}\")"
            subprocess.run([sys.executable, "-c", program], check=True)
            return f"select definition, id::varchar as id from '{export}'"
        case _:
            connection.execute(f"attach '{place}/{rival}.duckdb' as rival (read_only)")
            return "select definition, id from rival.members"


def show(count: int, runs: dict[str, list[Run]]) -> None:
    print(f"\n| {count} definitions | wall, s | audcli / it | processor, s | audcli / it | peak, MiB |")
    print("|---|--:|--:|--:|--:|--:|")
    for rival, each in runs.items():
        wall, processor = (statistics.median(getattr(one, field) for one in each) for field in ("wall", "processor"))
        ratios = [
            statistics.median(getattr(one, field) for one in runs["audcli"]) / own if "audcli" in runs else float("nan")
            for field, own in (("wall", wall), ("processor", processor))
        ]
        peak = max(one.peak_bytes for one in each) / 2**20
        print(f"| {rival} | {wall:.2f} | {ratios[0]:.2f} | {processor:.2f} | {ratios[1]:.2f} | {peak:,.0f} |")


def draw(path: Path, calls: int, found: dict[int, dict[str, list[Run]]]) -> None:
    """Draw the processor time of every rival by the number of definitions."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for rival in next(iter(found.values())):
        medians = [statistics.median(each.processor for each in runs[rival]) for runs in found.values()]
        axes.plot(list(found), medians, marker="o", label=rival, linestyle=":" if rival in FLOORS else "-")
    axes.set(xlabel="definitions", ylabel="processor time, s", title=f"{calls:,} calls", yscale="log", xscale="log")
    axes.set_xticks(list(found), [str(each) for each in found])
    axes.legend()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
