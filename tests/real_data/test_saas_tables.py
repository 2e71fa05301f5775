"""The three tables of a company's own system become identify, group and track calls, by a mapping file and by flags."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.commands import audcli, project

DATA = os.environ.get("AUDCLI_TEST_DATA")
TABLES = Path(str(DATA)) / "saas_demo"

pytestmark = pytest.mark.skipif(DATA is None, reason="AUDCLI_TEST_DATA does not name the folder of real data")

MAPPING = """\
files:
  users.csv:
    calls:
      - {as: identify, map: {userId: id}, drop: [account_id], time: 2026-06-01}
      - as: group
        map: {userId: id, groupId: account_id}
        keep: []
        only_with: [account_id]
        time: 2026-06-01
  accounts.csv: {as: group, map: {groupId: id}, time: 2026-06-01}
  purchases.csv:
    {as: track, event: Order Completed, map: {messageId: id, revenue: price}, time: 2026-06-02}
"""
BY_FLAGS = (
    ("users.csv", "--as", "identify", "--map", "userId=id", "--drop", "account_id", "--time", "2026-06-01"),
    ("accounts.csv", "--as", "group", "--map", "groupId=id", "--time", "2026-06-01"),
    ("purchases.csv", "--as", "track", "--event", "Order Completed", "--map", "messageId=id", "--map", "revenue=price",
     "--time", "2026-06-02"),
)  # fmt: skip
DEFINITIONS = """\
audience: gardeners
where: {event: Order Completed, where: {category: Garden, revenue: {at_least: 50}, state: successful}}
---
audience: spanish_speakers
where: {trait: language, equals: Spanish}
"""


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(folder: Path, *arguments: str) -> Any:
    done = audcli(*arguments, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def expected_sizes() -> dict[str, int]:
    return {
        "gardeners": len(
            {
                row["user_id"]
                for row in rows("purchases.csv")
                if row["category"] == "Garden" and float(row["price"]) >= 50 and row["state"] == "successful"
            }
        ),
        "spanish_speakers": sum(row["language"] == "Spanish" for row in rows("users.csv")),
    }


def test_by_a_mapping_file(tmp_path: Path) -> None:
    folder = project(tmp_path, DEFINITIONS, [])
    (folder / "crm.yaml").write_text(MAPPING, "utf-8")
    files = [str(TABLES / name) for name in ("users.csv", "accounts.csv", "purchases.csv")]
    users = rows("users.csv")
    counts = {
        "users.csv": len(users) + sum(row["account_id"] != "" for row in users),
        "accounts.csv": len(rows("accounts.csv")),
        "purchases.csv": len(rows("purchases.csv")),
    }
    for became in ("accepted", "duplicate"):
        summary = run(folder, "ingest", *files, "--mapping", "crm.yaml")
        assert {Path(file["file"]).name: file[became] for file in summary["files"]} == counts
        assert summary["total"]["read"] == summary["total"][became] == sum(counts.values())
    computed = run(folder, "compute", "--as-of", "2026-07-01")
    sizes = {result["key"]: result["members"] for result in computed["results"]}
    assert sizes == expected_sizes() and min(sizes.values()) > 0


def test_by_flags(tmp_path: Path) -> None:
    folder = project(tmp_path, DEFINITIONS, [])
    for name, *flags in BY_FLAGS:
        assert run(folder, "ingest", str(TABLES / name), *flags)["total"]["accepted"] == len(rows(name))
    computed = run(folder, "compute", "--as-of", "2026-07-01")
    assert {result["key"]: result["members"] for result in computed["results"]} == expected_sizes()


def test_purchases_from_raw_text(tmp_path: Path) -> None:
    """The raw file of purchases, its white space made commas on the way: what is in it twice goes in once."""
    folder = project(tmp_path, DEFINITIONS, [])
    raw = (Path(str(DATA)) / "cdnow" / "CDNOW_master.txt").read_text("ascii").splitlines()
    orders = [line.split() for line in raw if line.strip()[:1].isdigit()]
    table = (f"{who},{day[:4]}-{day[4:6]}-{day[6:]},{count},{dollars}\n" for who, day, count, dollars in orders)
    (folder / "orders.csv").write_text("user_id,timestamp,quantity,revenue\n" + "".join(table))
    total = run(folder, "ingest", "orders.csv", "--as", "track", "--event", "Order Completed")["total"]
    distinct = len({tuple(order) for order in orders})
    repeated = len(orders) - distinct
    assert (total["read"], total["accepted"], total["duplicate_by_content"]) == (len(orders), distinct, repeated)
