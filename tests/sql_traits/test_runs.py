"""SQL traits in runs: computed before what names them, stored, linked, and kept where they fail."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from audcli import runs
from audcli.definition_tests import run_tests
from audcli.entities import account_of, profile_of
from audcli.errors import UsageError
from audcli.export import ExportOptions, export_key
from audcli.export.options import Users
from audcli.forgetting.forget import remove_everything
from audcli.ingest import IngestOptions, ingest
from audcli.listing import list_definitions, show_definition
from audcli.pipeline import Computation, Moment, compute, load_definitions
from audcli.preview import preview
from audcli.project import Project, find_project
from audcli.questions import explain
from audcli.store import Store, open_store

from .stores import call

AS_OF = datetime(2026, 7, 1)


@dataclass
class World:
    project: Project
    store: Store

    def define(self, text: str) -> None:
        (self.project.root / "audiences" / "it.yaml").write_text(text, "utf-8")

    def write(self, name: str, text: str) -> None:
        (self.project.root / name).write_text(text, "utf-8")

    def compute(self, *keys: str, as_of: datetime = AS_OF, seconds: float = 300.0) -> Computation:
        return compute(self.project, self.store, keys, Moment(datetime(2027, 1, 1), as_of), sql_timeout=seconds)

    def outcomes(self, *keys: str, as_of: datetime = AS_OF) -> dict[str, int | str | None]:
        """Compute, and give the number of members of each key, or why it failed."""
        results = self.compute(*keys, as_of=as_of).run.results
        return {each.key: each.members if each.outcome == "ok" else each.reason for each in results}

    def values(self, trait: str) -> dict[str, str]:
        """Give the exported values of a trait, by the first id of each entity."""
        written = io.BytesIO()
        export_key(self.store.connection, trait, ExportOptions("unformatted"), written)
        values = {}
        for line in written.getvalue().decode().splitlines()[1:]:
            _, rest = line.split(",", 1)
            value, ids = rest.rsplit(',"{', 1)
            ids_by_type: dict[str, list[str]] = json.loads("{" + ids[:-1].replace('""', '"'))
            of = ids_by_type.get("user_id") or ids_by_type.get("group_id") or ids_by_type["anonymous_id"]
            values[of[0]] = value
        return values

    def statuses(self) -> dict[str, str | None]:
        definitions = load_definitions(self.project, AS_OF)
        return {each.key: each.status for each in list_definitions(self.project, definitions, self.store)}


CALLS = [
    call("identify", "2026-01-01", userId="ann", traits={"plan": "pro", "visits": 99}),
    call("track", "2026-06-01", event="Bought", userId="ann", properties={"price": 10}),
    call("track", "2026-06-02", event="Bought", userId="ann", properties={"price": 5}),
    call("track", "2026-06-03", event="Bought", userId="bob", properties={"price": 1}),
    call("track", "2026-08-01", event="Bought", userId="bob", properties={"price": 100}),
    call("track", "2026-06-03", event="Seen", anonymousId="zed"),
    call("group", "2026-06-01", groupId="acme", userId="ann"),
    call("group", "2026-06-01", groupId="globex", userId="cem"),
]  # fmt: skip


@contextmanager
def world_of(root: Path, *calls: dict[str, Any], settings: str = "") -> Iterator[World]:
    (root / "audiences").mkdir()
    (root / "audcli.yaml").write_text(settings, "utf-8")
    (root / "calls.jsonl").write_text("".join(json.dumps(each) + "\n" for each in calls), "utf-8")
    project = find_project(root, root)
    with open_store(project.store_path, write=True, create=True) as store:
        ingest(store, [str(root / "calls.jsonl")], IngestOptions(), now=datetime(2027, 1, 1))
        yield World(project, store)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path, *CALLS, settings="sources: {tickets: tickets.csv}") as world:
        world.write("tickets.csv", "user_id,hours\nann,1.5\nann,2\nbob,7\n")
        yield world


SPENT = "sql_trait: spent\nsql: select user_id, sum((properties->>'price')::double) as total from events\n  where event = 'Bought' group by all\n"
RICH = "---\naudience: rich\nwhere: {trait: total, at_least: 10}\n"


def test_traits_of_queries_are_seen_as_of_the_run(world: World) -> None:
    world.define(SPENT + RICH)
    assert world.outcomes() == {"spent": 2, "rich": 1}
    assert world.values("total") == {"ann": "15", "bob": "1"}
    assert world.outcomes(as_of=datetime(2026, 9, 1)) == {"spent": 2, "rich": 2}
    assert world.values("total") == {"ann": "15", "bob": "101"}


def test_a_named_audience_brings_the_queries_that_it_depends_on(world: World) -> None:
    world.define(SPENT + RICH + "---\nsql_trait: other\nsql: select user_id, 1 as one from events\n")
    assert world.outcomes("rich") == {"spent": 2, "rich": 1}
    definitions = load_definitions(world.project, AS_OF)
    assert show_definition(world.project, definitions, world.store, "rich").depends_on == ("spent",)
    assert show_definition(world.project, definitions, world.store, "spent").dependents == ("rich",)


def test_an_entity_that_no_longer_appears_loses_the_trait(world: World) -> None:
    world.define("sql_trait: load\nsql: select user_id, sum(hours::double) as hours from tickets group by all\n")
    [result] = world.compute().run.results
    assert (result.members, result.entered, result.exited) == (2, 2, 0)
    world.write("tickets.csv", "user_id,hours\nann,1\n")
    assert world.statuses() == {"load": "stale"}
    [result] = world.compute().run.results
    assert (result.members, result.entered, result.exited) == (1, 0, 1)
    assert world.values("hours") == {"ann": "1"}
    inputs = world.store.connection.execute("select run, kind, name from run_inputs order by run").fetchall()
    assert inputs == [(1, "source", "tickets"), (2, "source", "tickets")]


def test_a_failing_query_keeps_its_values_and_stops_only_what_names_it(world: World) -> None:
    world.define(SPENT + RICH + "---\naudience: all\nwhere: {everyone: true}\ninclude_anonymous: true\n")
    assert world.outcomes() == {"all": 4, "rich": 1, "spent": 2}
    world.define((SPENT + RICH).replace("'price')::double", "'price' || 'x')::double")
                 + "---\naudience: all\nwhere: {everyone: true}\ninclude_anonymous: true\n")  # fmt: skip
    found = world.outcomes()
    assert found["all"] == 4 and found["rich"] == "it depends on `spent`, which was not computed"
    assert str(found["spent"]).startswith("the query failed: could not convert string …")
    assert world.values("total") == {"ann": "15", "bob": "1"}


def test_a_query_with_errors_stops_what_named_its_traits_before(world: World) -> None:
    world.define(SPENT + RICH)
    world.compute()
    world.define("sql_trait: spent\nsql: select user_id, now() as total from events\n" + RICH)
    found = world.outcomes()
    assert found["rich"] == "`spent` cannot be computed, so `rich` cannot be either (audiences/it.yaml:5)"
    assert str(found["spent"]).startswith("an SQL trait cannot use `now`")
    assert world.values("total") == {"ann": "15", "bob": "1"}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select case when event = 'Bought' then user_id end as user_id, 1 as it from events", "is null in 1 row"),
        ("select user_id, 1 as it from events where user_id = 'ann'", "repeats 1 value of `user_id`"),
        ("select key, message_id as it from events where user_id = 'ann'", "repeats 1 value of `key`"),
        ("select user_id, len(range(user_id::bigint)) as it from events", "could not convert string"),
    ],
)
def test_results_that_are_refused_store_nothing(world: World, sql: str, reason: str) -> None:
    world.define(f"sql_trait: it_all\nsql: {sql}\n")
    [result] = world.compute().run.results
    assert result.outcome == "failed" and result.reason is not None and reason in result.reason
    assert world.store.connection.execute("select count(*) from trait_values").fetchall() == [(0,)]


def test_a_source_that_cannot_be_read_to_its_end_fails_what_reads_it(world: World) -> None:
    world.define("sql_trait: load\nsql: select user_id, count(*) as tickets from tickets group by all\n---\n" + SPENT)
    world.write("tickets.csv", "user_id,hours\nann,1\nbob\n")
    found = world.outcomes()
    assert found["spent"] == 2
    assert str(found["load"]).startswith("the source `tickets` cannot be read: CSV Error on Line: 3")


def test_time_limits_hold_in_runs(world: World) -> None:
    world.define("sql_trait: slow\nsql: select 'ann' as user_id, count(*) as n from range(999999) a, range(999999) b"
                 " where a.range * b.range = -1\n---\n" + SPENT)  # fmt: skip
    results = {each.key: each for each in world.compute(seconds=2).run.results}
    assert results["slow"].reason == "the query took longer than 2 seconds"
    assert results["spent"].members == 2


def test_queries_may_read_computed_traits(world: World) -> None:
    world.define(
        "trait: orders\ncompute: count\nevent: Bought\n---\ntrait: last_price\ncompute: last\nevent: Bought\n"
        "property: price\n---\nsql_trait: scores\nsql: |\n  select key, sum(value::double) as score\n"
        "  from computed_traits where level = 'users' group by key\n"
        "---\naudience: high\nwhere: {trait: score, at_least: 7}\n"
    )
    assert world.outcomes() == {"orders": 2, "last_price": 2, "scores": 2, "high": 1}
    assert world.values("score") == {"ann": "7", "bob": "2"}
    assert world.outcomes("high") == {"orders": 2, "last_price": 2, "scores": 2, "high": 1}


def test_queries_read_numbers_as_exports_write_them(world: World) -> None:
    world.define(
        "trait: last_price\ncompute: last\nevent: Bought\nproperty: price\n---\n"
        "trait: spent\ncompute: sum\nevent: Bought\nproperty: price\n---\n"
        "sql_trait: written\nsql: |\n  select key, max(value::varchar) filter (trait = 'spent') as spent_text,\n"
        "    max(value::varchar) filter (trait = 'last_price') as last_text from computed_traits group by key\n"
    )
    world.outcomes()
    assert world.values("spent_text") == world.values("spent")
    assert world.values("last_text") == world.values("last_price")


def test_computed_traits_may_compare_with_what_queries_give(world: World) -> None:
    world.define(
        "sql_trait: prices\nsql: select user_id, min((properties->>'price')::double) as least from events"
        " where event = 'Bought' group by all\n---\ntrait: above\ncompute: count\nevent: Bought\n"
        "where: {price: {greater_than: {trait: least}}}\n"
    )
    assert world.outcomes() == {"prices": 2, "above": 1}
    assert world.values("above") == {"ann": "1"}


def test_a_query_that_reads_computed_traits_cannot_serve_one(world: World) -> None:
    world.define(
        "sql_trait: prices\nsql: select key, 1 as least from computed_traits group by all\n---\ntrait: above\n"
        "compute: count\nevent: Bought\nwhere: {price: {greater_than: {trait: least}}}\n"
    )
    definitions = load_definitions(world.project, AS_OF)
    assert {each.code for each in definitions.diagnostics} == {"cycle", "depends-on-broken"}
    assert set(definitions.broken) == {"prices", "above"}


def test_a_query_fails_with_the_computed_traits_that_it_reads(world: World) -> None:
    world.define(
        "trait: orders\ncompute: counted\nevent: Bought\n---\n"
        "sql_trait: scores\nsql: select key, 1 as score from computed_traits group by all\n"
    )
    assert "`orders` cannot be computed" in str(world.outcomes()["scores"])


def test_a_trait_of_a_query_hides_a_custom_one(world: World) -> None:
    world.define(
        "sql_trait: counts\nsql: select user_id, count(*) as visits from events where user_id is not null group by all\n"
        "---\naudience: often\nwhere: {trait: visits, at_least: 99}\n---\naudience: seldom\n"
        "where: {trait: visits, less_than: 99}\n"
    )
    assert world.outcomes() == {"counts": 2, "often": 0, "seldom": 2}


def test_conditions_reach_into_lists_and_objects(world: World) -> None:
    world.define(
        "sql_trait: nested\nsql: |\n  select user_id, list(properties->>'price') as prices, any_value({city: {zip: 7}})"
        " as address,\n    max(timestamp) as latest, max(timestamp)::date as day from events where event = 'Bought'"
        " group by all\n"
        "---\naudience: a\nwhere: {trait: prices, equals: 5}\n"
        "---\naudience: b\nwhere: {trait: prices, size: 2}\n"
        "---\naudience: c\nwhere: {trait: address.city.zip, equals: 7}\n"
        "---\naudience: d\nwhere: {trait: latest, on: 2026-06-02}\n"
        "---\naudience: e\nwhere: {trait: day, within_last: 30 days}\n"
    )
    assert world.outcomes() == {"nested": 2, "a": 1, "b": 1, "c": 2, "d": 1, "e": 2}


LINKING = """\
sql_trait: contacts
of: accounts
sql: |
  select 'acme' as group_id, user_id, 'gold' as tier
  from (values ('bob'), ('cem'), ('nobody')) as contact(user_id)
"""


def test_links_count_wherever_accounts_and_users_meet(world: World) -> None:
    world.define(
        LINKING + "---\naudience: buying\nof: accounts\nwhere: {users: {at_least: 2}, where: {event: Bought}}\n"
        "---\naudience: of_gold\nwhere: {accounts: any, where: {trait: tier, equals: gold}}\n"
        "---\naudience: buyers\nwhere: {event: Bought}\n"
        "---\naudience: all_buy\nof: accounts\nwhere: {audience: buyers}\n"
        "---\ntrait: bought\nof: accounts\ncompute: count\nevent: Bought\n"
    )
    found = world.compute()
    assert {each.key: each.members for each in found.run.results} == {
        "contacts": 1, "buying": 1, "of_gold": 3, "buyers": 2, "all_buy": 1, "bought": 1,
    }  # fmt: skip
    assert found.skipped == {"contacts": 1}
    assert world.values("bought") == {"acme": "3"}
    world.define((world.project.root / "audiences" / "it.yaml").read_text().replace("('bob'), ", ""))
    assert world.outcomes()["of_gold"] == 2
    assert world.values("bought") == {"acme": "2"}


def test_explanations_and_previews_know_traits_and_links_of_queries(world: World) -> None:
    world.define(
        LINKING
        + "---\naudience: of_gold\nwhere: {accounts: any, where: {trait: tier, equals: gold}}\n---\n"
        + SPENT
        + RICH
    )
    world.compute()
    definitions = load_definitions(world.project, AS_OF)
    found = explain(world.project, world.store, definitions, "rich", "ann", as_of=AS_OF, now=AS_OF)
    assert found.member and found.root is not None and "15" in str(found.root)
    assert explain(world.project, world.store, definitions, "of_gold", "bob", as_of=AS_OF, now=AS_OF).member
    for key, members in (("rich", 1), ("of_gold", 3)):
        assert preview(world.project, world.store, definitions, key, AS_OF, limit=3).members == members


def test_definition_tests_expect_values_of_queries(world: World) -> None:
    world.define(
        SPENT + "---\ntest: spending\nas_of: 2026-07-01\ncalls:\n"
        "  - {type: track, event: Bought, userId: ann, timestamp: 2026-06-01, properties: {price: 7}}\n"
        "expect:\n  total: {ann: 7}\n"
    )
    definitions = load_definitions(world.project, AS_OF)
    assert not definitions.diagnostics
    [tested] = run_tests(world.project, definitions, (), AS_OF)
    assert tested.passed, tested


ACROSS = """\
audience: two_users
of: accounts
where: {users: {at_least: 2}, where: {everyone: true}}
"""


def test_whatever_asks_about_users_of_accounts_depends_on_the_links(world: World) -> None:
    world.define(LINKING + "---\n" + ACROSS + "---\naudience: bought\nwhere: {event: Bought}\n")
    definitions = load_definitions(world.project, AS_OF)
    assert preview(world.project, world.store, definitions, "two_users", AS_OF, limit=3).members == 1
    assert explain(world.project, world.store, definitions, "two_users", "acme", now=AS_OF).member
    assert world.outcomes("bought") == {"bought": 2}
    assert world.outcomes("two_users") == {"contacts": 1, "two_users": 1}


@pytest.mark.parametrize("broken", ["select 'acme' as group_id, user_id, 1 / 0", "select nothing from nowhere"])
def test_without_the_links_nobody_leaves(world: World, broken: str) -> None:
    world.define(LINKING + "---\n" + ACROSS + "---\naudience: bought\nwhere: {event: Bought}\n")
    world.compute()
    broken = f'sql_trait: contacts\nof: accounts\nsql: "{broken}"\n'
    world.define(broken + "---\n" + ACROSS + "---\naudience: bought\nwhere: {event: Bought}\n")
    results = {each.key: each for each in world.compute().run.results}
    reason = "`contacts` cannot be computed, so `two_users` cannot be either (audiences/it.yaml:7)"
    assert results["two_users"].reason == reason
    assert results["two_users"].members == results["contacts"].members == 1
    assert results["bought"].outcome == "ok"


FROM_A_SOURCE = """\
sql_trait: contacts
of: accounts
sql: select {columns} from tickets
"""
NEEDING = """\
---
audience: untiered
of: accounts
where: {trait: tier, exists: false}
---
audience: two_users
of: accounts
where: {users: {at_least: 2}, where: {everyone: true}}
---
audience: gold_users
where: {accounts: any, where: {trait: tier, equals: gold}}
---
audience: bought
where: {event: Bought}
"""


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ("account as group_id, tickets.user_id, 'gold' as tier", {"untiered", "two_users", "gold_users"}),
        ("account as GROUP_ID, 'gold' as tier", {"untiered", "gold_users"}),
        ("user_id, 1 as seats, *", {"two_users", "gold_users"}),
        ("*", set()),
    ],
    ids=["all told", "no links told", "some told", "nothing told"],
)
def test_what_a_query_says_counts_before_its_source_can_be_read(world: World, columns: str, kept: set[str]) -> None:
    """Names in a select list are known of a query that no run could compute yet; of `*` nothing can be told."""
    (world.project.root / "tickets.csv").unlink()
    world.define(FROM_A_SOURCE.format(columns=columns) + NEEDING)
    results = {each.key: each for each in world.compute().run.results}
    assert {key for key, each in results.items() if each.outcome == "failed"} == kept | {"contacts"}
    for key in kept:
        assert str(results[key].reason).startswith(f"`contacts` cannot be computed, so `{key}` cannot be either")


def test_after_a_run_without_links_nobody_enters_by_their_absence(world: World) -> None:
    linking = FROM_A_SOURCE.format(columns="account as group_id, user_id, 'gold' as tier") + NEEDING
    world.define(linking)
    world.write("tickets.csv", "account,user_id\n")
    world.compute()
    (world.project.root / "tickets.csv").unlink()
    results = {each.key: each.outcome for each in world.compute().run.results}
    assert results.pop("bought") == "ok" and set(results.values()) == {"failed"}


def test_a_query_that_is_disabled_stops_nobody_who_asks_about_users(world: World) -> None:
    (world.project.root / "tickets.csv").unlink()
    world.define(FROM_A_SOURCE.format(columns="group_id, user_id, 1 as seats") + "enabled: false\n" + NEEDING)
    results = {each.key: each.outcome for each in world.compute().run.results}
    assert results.pop("contacts") == "failed" and set(results.values()) == {"ok"}


def test_links_of_the_last_run_hold_up_nobody_once_the_query_is_disabled(world: World) -> None:
    world.write("tickets.csv", "group_id,user_id\nacme,bob\n")
    world.define(FROM_A_SOURCE.format(columns="group_id, user_id, 1 as seats") + NEEDING)
    assert world.outcomes()["two_users"] == 1
    (world.project.root / "tickets.csv").unlink()
    world.define(FROM_A_SOURCE.format(columns="group_id, user_id, 1 as seats") + "enabled: false\n" + NEEDING)
    assert world.outcomes()["two_users"] == 0


def test_the_key_of_a_query_with_errors_may_be_that_of_a_trait_of_its(world: World) -> None:
    (world.project.root / "tickets.csv").unlink()
    by_key = "---\naudience: without\nof: accounts\nwhere: {trait: contacts, exists: false}\n"
    world.define(FROM_A_SOURCE.format(columns="1 as seats, *") + by_key)
    assert {each.outcome for each in world.compute().run.results} == {"failed"}


def test_a_query_counts_where_its_definition_has_other_errors(world: World) -> None:
    world.define(LINKING + "ownr: nobody\n" + NEEDING)
    results = {each.key: each.outcome for each in world.compute().run.results}
    assert results.pop("bought") == "ok" and set(results.values()) == {"failed"}


def test_names_of_a_query_with_errors_take_no_other_names(world: World) -> None:
    broken = "sql_trait: a_broken\nsql: select user_id, 1 as total, 2 as bought from nowhere\n---\n"
    world.define(broken + SPENT + RICH + "---\ntrait: bought\ncompute: count\nevent: Bought\n"
                 "---\naudience: buyers\nwhere: {trait: bought, at_least: 1}\n")  # fmt: skip
    results = {each.key: each.outcome for each in world.compute().run.results}
    assert results.pop("a_broken") == "failed" and set(results.values()) == {"ok"}


def users_of(world: World, options: ExportOptions) -> list[list[str]]:
    written = io.BytesIO()
    export_key(world.store.connection, "two_users", options, written)
    user_ids = dict(world.store.connection.execute(KEYS).fetchall())
    rows = csv.DictReader(io.StringIO(written.getvalue().decode()))
    return sorted([user_ids[row.pop("key")], *(row[name] for name in row if name != "external_ids")] for row in rows)


KEYS = """select key, value from profile_keys join identity using (profile) join identifiers using (identifier)
    where type = 'user_id'"""
EXPANDED = ExportOptions("unformatted", users=Users(("user_id",)))


def linked_in_the_store(world: World) -> list[tuple[str, bool]]:
    found = account_of(world.store, "acme", scope="own", users=10, events=0)
    return [(each.user_id or "", each.is_linked) for each in found.first_users]


def test_links_are_kept_as_the_runs_had_them(world: World) -> None:
    world.define(LINKING + "---\n" + ACROSS)
    world.compute()
    assert users_of(world, EXPANDED) == [["ann", "acme"], ["bob", "acme"], ["cem", "acme"]]
    assert sorted(linked_in_the_store(world)) == [("ann", False), ("bob", True), ("cem", True)]
    bob = profile_of(world.store, "bob", known_by=("user_id",), events=0)
    assert [(each.group_id, each.since, each.is_linked) for each in bob.accounts] == [("acme", AS_OF, True)]
    world.define((LINKING + "---\n" + ACROSS).replace("('cem'), ", ""))
    world.compute(as_of=datetime(2026, 7, 2))
    assert users_of(world, EXPANDED) == [["ann", "acme"], ["bob", "acme"]]
    runs.drop_latest(world.store.connection)
    assert users_of(world, EXPANDED) == [["ann", "acme"], ["bob", "acme"], ["cem", "acme"]]


@pytest.mark.parametrize("without", ["enabled: false", None])
def test_a_query_that_runs_no_more_links_nobody(world: World, without: str | None) -> None:
    world.define(LINKING + "---\n" + ACROSS)
    world.compute()
    world.define(
        ACROSS if without is None else LINKING.replace("of: accounts", f"of: accounts\n{without}") + "---\n" + ACROSS
    )
    assert world.outcomes()["two_users"] == 0
    assert linked_in_the_store(world) == [("ann", False)]


def test_a_traits_column_is_of_the_linked_account(world: World) -> None:
    world.define(LINKING + "---\naudience: two_users\nwhere: {accounts: any, where: {everyone: true}}\n")
    world.compute()
    columns = ExportOptions("unformatted", columns=("account.tier",))
    assert users_of(world, columns) == [["ann", "gold"], ["bob", "gold"], ["cem", "gold"]]


def test_links_of_the_forgotten_go(world: World) -> None:
    world.define(LINKING + "---\n" + ACROSS)
    world.compute()
    with world.store.transaction():
        remove_everything(world.store, "bob")
    assert sorted(linked_in_the_store(world)) == [("ann", False), ("cem", True)]


def test_a_key_of_several_traits_is_exported_by_their_names(world: World) -> None:
    world.define(
        "sql_trait: both\nsql: select distinct user_id, 1 as one, 2 as two from events where user_id = 'bob'\n"
    )
    world.compute()
    assert (world.values("one"), world.values("two")) == ({"bob": "1"}, {"bob": "2"})
    with pytest.raises(UsageError, match="has 2 traits, and a file is of one"):
        world.values("both")


def test_a_column_that_the_query_gives_no_more_loses_its_values(world: World) -> None:
    world.define(
        "sql_trait: both\nsql: select distinct user_id, 1 as one, 2 as two from events where user_id = 'bob'\n"
    )
    world.compute()
    world.define("sql_trait: both\nsql: select distinct user_id, 2 as two from events where user_id = 'bob'\n")
    world.compute()
    left = world.store.connection.execute(
        "select name from trait_values join trait_names using (trait) where until_run is null"
    ).fetchall()
    assert left == [("two",)]


def test_a_disabled_query_serves_what_names_it_and_is_not_stored(world: World) -> None:
    world.define(SPENT.replace("sql:", "enabled: false\nsql:") + RICH)
    assert world.outcomes() == {"rich": 1}


def test_the_same_result_whatever_the_threads(world: World) -> None:
    world.define(
        "sql_trait: sums\nsql: select user_id, sum(0.1 * (properties->>'price')::double) as total, first(event) as"
        " first_event from events where user_id is not null group by all\n"
    )
    found = []
    for threads in (1, 4):
        world.store.connection.execute(f"set threads = {threads}")
        world.compute()
        found.append((world.values("total"), world.values("first_event")))
    assert found[0] == found[1]
