"""A run at A′ after one at A, in full and for the touched alone, on one store that is only read.

Beside the store stand databases, each of which can stand before it, so that its tables are found first:

earlier   calls, identity              what the run at A saw: without the new calls, before any merge
later     identity                     what the run at A′ sees
narrow    identity, accounts           … of the touched alone; whose calls these are is told as they are read
ready     calls, identity, accounts    the same with calls of its own, as if the store had kept these together
nobody    calls, identity, accounts    … of no one: what a run costs that has nothing to evaluate
made      new_calls, merges, touched … what the study finds out
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
from compute_data import DAYS
from incremental_windows import moved_events

from audcli.digests import documents_of
from audcli.engines import duckdb as engine
from audcli.evaluation import list_reader, plan_of
from audcli.pipeline import load_definitions
from audcli.plan.model import Plan
from audcli.project import Project
from audcli.sql.compile import compile_plan
from audcli.sql.script import Script
from audcli.store import Store
from audcli.tables import WORK

WORLDS = ("earlier", "later", "narrow", "ready", "nobody")
LATE_SHARE = 0.02
"""How many late calls come to a call that is on time."""
MERGED_SHARE = 0.01
"""How many of the profiles with new calls are merged with another one."""


class Cost(NamedTuple):
    """What was taken, in seconds: by the clock, and of processors."""

    wall: float
    processor: float


class Study:
    """The same definitions at A and at A′."""

    def __init__(self, project: Project, store: Store, folder: Path, earlier: datetime, later: datetime) -> None:
        self.project, self.store, self.earlier, self.later = project, store, earlier, later
        self.connection = store.connection
        for database in (*WORLDS, "made", "kept"):
            self.connection.execute(f"attach or replace '{folder / database}.duckdb' as {database} (read_write)")
        self.documents = documents_of(load_definitions(project, later))
        self.catalog = store.catalog()
        self.plans = self.plan(earlier), self.plan(later)
        self.scripts = [compile_plan(plan, self.catalog).script for plan in self.plans]
        self.group = self.catalog.numbers["group", ""]
        self.make_worlds()

    def plan(self, as_of: datetime) -> Plan:
        plan, left_out = plan_of(self.project, self.documents, self.documents, as_of, {})
        assert not left_out
        return plan

    def number(self, query: str) -> int:
        """Give the one number that a query finds."""
        [(number,)] = self.connection.execute(query).fetchall()
        return int(number)

    def make_worlds(self) -> None:
        """Say which calls are new, who is merged by them, and who everybody is before and after."""
        days = (self.later - self.earlier) / timedelta(days=1)
        late = f"hash(message_id, 'late') % 1000000000 < {round(LATE_SHARE * days / DAYS * 1e9)}"
        new = f"(time > timestamp '{self.earlier}' or {late})"
        goes = f"hash(profile, 'merged') % 1000000 < {round(MERGED_SHARE * 1e6)}"
        self.connection.execute(
            f"""create or replace table made.new_calls as
                select identifier, call_name, account from store.calls
                where {new} and time <= timestamp '{self.later}';
            create or replace table made.merges as
                with active as (select distinct profile from store.identity join made.new_calls using (identifier)),
                losers as (select profile, row_number() over () as place from active where {goes}),
                winners as (select distinct profile as winner from store.identity where not {goes}),
                dealt as (select winner, row_number() over (order by hash(winner)) as place from winners)
                select profile, winner from losers join dealt using (place);
            create or replace view earlier.calls as select * from store.calls where not {new}"""
        )
        self.make_identity("earlier", "earlier.calls", "profile")
        self.make_identity("later", "store.calls", "coalesce(winner, profile)")

    def make_identity(self, world: str, calls: str, profile: str) -> None:
        """Say whose each id is; of a profile only the earliest time counts, whichever of its ids has it."""
        self.connection.execute(
            f"""create or replace table {world}.identity as
            with people as (
                select identity.* replace ({profile} as profile)
                from store.identity left join made.merges using (profile) where until_generation is null),
            seen as (select profile, min(time) as first_seen
                     from {calls} join people using (identifier) group by profile)
            select identifier, profile, seen.first_seen, since_generation, until_generation
            from people join seen using (profile)"""
        )

    def find_touched(self) -> Cost:
        """Find whom a window, a new call or a merge can have changed, and all that must be read along with them."""
        started = time.perf_counter(), time.process_time()
        moved = moved_events(self.plans, self.catalog, "identifier", self.earlier)
        self.connection.execute(
            f"""create or replace table made.moved as select distinct identifier from ({moved});
            create or replace table made.touched as
                select profile from later.identity
                    join (select identifier from made.moved union select identifier from made.new_calls)
                    using (identifier)
                union select profile from made.merges union select winner from made.merges;
            create or replace table made.account_users as
                select distinct account, profile
                from store.calls join later.identity using (identifier) where call_name = {self.group};
            create or replace table made.touched_accounts as
                select account from made.account_users join made.touched using (profile)
                union select account from made.new_calls where call_name = {self.group};
            create or replace table made.evaluated as
                select profile from made.touched {self.users_of_touched_accounts()};
            create or replace table narrow.identity as
                select * from later.identity where profile in (from made.evaluated);
            create or replace table narrow.accounts as
                select * from store.accounts where account in (from made.touched_accounts)"""
        )
        return Cost(time.perf_counter() - started[0], time.process_time() - started[1])

    def users_of_touched_accounts(self) -> str:
        """An account is counted anew from all of its users, as far as any audience asks about these."""
        if all(each.level == "users" for each in self.plans[1].audiences):
            return ""
        return "union select profile from made.account_users join made.touched_accounts using (account)"

    def lay_ready(self) -> None:
        """Copy the calls that a restricted run needs, and nothing of what it needs for nobody."""
        self.connection.execute(
            f"""create or replace table ready.calls as
                select * from store.calls
                where call_name = {self.group} or identifier in (select identifier from narrow.identity)
                order by call_name, time;
            create or replace table ready.identity as from narrow.identity;
            create or replace table ready.accounts as from narrow.accounts;
            create or replace table nobody.calls as from store.calls limit 0;
            create or replace table nobody.identity as from narrow.identity limit 0;
            create or replace table nobody.accounts as from narrow.accounts limit 0"""
        )

    def evaluate(self, script: Script, world: str) -> Cost:
        """Run a script on what stands in one of the databases, else in the store, and keep who is a member."""
        connect = partial(self.connection_in, world)
        started = time.perf_counter(), time.process_time()
        engine.run_on_cores(self.store.threads, connect(), connect, script, list_reader(self.project))
        cost = Cost(time.perf_counter() - started[0], time.process_time() - started[1])
        for table in _tables(script):
            self.connection.execute(f"create or replace table {world}.members_{table} as from {WORK}.{table}")
        return cost

    def connection_in(self, world: str) -> duckdb.DuckDBPyConnection:
        """Open a connection that finds tables in one of the databases first, then in the store."""
        connection = self.store.another_connection()
        connection.execute(f"set search_path = '{world}.main,store.main,{WORK}.main'")
        return connection

    def check(self) -> None:
        """Stop unless the touched have what a full run gives them, and all others what they had before."""
        for table in _tables(self.scripts[1]):
            entity, touched = ("account", "touched_accounts") if _of_accounts(table) else ("profile", "touched")
            is_touched = f"{entity} in (from made.{touched})"
            for one, other, who in (
                ("narrow", "later", is_touched),
                ("ready", "later", is_touched),
                ("earlier", "later", f"not {is_touched}"),
            ):
                rows = [f"select * from {world}.members_{table} where {who}" for world in (one, other)]
                differing = self.number(
                    f"select count(*) from (({_differing(rows)}) union all ({_differing(rows[::-1])}))"
                )
                if differing:
                    sys.exit(f"{differing} rows of `{table}` differ in {one} and {other}, where {who}")

    def numbers(self) -> Mapping[str, int]:
        """Count everybody, those that were touched and by what, and those whose membership really changed."""
        profiles_of = "select count(distinct profile) from later.identity join made.{} using (identifier)"
        changed = " union all ".join(
            f"select profile from ({_differing([f'from later.members_{each}', f'from earlier.members_{each}'])})"
            for each in _tables(self.scripts[1])
            if not _of_accounts(each)
        )
        moved = moved_events(self.plans, self.catalog, "rowid", self.later)
        queries = {
            "calls": "select count(*) from store.calls",
            "new calls": "select count(*) from made.new_calls",
            "events moved in or out of a window": f"select count(distinct rowid) from ({moved})",
            "profiles": "select count(distinct profile) from later.identity",
            "profiles with new calls": profiles_of.format("new_calls"),
            "profiles whose windows moved": profiles_of.format("moved"),
            "profiles merged": "select count(*) from made.merges",
            "profiles touched": "select count(*) from (from made.touched semi join later.identity using (profile))",
            "accounts": "select count(distinct account) from made.account_users",
            "accounts touched": "select count(*) from made.touched_accounts",
            "profiles to evaluate": "select count(distinct profile) from narrow.identity",
            "profiles changed": f"select count(distinct profile) from ({changed})",
        }
        return {words: self.number(query) for words, query in queries.items()}

    def seconds_by_kind(self) -> Mapping[str, float]:
        """Say how long each kind of statement of a full run takes, one statement after the other."""
        seconds: dict[str, float] = {}
        for each in engine.run(self.connection_in("later"), self.scripts[1], list_reader(self.project)):
            kind = each.table.partition("_")[0]
            seconds[kind] = seconds.get(kind, 0) + each.seconds
        return seconds

    def size_of(self, kind: str) -> tuple[int, float]:
        """Say how many rows the work tables of a kind have, and how many MB they are in a file of their own."""
        tables = [each.table for each in self.scripts[1].statements if each.table.partition("_")[0] == kind]
        used = "select block_size * used_blocks from pragma_database_size() where database_name = 'kept'"
        self.connection.execute("checkpoint kept")
        before, rows = self.number(used), 0
        for table in tables:
            self.connection.execute(f"create or replace table kept.{table} as from {WORK}.{table}")
            rows += self.number(f"select count(*) from kept.{table}")
        self.connection.execute("checkpoint kept")
        return rows, (self.number(used) - before) / 1e6


def _tables(script: Script) -> list[str]:
    """Name the tables of members."""
    return sorted({each.table for each in script.memberships.values()})


def _of_accounts(table: str) -> bool:
    return table.endswith("_accounts")


def _differing(rows: Iterable[str]) -> str:
    return " except ".join(f"({each})" for each in rows)
