"""Make the sample data: the calls of an invented company with software by subscription and a web shop.

    python sample_data/generate.py            # writes the files beside this script
    python sample_data/generate.py --check    # tells whether they still are what it makes

Everything follows from one seed: the same script makes the same files. They are checked by content where
another version of zlib or Arrow may write other bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cast import END, SEED, START, Person, make_accounts, make_people
from story import PRODUCTS, Call, account_calls, calls_of, visitor_calls

FOLDER = Path(__file__).parent
LAST_DAY = END.replace(hour=0, minute=0, second=0)

BROKEN_LINES = {
    "malformed JSON": '{"type":"track","event":"Feature Used","userId":"u_0011","timestamp":"2026-06-30T09:1',
    "no id": '{"type":"track","event":"Feature Used","timestamp":"2026-06-30T09:20:00Z","properties":{}}',
    "no time": '{"type":"page","name":"Pricing","userId":"u_0012","properties":{"path":"/pricing"}}',
    "unknown type": '{"type":"purchase","userId":"u_0013","timestamp":"2026-06-30T09:40:00Z"}',
    "no event": '{"type":"track","userId":"u_0014","timestamp":"2026-06-30T09:50:00Z","properties":{}}',
    "properties of the wrong type": '{"type":"track","event":"Feature Used","userId":"u_0015",'
    '"timestamp":"2026-06-30T10:00:00Z","properties":"feature=board"}',
    "unreadable time": '{"type":"screen","name":"Inbox","userId":"u_0016","timestamp":"yesterday at ten"}',
    "id of the wrong type": '{"type":"identify","userId":{"id":"u_0017"},"timestamp":"2026-06-30T10:20:00Z"}',
}
"""Records that cannot be used, by the reason; they stand in the last day's file."""


def main() -> int:
    """Write the files, or compare them with what this script makes; 1 when they differ."""
    arguments = argparse.ArgumentParser(description="make the sample data, or check it")
    arguments.add_argument("--check", action="store_true", help="compare, write nothing")
    files = sample_files()
    if not arguments.parse_args().check:
        for name, content in files.items():
            (FOLDER / name).write_bytes(content)
    differing = [name for name, content in files.items() if not _same(FOLDER / name, content)]
    for name in differing:
        print(f"{name} is not what generate.py makes", file=sys.stderr)
    return 1 if differing else 0


def sample_files() -> dict[str, bytes]:
    """Make all files of the sample, by name."""
    accounts = make_accounts()
    people = make_people(accounts)
    calls = [call for person in people for call in calls_of(person)]
    calls += [*account_calls(accounts), *visitor_calls(190)]
    files: dict[str, bytes] = {}
    for name, lines in _event_files(calls).items():
        text = "".join(f"{line}\n" for line in lines).encode()
        files[name] = gzip.compress(text, mtime=0) if name.endswith(".gz") else text
    files["crm_traits.csv"] = _crm_traits(people)
    files["shop_orders.parquet"] = _shop_orders(people)
    return files


def _event_files(calls: list[Call]) -> dict[str, list[str]]:
    """Write the calls down as they arrived: a file a month, and the last day's, which is still open.

    Calls that are left out keep their place, as empty lines, until all others have theirs.
    """
    rng = Random(f"{SEED}/arrival")
    calls = [call for call in calls if START <= call["time"] <= END]
    calls.sort(key=lambda call: (call["time"], json.dumps(call, sort_keys=True, default=str)))
    arrivals = [
        (at, "" if "left_out" in call else line)
        for number, call in enumerate(calls)
        for at, line in _arrivals(number, call, rng)
    ]
    arrivals.sort(key=lambda arrival: arrival[0])
    files: dict[str, list[str]] = {}
    for at, line in arrivals:
        name = f"events-{at:%Y-%m}.jsonl.gz" if at < LAST_DAY else f"events-{at:%Y-%m-%d}.jsonl"
        files.setdefault(name, []).append(line)
    open_file = files[f"events-{LAST_DAY:%Y-%m-%d}.jsonl"]
    for place, line in enumerate(BROKEN_LINES.values(), start=1):
        open_file.insert(place * len(open_file) // 10, line)
    return {name: [line for line in lines if line] for name, lines in files.items()}


def _arrivals(number: int, call: Call, rng: Random) -> Iterator[tuple[datetime, str]]:
    """Give the line of a call and when it arrived: late from telephones at times, now and then twice."""
    time = call["time"]
    written = {name: value for name, value in call.items() if name != "time"}
    if rng.random() >= 0.03:
        written["messageId"] = hashlib.sha256(f"{SEED}/{number}".encode()).hexdigest()[:14]
    offline = "device" in call.get("context", {}) and rng.random() < 0.1
    delay = timedelta(days=rng.randrange(1, 3) if offline else 0, milliseconds=rng.randrange(20, 3000))
    at = min(time + delay, END)
    written |= _time_fields(time, at, rng)
    yield at, _line(written)
    if rng.random() < 0.008:  # a sender that got no answer tries again
        again = min(at + timedelta(seconds=rng.randrange(2, 90)), END)
        if "messageId" in written:
            written["receivedAt"] = _iso(again)
        yield again, _line(written)


def _time_fields(time: datetime, arrived: datetime, rng: Random) -> Call:
    """Write a call's time in one of the ways that senders write it."""
    milliseconds = round((time - datetime(1970, 1, 1)) / timedelta(milliseconds=1))
    local = time.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=2)))
    ways: tuple[tuple[int, Callable[[], Call]], ...] = (
        (72, lambda: {"timestamp": _iso(time)}),
        (16, lambda: {"timestamp": _iso(time), "receivedAt": _iso(arrived)}),
        (4, lambda: {"timestamp": local.isoformat(timespec="milliseconds")}),
        (3, lambda: {"timestamp": milliseconds}),
        (1, lambda: {"timestamp": str(milliseconds)}),
        (2, lambda: {"timestamp": time.isoformat(sep=" ", timespec="milliseconds") + " +00:00"}),
        (2, lambda: {"originalTimestamp": _iso(time), "sentAt": _iso(arrived), "receivedAt": _iso(arrived)}),
    )
    return rng.choices([way for _, way in ways], [weight for weight, _ in ways])[0]()


def _crm_traits(people: list[Person]) -> bytes:
    """Write what the sales department knows of two hundred users, a row each."""
    rng = Random(f"{SEED}/crm")
    text = io.StringIO()
    columns = ("type", "userId", "timestamp", "email", "lifecycle_stage", "lead_score", "nps", "region",
               "account_manager", "do_not_contact", "last_contacted_at", "note")  # fmt: skip
    rows = csv.DictWriter(text, columns, lineterminator="\r\n")
    rows.writeheader()
    notes = ("", "", "", "asked for a quote, twice", 'calls it "the board"', "met at the fair\nwants a demo")
    for person in rng.sample([person for person in people if person.joined < END - timedelta(days=5)], 200):
        contacted = END.date() - timedelta(days=rng.randrange(1, 200))
        rows.writerow(
            {
                "type": "identify",
                "userId": person.user_id,
                "timestamp": "2026-06-28T06:00:00Z",
                "email": person.email or "",
                "lifecycle_stage": rng.choice(("lead", "opportunity", "customer", "customer", "former")),
                "lead_score": rng.randrange(0, 101),
                "nps": rng.choice(("", "", *range(11))),
                "region": {"US": "amer", "GB": "emea", "DE": "emea"}[person.country],
                "account_manager": rng.choice(("Ada Quillmere", "Hugo Ashwick", "Oona Kettlebrook")),
                "do_not_contact": rng.choices(("true", "false", ""), (8, 60, 32))[0],
                "last_contacted_at": contacted.isoformat() if rng.random() < 0.7 else "",
                "note": rng.choice(notes),
            }
        )
    return text.getvalue().encode()


def _shop_orders(people: list[Person]) -> bytes:
    """Write the orders that came by telephone and in the showroom, which the web shop never saw."""
    rng = Random(f"{SEED}/orders")
    rows: list[dict[str, Any]] = []
    for number in range(1, 421):
        person = rng.choice(people)
        earliest = max(person.joined, START)
        seconds = rng.randrange(max(1, int((END - earliest).total_seconds())))
        sku, category, _, cents = rng.choice(PRODUCTS)
        quantity = rng.choice((1, 1, 2, 3, 10))
        rows.append(
            {
                "type": "track",
                "message_id": f"desk-{number:04}",
                "user_id": person.user_id,
                "event": "Order Completed",
                "timestamp": earliest + timedelta(seconds=seconds),
                "order_id": f"TO-{number:05}",
                "revenue": cents * quantity / 100,
                "currency": "EUR",
                "sku": sku,
                "category": category,
                "quantity": quantity,
                "channel": rng.choice(("telephone", "showroom")),
                "coupon": "DESK5" if rng.random() < 0.1 else None,
            }
        )
    rows.sort(key=lambda row: (row["timestamp"], row["order_id"]))
    table = pa.Table.from_pylist(rows)
    at = table.schema.get_field_index("timestamp")
    table = table.set_column(at, "timestamp", table["timestamp"].cast(pa.timestamp("us", tz="UTC")))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _same(path: Path, content: bytes) -> bool:
    """Tell whether a file holds this content, whatever library compressed it."""
    if not path.exists():
        return False
    found = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(found) == gzip.decompress(content)
    if path.suffix == ".parquet":
        return bool(_table(found).equals(_table(content)))
    return found == content


def _table(content: bytes) -> pa.Table:
    # Arrow's threads can abort a process that ends while they are starting (apache/arrow#34314)
    return pq.read_table(io.BytesIO(content), use_threads=False, pre_buffer=False)


def _line(call: Call) -> str:
    return json.dumps(call, ensure_ascii=False, separators=(",", ":"))


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds") + "Z"


if __name__ == "__main__":
    sys.exit(main())
