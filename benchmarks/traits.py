"""Computed traits beside a bare DuckDB: all in one run, against one statement written by hand for each.

    python benchmarks/traits.py --calls 4000000 --traits 50 --keep /tmp/bench

Every contender is a process of its own, from start to end; both write their results into a file. The statements read
a table that `read_json_auto` made. The values are compared before any time is printed. `--keep` names a folder in
which the calls and both files stay, so that another go need not make them again.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random

from main_job import AS_OF, NAMES, READ, show, timed, write_calls

BY_HAND = """
import duckdb
connection = duckdb.connect("by_hand.duckdb")
for number, line in enumerate(open("by_hand.sql")):
    connection.execute(f"create or replace table values_{number} as {line}")
"""
NUMBER = "properties.revenue::decimal(18, 9)"
KINDS = [
    ("count", "", "", "count(*)"),
    ("sum", "revenue", "", f"sum({NUMBER})::double"),
    ("average", "revenue", "", f"sum({NUMBER})::double / count(properties.revenue)"),
    ("minimum", "revenue", "", "min(properties.revenue)"),
    ("maximum", "quantity", "", "max(properties.quantity)"),
    ("first", "sku", "", 'arg_min(properties.sku, (timestamp, "messageId"))'),
    ("last", "plan", "", 'arg_max(properties.plan, (timestamp, "messageId"))'),
    ("unique_count", "platform", "", "count(distinct properties.platform)"),
    ("unique_list", "sku", "limit: 5", "list_sort(list(distinct properties.sku))[:5]"),
    ("most_frequent", "platform", "", ""),
]
FILTERS = [
    ("", "true"),
    ("{platform: ios}", "properties.platform = 'ios'"),
    ("{quantity: {at_least: 4}}", "properties.quantity >= 4"),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=400_000)
    parser.add_argument("--traits", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place: Path = options.keep or Path(folder)
        make(place, options.calls)
        write_traits(place, options.traits)
        compute, by_hand = [], []
        for _ in range(options.runs):
            shutil.copy(place / "ingested.duckdb", place / ".audcli" / "store.duckdb")
            audcli = [sys.executable, "-m", "audcli", "compute", "--quiet", "--as-of", AS_OF.isoformat()]
            compute.append(timed(audcli, place))
            by_hand.append(timed([sys.executable, "-c", BY_HAND], place))
        values = check_equal(place, options.traits)
    print(f"{options.calls:,} calls, {options.traits} traits with {values:,} values, medians of {options.runs}")
    show("audcli compute / one statement a trait", compute, by_hand)


def make(place: Path, calls: int) -> None:
    """Make the calls, the store and the table, unless they are there."""
    if (place / f"made_{calls}").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    (place / "audiences").mkdir(parents=True)
    (place / "audcli.yaml").write_text("")
    write_calls(place / "calls.jsonl", calls)
    subprocess.run([sys.executable, "-m", "audcli", "ingest", "--quiet", "calls.jsonl"], cwd=place, check=True)
    shutil.copy(place / ".audcli" / "store.duckdb", place / "ingested.duckdb")
    subprocess.run([sys.executable, "-c", READ], cwd=place, check=True)
    (place / f"made_{calls}").touch()


def write_traits(place: Path, count: int) -> None:
    """Write traits of all kinds in turn, and each of them as a statement by hand."""
    random = Random(13)
    definitions, statements = [], []
    for number in range(count):
        compute, field, option, value = KINDS[number % len(KINDS)]
        name, days = f"Event {random.randrange(NAMES)}", random.randrange(5, 120)
        where, condition = random.choice(FILTERS)
        lines = [f"trait: t{number}", f"compute: {compute}", f"event: {name}", f"within: {days} days", option]
        lines += [f"property: {field}" if field else "", f"where: {where}" if where else ""]
        definitions.append("\n".join(line for line in lines if line) + "\n")
        start = (AS_OF - timedelta(days=days)).replace(tzinfo=None).isoformat(sep=" ")
        rows = f"from calls where event = '{name}' and timestamp > timestamp '{start}' and {condition}"
        if compute == "most_frequent":
            seen = f'select "userId", properties.{field} as v, count(*) as n {rows} group by all having n >= 2'
            statements.append(f'select "userId", arg_min(v, (-n, v)) as value from ({seen}) group by "userId"')
        else:
            statements.append(f'select "userId", {value} as value {rows} group by "userId"')
    (place / "audiences" / "all.yaml").write_text("---\n".join(definitions))
    (place / "by_hand.sql").write_text("\n".join(statements) + "\n")


def check_equal(place: Path, count: int) -> int:
    """Stop unless every trait has the same values both ways; say how many there are."""
    import duckdb

    by_hand = duckdb.connect(str(place / "by_hand.duckdb"), read_only=True)
    store = duckdb.connect(str(place / ".audcli" / "store.duckdb"), read_only=True)
    query = """select ids.value, v.value from current_trait_values v join trait_names using (trait)
               join identity on profile = entity join identifiers ids using (identifier)
               where until_generation is null and type = 'user_id' and name = ?"""
    total = 0
    for number in range(count):
        ours = {user: json.loads(value) for user, value in store.execute(query, [f"t{number}"]).fetchall()}
        theirs = dict(by_hand.execute(f"select * from values_{number}").fetchall())
        total += len(ours)
        if ours.keys() != theirs.keys() or any(not same(ours[user], theirs[user]) for user in ours):
            sys.exit(f"t{number} differs: {len(ours)} against {len(theirs)} values")
    return total


def same(ours: object, theirs: object) -> bool:
    """Compare two values; a quotient by hand may be one double off the nearest."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-15)
    return ours == theirs


if __name__ == "__main__":
    main()
