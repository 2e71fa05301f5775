"""The sample data: still what its script makes, of every kind, as untidy as it says, about nobody real."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

SAMPLE = Path(__file__).parents[2] / "sample_data"
TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
IDS = ("userId", "anonymousId", "groupId")
KINDS = ("track", "page", "screen", "identify", "group", "alias")


def generate(folder: Path, *options: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, folder / "generate.py", *options],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        check=False,
    )


def lines_of(path: Path) -> list[str]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return text.decode().splitlines()


def is_usable(line: str) -> bool:
    try:
        call = json.loads(line)
    except ValueError:
        return False
    time = next((call[name] for name in TIMES if name in call), "")
    return (
        call["type"] in KINDS
        and (call["type"] != "track" or "event" in call)
        and re.match(r"20\d\d-|\d{13}$", str(time)) is not None
        and any(name in call for name in IDS)
        and all(isinstance(call[name], str | int) for name in IDS if name in call)
        and isinstance(call.get("properties", {}), dict)
    )


@pytest.fixture(scope="module")
def files() -> dict[str, list[str]]:
    return {path.name: lines_of(path) for path in sorted(SAMPLE.glob("events-*"))}


@pytest.fixture(scope="module")
def calls(files: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [json.loads(line) for lines in files.values() for line in lines if is_usable(line)]


def test_the_files_are_what_the_script_makes() -> None:
    done = generate(SAMPLE, "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_check_names_the_files_that_differ(tmp_path: Path) -> None:
    folder = tmp_path / "sample_data"
    shutil.copytree(SAMPLE, folder)
    with (folder / "crm_traits.csv").open("a") as table:
        table.write("u_0001\r\n")
    (folder / "shop_orders.parquet").unlink()
    done = generate(folder, "--check", hash_seed="7")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "crm_traits.csv is not what generate.py makes",
        "shop_orders.parquet is not what generate.py makes",
    ]
    assert generate(folder, hash_seed="8").returncode == 0
    assert (folder / "crm_traits.csv").read_bytes() == (SAMPLE / "crm_traits.csv").read_bytes()


def test_the_files_stay_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()) < 1_500_000


def test_event_files_come_plain_and_compressed(files: dict[str, list[str]]) -> None:
    assert list(files) == [
        "events-2026-03.jsonl.gz",
        "events-2026-04.jsonl.gz",
        "events-2026-05.jsonl.gz",
        "events-2026-06-30.jsonl",
        "events-2026-06.jsonl.gz",
    ]
    assert 19_000 < sum(len(lines) for lines in files.values()) < 22_000


def test_the_broken_lines_are_eight_and_in_one_file(files: dict[str, list[str]]) -> None:
    broken = {name: sum(not is_usable(line) for line in lines) for name, lines in files.items()}
    assert {name: count for name, count in broken.items() if count} == {"events-2026-06-30.jsonl": 8}


def test_there_are_calls_of_every_kind(calls: list[dict[str, Any]]) -> None:
    kinds = Counter(call["type"] for call in calls)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 20
    assert kinds["track"] > 10_000


def test_the_cast_is_complete(calls: list[dict[str, Any]]) -> None:
    users = {str(call["userId"]) for call in calls if "userId" in call}
    accounts = {call["groupId"] for call in calls if "groupId" in call}
    assert (len(users), len(accounts)) == (500, 40)


def test_the_data_is_as_untidy_as_it_says(calls: list[dict[str, Any]]) -> None:
    messages = Counter(call.get("messageId") for call in calls)
    assert messages.pop(None) > 400
    assert sum(count - 1 for count in messages.values()) > 100
    assert any(isinstance(call.get("userId"), int) for call in calls)
    assert any(call.get("anonymousId") == "guest" for call in calls)
    users_by_browser: dict[str, set[str]] = {}
    groups_by_user: dict[str, set[str]] = {}
    for call in calls:
        if "userId" in call and "anonymousId" in call and call["anonymousId"] != "guest":
            users_by_browser.setdefault(call["anonymousId"], set()).add(str(call["userId"]))
        if "userId" in call and "groupId" in call:
            groups_by_user.setdefault(str(call["userId"]), set()).add(call["groupId"])
    assert sum(len(users) > 1 for users in users_by_browser.values()) >= 5
    assert sum(len(groups) > 1 for groups in groups_by_user.values()) >= 10
    revenues = {type(call["properties"]["revenue"]) for call in calls if call.get("event") == "Order Completed"}
    assert revenues == {str, float}


def test_two_companies_on_the_business_plan_have_gone_quiet(
    files: dict[str, list[str]], calls: list[dict[str, Any]]
) -> None:
    groups = [call for call in calls if call["type"] == "group"]
    business = {call["groupId"] for call in groups if call["traits"]["plan"] == "business"}
    accounts_of: dict[str, set[str]] = {}
    for call in groups:
        if "userId" in call:
            accounts_of.setdefault(str(call["userId"]), set()).add(call["groupId"])
    in_june = [line for name, lines in files.items() if "2026-06" in name for line in lines]
    busy: set[str] = set()
    for call in (json.loads(line) for line in in_june if is_usable(line)):
        if call.get("event") == "Logged In":
            tagged = call["context"].get("groupId")
            busy |= {tagged} if tagged else accounts_of[str(call["userId"])]
    assert business - busy == {"acc_004", "acc_009"}


def test_nobody_can_be_reached(calls: list[dict[str, Any]]) -> None:
    text = "\n".join(json.dumps(call, ensure_ascii=False) for call in calls)
    text += (SAMPLE / "crm_traits.csv").read_text(encoding="utf-8")
    domains = {domain.lower() for domain in re.findall(r"@([\w.-]+)", text)}
    hosts = set(re.findall(r"https?://([\w.-]+)", text))
    assert all(re.search(r"(^|\.)example(\.(com|org|net))?$", name) for name in domains | hosts)
    phones = {call["traits"]["phone"] for call in calls if "phone" in call.get("traits", {})}
    reserved = r"1?\d{3}55501\d\d|(44|0044|0)7700900\d{3}|(49|0049|0)3023125\d{3}"
    assert len(phones) > 150
    assert all(re.fullmatch(reserved, re.sub(r"\D", "", phone)) for phone in phones)


def test_the_flat_files_speak_of_the_same_users(calls: list[dict[str, Any]]) -> None:
    users = {str(call["userId"]) for call in calls if "userId" in call}
    with (SAMPLE / "crm_traits.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 200
    assert {row["userId"] for row in rows} <= users
    assert {row["type"] for row in rows} == {"identify"}
    orders = pq.read_table(SAMPLE / "shop_orders.parquet")
    assert set(orders["type"].to_pylist()) == {"track"}
    assert {"message_id", "user_id", "event", "timestamp", "revenue"} <= set(orders.column_names)
    assert orders.num_rows == 420
    assert set(orders["user_id"].to_pylist()) <= users
