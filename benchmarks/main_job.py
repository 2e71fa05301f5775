"""The main job beside a bare DuckDB: ingest against `read_json_auto`, compute against one statement an audience.

    python benchmarks/main_job.py --calls 400000 --audiences 50

Every contender is a process of its own, from start to end. The member lists are compared before any time is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
NAMES = 40
BY_HAND = """
import duckdb, sys
connection = duckdb.connect("by_hand.duckdb")
for number, line in enumerate(open("by_hand.sql")):
    connection.execute(f"create or replace table members_{number} as {line}")
"""
READ = "import duckdb; duckdb.connect('by_hand.duckdb').execute("
READ += "\"create or replace table calls as select * from read_json_auto('calls.jsonl')\")"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=400_000)
    parser.add_argument("--audiences", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_calls(place / "calls.jsonl", options.calls)
        write_audiences(place, options.audiences)
        audcli = [sys.executable, "-m", "audcli"]
        ingest, read = [], []
        for _ in range(options.runs):
            subprocess.run(["rm", "-rf", ".audcli"], cwd=place, check=True)
            ingest.append(timed([*audcli, "ingest", "--quiet", "calls.jsonl"], place))
            read.append(timed([sys.executable, "-c", READ], place))
        compute, by_hand = [], []
        for _ in range(options.runs):
            compute.append(timed([*audcli, "compute", "--quiet", "--as-of", AS_OF.isoformat()], place))
            by_hand.append(timed([sys.executable, "-c", BY_HAND], place))
        check_equal(place, options.audiences)
        size = (place / "calls.jsonl").stat().st_size / 1e6
    print(f"{options.calls:,} calls ({size:,.0f} MB), {options.audiences} audiences, medians of {options.runs}")
    show("audcli ingest / read_json_auto", ingest, read)
    show("audcli compute / one statement an audience", compute, by_hand)


def write_calls(path: Path, count: int) -> None:
    """Write track calls of some 360 bytes with six properties and context, of one user for every 25 calls."""
    random = Random(7)
    with path.open("w") as file:
        for number in range(count):
            when = AS_OF - timedelta(seconds=random.randrange(120 * 86400))
            call = {
                "type": "track",
                "event": f"Event {random.randrange(NAMES)}",
                "userId": f"user-{random.randrange(max(1, count // 25))}",
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
                    "library": {"name": "web"},
                },
            }
            file.write(json.dumps(call) + "\n")


def write_audiences(place: Path, count: int) -> None:
    """Write audiences of mixed shape, and each of them as a statement by hand."""
    random = Random(11)
    (place / "audiences").mkdir()
    (place / "audcli.yaml").write_text("")
    definitions, statements = [], []
    for number in range(count):
        name, days, times = f"Event {random.randrange(NAMES)}", random.randrange(5, 100), random.randrange(1, 4)
        where, condition = random.choice(
            [
                ("{}", "true"),
                ("{revenue: {greater_than: 250}}", "properties.revenue > 250"),
                ("{platform: ios}", "properties.platform = 'ios'"),
                ("{quantity: {at_least: 4}, plan: [pro, business]}",
                 "properties.quantity >= 4 and properties.plan in ('pro', 'business')"),
            ]
        )  # fmt: skip
        counted = f"event: {name}, times: {{at_least: {times}}}, within: {days} days"
        counted += "" if where == "{}" else f", where: {where}"
        definitions.append(f"audience: a{number}\nwhere: {{{counted}}}\n")
        start = (AS_OF - timedelta(days=days)).replace(tzinfo=None).isoformat(sep=" ")
        statements.append(
            f"select \"userId\" from calls where event = '{name}' and timestamp > timestamp '{start}' and {condition} "
            f'group by "userId" having count(*) >= {times}'
        )
    (place / "audiences" / "all.yaml").write_text("---\n".join(definitions))
    (place / "by_hand.sql").write_text("\n".join(statements) + "\n")


def timed(command: list[str], place: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=place, check=True)
    return time.perf_counter() - started


def check_equal(place: Path, count: int) -> None:
    """Stop unless every audience has the same members both ways."""
    import duckdb

    by_hand = duckdb.connect(str(place / "by_hand.duckdb"))
    store = duckdb.connect(str(place / ".audcli" / "store.duckdb"), read_only=True)
    query = """select value from memberships join definitions using (definition)
               join identity on profile = entity join identifiers using (identifier)
               where exited_run is null and until_generation is null and type = 'user_id' and key = ?"""
    for number in range(count):
        ours = {row[0] for row in store.execute(query, [f"a{number}"]).fetchall()}
        theirs = {row[0] for row in by_hand.execute(f"select * from members_{number}").fetchall()}
        if ours != theirs:
            sys.exit(f"a{number} differs: {len(ours)} against {len(theirs)} members")


def show(what: str, ours: list[float], theirs: list[float]) -> None:
    a, b = statistics.median(ours), statistics.median(theirs)
    spread = f"{min(ours):.2f}-{max(ours):.2f} against {min(theirs):.2f}-{max(theirs):.2f} s"
    print(f"{what}: {a:.2f} s / {b:.2f} s = {a / b:.2f} ({spread})")


if __name__ == "__main__":
    main()
