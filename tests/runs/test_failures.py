"""One definition that fails while a run is under way is left out; the others go through, and its last result stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audcli import evaluation
from audcli.errors import AudcliError
from audcli.ingest import IngestOptions, ingest
from audcli.pipeline import Moment, compute
from audcli.project import Project, find_project
from audcli.runs import Result
from audcli.sql import vocabulary as sql
from audcli.store import Store, open_store
from cli.commands import audcli

NOW = datetime(2026, 1, 10)
DEFINITIONS = """\
list: suppressed
file: suppressed.txt
---
audience: buyers
where: {event: Bought}
---
audience: reachable
where: {all: [{audience: buyers}, {id: user_id, none_of: {list: suppressed}}]}
---
audience: reachable_twice
where: {audience: reachable}
---
audience: others
where: {not: {audience: buyers}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "all.yaml").write_text(DEFINITIONS, "utf-8")
    (tmp_path / "suppressed.txt").write_text("cem\n", "utf-8")
    (tmp_path / "audcli.yaml").write_text("", "utf-8")
    return find_project(tmp_path, tmp_path)


@pytest.fixture
def store(shop: Project) -> Iterator[Store]:
    calls = shop.root / "calls.jsonl"
    lines = [
        {"type": "track", "event": event, "userId": who, "timestamp": "2026-01-09"}
        for who, event in (("ann", "Bought"), ("bob", "Read"), ("cem", "Bought"))
    ]
    calls.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    with open_store(shop.store_path, write=True, create=True) as store:
        ingest(store, [str(calls)], IngestOptions(), now=NOW)
        yield store


def results(shop: Project, store: Store) -> dict[str, Result]:
    return {each.key: each for each in compute(shop, store, (), Moment(NOW, NOW)).run.results}


def define(shop: Project, **files: str) -> None:
    """Put texts in place of all definition files."""
    for each in (shop.root / "audiences").iterdir():
        each.unlink()
    for name, text in files.items():
        (shop.root / "audiences" / f"{name}.yaml").write_text(text, "utf-8")


def break_statement_of(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine meet a conversion error wherever an audience is computed."""
    compile_plan = evaluation.compile_plan

    def compiled(*arguments: Any) -> Any:
        found = compile_plan(*arguments)
        if key not in found.script.memberships:
            return found
        table = found.script.memberships[key].table
        seven = sql.named(sql.cast(sql.text("seven"), "INTEGER"), "seven")
        statements = (
            replace(each, purpose="a bad number", query=each.query.select(seven)) if each.table == table else each
            for each in found.script.statements
        )
        return replace(found, script=replace(found.script, statements=tuple(statements)))

    monkeypatch.setattr(evaluation, "compile_plan", compiled)


def test_a_list_that_cannot_be_read(shop: Project, store: Store) -> None:
    assert results(shop, store)["reachable"].members == 1
    (shop.root / "suppressed.txt").write_bytes(b"\xff\n")
    found = results(shop, store)
    assert {key: each.outcome for key, each in found.items()} == {
        "buyers": "ok", "others": "ok", "reachable": "failed", "reachable_twice": "failed",
    }  # fmt: skip
    assert (
        found["reachable"].reason == "the file of the list `suppressed` cannot be read: suppressed.txt: it is not UTF-8"
    )
    assert found["reachable_twice"].reason == "it depends on `reachable`, which was not computed"
    assert [found[key].members for key in ("reachable", "reachable_twice")] == [1, 1]


def test_a_statement_that_the_engine_cannot_run(shop: Project, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    results(shop, store)
    with monkeypatch.context() as patch:
        break_statement_of("reachable", patch)
        found = results(shop, store)
        assert [key for key, each in found.items() if each.outcome == "failed"] == ["reachable", "reachable_twice"]
        assert "a bad number" in (found["reachable"].reason or "")
        assert found["buyers"].members == 2
    assert all(each.outcome == "ok" for each in results(shop, store).values())


def test_all_may_fail(shop: Project, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    break_statement_of("buyers", monkeypatch)
    found = results(shop, store)
    assert {each.outcome for each in found.values()} == {"failed"}
    assert found["others"].reason == "it depends on `buyers`, which was not computed"


def test_what_fails_whatever_is_computed_ends_the_run(
    shop: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_order(*_: object) -> None:
        raise AudcliError("the engine is out of order")

    monkeypatch.setattr(evaluation.engine, "run_on_cores", out_of_order)
    with pytest.raises(AudcliError, match="out of order"):
        results(shop, store)
    assert store.connection.execute("from runs").fetchall() == []


def test_a_fault_of_the_store_is_no_fault_of_a_definition(
    shop: Project, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation.engine, "_timed", lambda *_: (_ for _ in ()).throw(duckdb.IOException("No space")))
    with pytest.raises(duckdb.IOException):
        results(shop, store)


ORDERS = "trait: orders\ncompute: count\nevent: Bought\n"
TIER = "sql_trait: tiers\nsql: select user_id, 'gold' as tier from profiles where user_id = 'ann'\n"
CONTACTS = "sql_trait: contacts\nof: accounts\nsql: select 'acme' as group_id, 'ann' as user_id, 1 as seats\n"
NAMING = """\
audience: customers
where: {trait: orders, at_least: 1}
---
audience: strangers
where: {not: {audience: customers}}
---
audience: golden
where: {trait: tier, equals: gold}
---
audience: with_account
where: {accounts: any, where: {everyone: true}}
---
sql_trait: counts
sql: select key, count(*) as traits from computed_traits group by key
---
audience: readers
where: {event: Read}
"""
REACHES = {"orders": {"customers", "strangers", "counts"}, "tiers": {"golden"}, "contacts": {"with_account"}}
"""By what is lost, which definitions need it, themselves or through others."""
ACME = {"type": "group", "userId": "bob", "groupId": "acme", "timestamp": "2026-01-09"}


@pytest.mark.parametrize("lost", REACHES)
def test_what_names_a_definition_in_a_file_that_cannot_be_read(lost: str, shop: Project, store: Store) -> None:
    (shop.root / "groups.jsonl").write_text(json.dumps(ACME), "utf-8")
    ingest(store, [str(shop.root / "groups.jsonl")], IngestOptions(), now=NOW)
    files = {"orders": ORDERS, "tiers": TIER, "contacts": CONTACTS, "naming": NAMING}
    define(shop, **files)
    before = results(shop, store)
    assert {each.outcome for each in before.values()} == {"ok"}
    define(shop, **{**files, lost: f"{{{files[lost]}"})
    found = results(shop, store)
    assert {key for key, each in found.items() if each.outcome == "failed"} == REACHES[lost]
    assert all(each.members == before[key].members for key, each in found.items())
    assert any(
        f"was defined in a file that cannot be read: `audiences/{lost}.yaml` (audiences/naming.yaml:"
        in str(each.reason)
        for each in found.values()
    )


def test_what_counts_as_removed_is_not_looked_for_in_a_file_that_cannot_be_read(shop: Project, store: Store) -> None:
    """The name of a removed trait is that of a custom one, whatever files cannot be read later."""
    define(shop, orders=ORDERS, naming=NAMING)
    assert results(shop, store)["customers"].members == 2
    define(shop, naming=NAMING)
    assert results(shop, store)["customers"].members == 0
    define(shop, naming=NAMING, other="{")
    found = results(shop, store)["customers"]
    assert (found.outcome, found.members) == ("ok", 0)


def test_what_another_file_defines_is_not_lost(shop: Project, store: Store) -> None:
    define(shop, orders=ORDERS, naming=NAMING)
    results(shop, store)
    define(shop, orders="{", moved=ORDERS, naming=NAMING)
    assert results(shop, store)["customers"].outcome == "ok"


def test_other_commands_say_what_is_lost(shop: Project, store: Store) -> None:
    define(shop, orders=ORDERS, naming=NAMING)
    results(shop, store)
    define(shop, orders="{", naming=NAMING)
    store.close()
    reason = "the trait `orders` was defined in a file that cannot be read: `audiences/orders.yaml`"
    for command, says in (
        (["preview", "customers"], f"`customers` cannot be computed: {reason}"),
        (["explain", "customers", "ann"], f"`customers` cannot be explained: {reason}"),
        (["explain", "strangers", "ann"], "`strangers` cannot be explained: it depends on `customers`"),
        (["diff", "customers", "--definition", "audiences/naming.yaml"], f"`customers` cannot be computed: {reason}"),
        (["validate"], f"error[lost-definition]: {reason}"),
    ):
        given = audcli(*command, cwd=shop.root)
        assert given.returncode != 0 and says in given.stderr + given.stdout, given
    assert "nobody has had the trait `orders`" not in audcli("validate", cwd=shop.root).stderr


@pytest.mark.parametrize(
    ("now", "as_of", "outcome"),
    [
        (datetime(2026, 8, 1), datetime(2026, 2, 8), "ok"),
        (datetime(2026, 8, 1), datetime(2026, 3, 15), "failed"),
        (datetime(2026, 3, 15), datetime(2026, 2, 8), "ok"),
    ],
)
def test_the_ends_of_between_are_compared_at_the_as_of(
    shop: Project, store: Store, now: datetime, as_of: datetime, outcome: str
) -> None:
    """A month is 31 days on 8 February and 28 on 15 March, whatever day it is that the run takes place."""
    (shop.root / "audiences" / "all.yaml").write_text(
        "audience: lapsing\nwhere: {event: Bought, between: [1 month, 30 days]}\n", "utf-8"
    )
    [result] = compute(shop, store, (), Moment(now, as_of)).run.results
    assert (result.outcome, result.members) == (outcome, 2 if outcome == "ok" else 0)


def test_a_preview_too_compares_the_ends_of_between_at_its_as_of(shop: Project, store: Store) -> None:
    (shop.root / "audiences" / "all.yaml").write_text(
        "audience: lapsing\nwhere: {event: Bought, between: [1 month, 30 days]}\n", "utf-8"
    )
    store.close()
    refused = audcli("preview", "lapsing", "--as-of", "2026-03-15", "--allow-future", cwd=shop.root)
    assert refused.returncode == 2 and "begins with the longer duration" in refused.stderr
    given = audcli("preview", "lapsing", "--as-of", "2026-02-08", "--allow-future", cwd=shop.root)
    assert given.stdout.startswith("lapsing: 2 members")
