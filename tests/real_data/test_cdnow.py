"""Real purchases: every member list equals what a plain loop over the raw file gives.

`AUDCLI_TEST_DATA` names the folder that has `cdnow/orders.jsonl.gz` and, the same rows, `cdnow/CDNOW_master.txt`.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audcli.export import ExportOptions, export_key
from audcli.store import STORE_FILE, open_store
from cli.commands import audcli, project

DATA = os.environ.get("AUDCLI_TEST_DATA")
AS_OF = datetime(1998, 7, 1)
YEAR_AGO, HALF_YEAR_AGO = datetime(1997, 7, 1), datetime(1998, 1, 1)

pytestmark = pytest.mark.skipif(DATA is None, reason="AUDCLI_TEST_DATA does not name the folder of real data")


Orders = dict[str, list[tuple[datetime, float]]]
"""By customer, the day and the dollars of every purchase."""


def read_orders(folder: Path) -> Orders:
    orders: Orders = defaultdict(list)
    for line in (folder / "CDNOW_master.txt").read_text("ascii").splitlines():
        if line.strip() and line.split()[0].isdigit():
            customer, day, _, dollars = line.split()
            orders[customer].append((datetime.strptime(day, "%Y%m%d"), float(dollars)))
    return orders


def by_plain_loop(orders: Orders) -> dict[str, set[str]]:
    """Decide all five audiences."""
    found: dict[str, set[str]] = defaultdict(set)
    for customer, rows in orders.items():
        if len(rows) >= 3:
            found["repeat_buyers"].add(customer)
        if any(AS_OF - timedelta(days=180) < day <= AS_OF - timedelta(days=90) for day, _ in rows):
            found["fading"].add(customer)
        if sum(day > YEAR_AGO and dollars >= 100 for day, dollars in rows) >= 2:
            found["big_tickets"].add(customer)
        if not any(HALF_YEAR_AGO < day <= AS_OF for day, _ in rows):
            found["silent"].add(customer)
    found["lost_regulars"] = found["repeat_buyers"] & found["silent"]
    return found


def test_every_member_list_equals_a_plain_loop(tmp_path: Path) -> None:
    folder = Path(str(DATA)) / "cdnow"
    orders = read_orders(folder)
    shop = project(tmp_path, Path(__file__).with_name("audiences.yaml").read_text("utf-8"), [])
    ingested = audcli("ingest", str(folder / "orders.jsonl.gz"), "--json", cwd=shop)
    assert json.loads(ingested.stdout)["total"]["accepted"] == sum(map(len, orders.values())) == 69_659
    computed = audcli("compute", "--as-of", "1998-07-01", cwd=shop)
    assert computed.returncode == 0, computed.stderr
    with open_store(shop / STORE_FILE, write=False) as store:
        for key, expected in by_plain_loop(orders).items():
            written = io.BytesIO()
            export_key(store.connection, key, ExportOptions("indexed"), written)
            rows = list(csv.DictReader(io.StringIO(written.getvalue().decode())))
            assert {row["user_id"] for row in rows} == expected
            assert len(rows) == len(expected) > 0


def test_the_data_reaches_the_edges() -> None:
    """Purchases on the very days at which the windows begin and end, and several of one customer on a day."""
    orders = read_orders(Path(str(DATA)) / "cdnow")
    days = {day for rows in orders.values() for day, _ in rows}
    assert days >= {AS_OF - timedelta(days=180), AS_OF - timedelta(days=90), YEAR_AGO, HALF_YEAR_AGO}
    assert any(len(rows) > len({day for day, _ in rows}) for rows in orders.values())
