"""What a run could save that evaluates only those for whom something can have changed: a prototype to measure with.

    python benchmarks/incremental.py --calls 400000 --definitions 100

A run at A′ follows one at A: an hour, a day or a week later, with the calls of that time, some late ones, and merges.
Who may have changed is found, the compiled definitions are run for these alone, and the members are compared before
any time is printed: the touched must have what a full run gives them, and all others what they had at A.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path

from compute import AUDCLI, run
from compute_data import AS_OF, write_calls
from compute_definitions import Companies, deal, document
from incremental_study import Cost, Study

from audcli.project import Project, find_project
from audcli.store import Store, open_store

STEPS = {"1 hour": timedelta(hours=1), "1 day": timedelta(days=1), "7 days": timedelta(days=7)}
MORE = {
    "calendar": {"audience": "calendar", "where": {"event": "Event 1", "during": "this month"}},
    "elapsed": {
        "audience": "elapsed",
        "where": {
            "sequence": [
                {"event": "Event 1", "within": "30 days"},
                {"event": "Event 2", "did": False, "within": "3 days", "elapsed": True},
            ]
        },
    },
}
UNEVEN = 4
"""The power by which few users make most of the calls: the first tenth of them 56 %."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=4_000_000)
    parser.add_argument("--definitions", type=int, default=100)
    parser.add_argument("--without-accounts", action="store_true", help="leave out the audiences of accounts")
    parser.add_argument("--more", choices=MORE, action="append", default=[], help="one more definition of that kind")
    parser.add_argument("--uneven", action="store_true", help="let a tenth of the users make most of the calls")
    parser.add_argument("--steps", default=",".join(STEPS), help="from one run to the next, comma-separated")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for the made data, which a later run takes up again")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.keep) as folder:
        project = prepare(options.keep or Path(folder), Path(folder) / "project", options)
        with open_store(project.store_path, write=False) as store:
            later = AS_OF.replace(tzinfo=None)
            columns, studies = {}, []
            for step in options.steps.split(","):
                studies.append(Study(project, store, Path(folder), later - STEPS[step], later))
                columns[step] = measure(studies[-1], options.runs)
            print(f"{options.calls:,} calls, {len(studies[-1].documents)} definitions, medians of {options.runs};")
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}")
            show(columns)
            show_state(studies[-1])


def prepare(place: Path, root: Path, options: argparse.Namespace) -> Project:
    """Ingest made calls into a store at `place`, and make a project in `root` with a copy of it."""
    (place / "audcli.yaml").touch()
    if not (place / ".audcli" / "store.duckdb").exists():
        write_calls(place / "calls.jsonl", options.calls)
        run([*AUDCLI, "ingest", "--quiet", "calls.jsonl"], place)
    (root / "audiences").mkdir(parents=True)
    shutil.copy(place / "audcli.yaml", root)
    shutil.copytree(place / ".audcli", root / ".audcli")
    dealt = enumerate(deal(options.definitions))
    documents = [
        document(number, each)
        for number, each in dealt
        if not (options.without_accounts and isinstance(each, Companies))
    ]
    documents += [MORE[each] for each in options.more]
    (root / "audiences" / "all.yaml").write_text("---\n".join(json.dumps(each) + "\n" for each in documents))
    project = find_project(root, root)
    if options.uneven:
        with open_store(project.store_path, write=True) as store:
            deal_anew(store)
    return project


def deal_anew(store: Store) -> None:
    """Give the events to other users, so that few make most of them; group and identify calls stay."""
    store.connection.execute(
        """create temp table users as
        select identifier, row_number() over (order by identifier) - 1 as place
        from (select distinct identifier from calls)"""
    )
    [(users,)] = store.connection.execute("select count(*) from users").fetchall()
    chance = f"pow(hash(message_id) % 1000000007 / 1000000007, {UNEVEN})"
    store.connection.execute(
        f"""update calls set identifier = users.identifier from users
        where place = floor({users} * {chance})::bigint
            and call_name in (select call_name from call_names where type = 'track')"""
    )


def measure(study: Study, runs: int) -> dict[str, str]:
    """Compare a full run with runs for the touched alone, and give what was found as the cells of a column."""
    costs: dict[str, list[Cost]] = {}
    study.evaluate(study.scripts[0], "earlier")
    for turn in range(runs):
        costs.setdefault("full run", []).append(study.evaluate(study.scripts[1], "later"))
        costs.setdefault("find the touched", []).append(study.find_touched())
        costs.setdefault("run for these alone", []).append(study.evaluate(study.scripts[1], "narrow"))
        if turn == 0:
            study.lay_ready()
        costs.setdefault("the same, their calls lying ready", []).append(study.evaluate(study.scripts[1], "ready"))
        costs.setdefault("run for nobody", []).append(study.evaluate(study.scripts[1], "nobody"))
        if turn == 0:
            study.check()
    return {**shares(study), **times(costs)}


def shares(study: Study) -> dict[str, str]:
    """Give how many calls, profiles and accounts there are, and of these the shares of what else was counted."""
    numbers = study.numbers()
    cells = {}
    for words, number in numbers.items():
        whole = next(each for each in ("profiles", "accounts", "calls") if words.startswith(each) or each == "calls")
        cells[words] = f"{number:,}" if words == whole else f"{100 * number / numbers[whole]:.3g} %"
    return cells


def times(costs: dict[str, list[Cost]]) -> dict[str, str]:
    """Give the medians, processor time first, and what finding and evaluating the touched take of a full run."""
    medians = {
        words: Cost(*(statistics.median(each) for each in zip(*several, strict=True)))
        for words, several in costs.items()
    }
    cells = {f"{words}, s": f"{each.processor:.2f} ({each.wall:.2f})" for words, each in medians.items()}
    full, *restricted = (medians[each].processor for each in ("full run", "find the touched", "run for these alone"))
    return {**cells, "found and run / full": f"{sum(restricted) / full:.2f}"}


def show(columns: dict[str, dict[str, str]]) -> None:
    print(f"\n| a run later by | {' | '.join(columns)} |\n|---|{'--:|' * len(columns)}")
    for words in next(iter(columns.values())):
        print(f"| {words} | {' | '.join(each[words] for each in columns.values())} |")


def show_state(study: Study) -> None:
    """Print where the time of a full run goes, and how large its tables would be if they were kept."""
    seconds = study.seconds_by_kind()
    print("\none after the other:", ", ".join(f"{kind} {each:.2f} s" for kind, each in seconds.items()))
    for kind in ("events", "computed", "sequence", "wave"):
        rows, megabytes = study.size_of(kind)
        print(f"tables of {kind}: {rows:,} rows, {megabytes:,.1f} MB")
    print(f"the store: {study.store.path.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
