"""Account audiences in one run, beside the same audiences as DuckDB statements by hand over plain tables.

    python benchmarks/accounts.py --calls 4000000

Half of the events carry an account. There is a user for every 25 calls and an account for every 20 users; one user in
twenty belongs to two accounts or three. The tables of the other side are made of the same events beforehand, with a
typed column for every property. Each contender is a process of its own, from start to end, and the accounts found are
compared before any time is printed. Processor times stand beside the others, since a machine may be shared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random

AS_OF = datetime(2026, 7, 1)
DAYS = 120
AUDIENCES = 50
MEMORY_LIMIT = "1200MB"
EVENTS = ["Logged In", "Feature Used", "Report Shared", "Invite Sent", "Order Completed", "Ticket Opened"]
EVENTS += [f"Event {number}" for number in range(14)]
PLANS = ["trial", "free", "pro", "business"]
PLATFORMS = ["ios", "android", "web"]

BY_HAND = """
import duckdb
connection = duckdb.connect("by_hand.duckdb")
connection.execute("set enable_progress_bar = false")
for number, line in enumerate(open("by_hand.sql")):
    connection.execute(f"create or replace table members_{number} as {line}")
"""

MAKE_TABLES = f"""
create macro dice(number, salt, sides) as (hash(salt || ' ' || number) % sides::ubigint)::bigint;
create macro one_of(choices, number, salt) as choices[1 + dice(number, salt, len(choices))];
create table accounts as
    select 'account-' || range as account, one_of({PLANS}, range, 'plan') as plan,
        1 + dice(range, 'seats', 200) as seats
    from range(getvariable('accounts'));
create table account_users as
    select distinct 'account-' || dice(range, 'account ' || nth, getvariable('accounts')) as account,
        'user-' || range as user_id
    from range(getvariable('users')), unnest([0, 1, 2]) as nths(nth)
    where nth = 0 or dice(range, 'several', 1000) < (case nth when 1 then 51 else 10 end);
create table accounts_of as select user_id, list(account order by account) as theirs from account_users group by all;
create table events as
    select range as number, one_of({EVENTS}, range, 'event') as event,
        'user-' || dice(range, 'user', getvariable('users')) as user_id,
        timestamp '{AS_OF}' - to_seconds(dice(range, 'time', {DAYS * 86400})) as time,
        1 + dice(range, 'revenue', 50000) as cents, one_of({PLATFORMS}, range, 'platform') as platform,
        1 + dice(range, 'quantity', 9) as quantity, dice(range, 'tagged', 4) as tag
    from range(getvariable('calls') - (select count(*) from account_users));
create table tagged as
    select number, event, user_id, time, cents / 100 as revenue, platform, quantity,
        case when tag < 2 then one_of(theirs, number, 'which') end as account, tag
    from events join accounts_of using (user_id) order by number;
drop table events; drop table accounts_of;
alter table tagged rename to events;
"""

WRITE_CALLS = """
copy (
    select 'group' as type, user_id as "userId", account as "groupId", {'plan': plan, 'seats': seats} as traits,
        '2026-01-01T00:00:00Z' as timestamp, 'group ' || user_id || account as "messageId"
    from account_users join accounts using (account) order by 2, 3) to 'calls/groups.jsonl' (format json);
copy (
    select 'track' as type, event, user_id as "userId", strftime(time, '%Y-%m-%dT%H:%M:%SZ') as timestamp,
        'message ' || number as "messageId", case when tag = 0 then account end as "groupId",
        {'revenue': revenue, 'quantity': quantity, 'platform': platform} as properties,
        {'groupId': case when tag = 1 then account end, 'library': {'name': 'web'}} as context
    from events order by number) to 'calls/events.jsonl' (format json);
alter table events drop column tag;
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What a process took: seconds by the clock and of processors, and bytes of memory at the peak."""

    seconds: float
    processor: float
    peak: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # Elsewhere, for what a child's peak is counted as begins with the memory of its parent.
        maker = get_context("spawn").Process(target=make_data, args=(place, options.calls))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit(1)
        write_audiences(place)
        audcli = [sys.executable, "-m", "audcli", "--quiet"]
        took([*audcli, "ingest", "calls"], place)
        shutil.rmtree(place / "calls")
        ours, theirs = [], []
        compute = [*audcli, "compute", "--as-of", AS_OF.isoformat(), "--memory-limit", MEMORY_LIMIT]
        for _ in range(options.runs):
            ours.append(took(compute, place))
            theirs.append(took([sys.executable, "-c", BY_HAND], place))
        check_equal(place)
    print(f"{options.calls:,} calls, {AUDIENCES} account audiences, medians of {options.runs}")
    for what in ("seconds", "processor"):
        a, b = (statistics.median(getattr(each, what) for each in side) for side in (ours, theirs))
        print(f"audcli compute / {AUDIENCES} statements, {what}: {a:.2f} / {b:.2f} = {a / b:.2f}")
    print(f"audcli's memory at the peak: {max(each.peak for each in ours) / 2**30:.2f} GiB")


def make_data(place: Path, calls: int) -> None:
    """Make the plain tables from a seed, and the same as files of calls."""
    import duckdb

    (place / "calls").mkdir()
    os.chdir(place)
    connection = duckdb.connect("by_hand.duckdb")
    connection.execute("set enable_progress_bar = false")
    for name, value in {"calls": calls, "users": calls // 25, "accounts": calls // 500}.items():
        connection.execute(f"set variable {name} = {value}")
    connection.execute(MAKE_TABLES)
    connection.execute(WRITE_CALLS)
    connection.close()


def write_audiences(place: Path) -> None:
    """Write audiences of mixed shape, and each of them as a statement by hand."""
    random = Random(11)
    shapes = [some_users, no_users, all_users, so_many_users, a_share_of_users, a_sum, a_count, several_users, a_chain]
    made = [shapes[number % len(shapes)](random) for number in range(AUDIENCES)]
    (place / "audiences").mkdir()
    (place / "audcli.yaml").write_text("")
    definitions = [f"audience: a{number}\nof: accounts\nwhere: {where}\n" for number, (where, _) in enumerate(made)]
    (place / "audiences" / "all.yaml").write_text("---\n".join(definitions))
    (place / "by_hand.sql").write_text("\n".join(statement for _, statement in made) + "\n")


Made = tuple[str, str]
"""A condition on accounts, and the statement that finds them."""


def some_users(random: Random) -> Made:
    where, users = _users_who(random, (1, 9))
    return f"{{users: any, {where}}}", f"select distinct account from ({users})"


def no_users(random: Random) -> Made:
    where, users = _users_who(random, (5, 20))
    plan = random.choice(PLANS)
    without = f"select account from accounts where plan = '{plan}' and account not in (select account from ({users}))"
    known = "account in (select account from account_users)"
    return f"{{all: [{{trait: plan, equals: {plan}}}, {{users: none, {where}}}]}}", f"{without} and {known}"


def all_users(random: Random) -> Made:
    where, users = _users_who(random, (5, 20))
    head = where.partition("where: ")
    found = f"select distinct account from account_users where account not in (select account from ({users}))"
    return f"{{users: all, {head[0]}where: {{not: {head[2]}}}}}", found


def so_many_users(random: Random) -> Made:
    where, users = _users_who(random, (10, 40))
    least = random.randrange(2, 5)
    found = f"select account from ({users}) group by account having count(*) >= {least}"
    return f"{{users: {{at_least: {least}}}, {where}}}", found


def a_share_of_users(random: Random) -> Made:
    where, users = _users_who(random)
    percent = random.choice([10, 15, 20])
    return f"{{users: {{at_least_percent: {percent}}}, {where}}}", _share(users, percent)


def a_sum(random: Random) -> Made:
    events, rows = _events(random)
    least = random.randrange(500, 2500) + 0.005
    found = f"select account from ({rows}) group by account having sum(revenue) >= {least}"
    return f"{{trait: {{compute: sum, property: revenue, {events}}}, at_least: {least}}}", found


def a_count(random: Random) -> Made:
    events, rows = _events(random)
    most = random.randrange(2, 12)
    found = f"""select account from accounts
        left join (select account, count(*) as times from ({rows}) group by account) using (account)
        where coalesce(times, 0) < {most} and account in (select account from account_users)"""
    return f"{{trait: {{compute: count, {events}}}, less_than: {most}}}", " ".join(found.split())


def several_users(random: Random) -> Made:
    events, rows = _events(random)
    least = random.randrange(2, 8)
    found = f"select account from ({rows}) group by account having count(distinct user_id) >= {least}"
    return f"{{trait: {{compute: unique_users, {events}}}, at_least: {least}}}", found


def a_chain(random: Random) -> Made:
    first, second = random.sample(EVENTS, 2)
    days = random.randrange(5, 15)
    found = f"""select distinct u.account from account_users as u
        join events as a using (user_id) join events as b using (user_id)
        where a.event = '{first}' and b.event = '{second}'
            and b.time > a.time and b.time <= a.time + interval {days} day
            and (a.account is null or a.account = u.account) and (b.account is null or b.account = u.account)"""
    found = " ".join(found.split())
    steps = f"[{{event: {first}}}, {{event: {second}, within: {days} days}}]"
    return f"{{users: any, where: {{sequence: {steps}}}}}", found


def _users_who(random: Random, days: tuple[int, int] = (20, 60)) -> Made:
    """Give `events` and `where` of a quantifier, and the query of the users of accounts who pass."""
    event, scope, least = (
        random.choice(EVENTS),
        random.choice(["own", "own", "own", "tagged", "all"]),
        random.choice([1, 1, 2]),
    )
    within = random.randrange(*days)
    where, condition = _filter(random)
    rows = _rows(event, scope, within, condition)
    users = f"select account, user_id from ({rows}) group by account, user_id having count(*) >= {least}"
    head = f"event: {event}, times: {{at_least: {least}}}, within: {within} days{where}"
    return f"events: {scope}, where: {{{head}}}", users


def _events(random: Random) -> Made:
    """Give the events of a computed trait, and the query of their rows for each account."""
    event, scope, within = random.choice(EVENTS), random.choice(["own", "own", "tagged"]), random.randrange(10, 100)
    where, condition = _filter(random)
    return f"event: {event}, events: {scope}, within: {within} days{where}", _rows(event, scope, within, condition)


def _filter(random: Random) -> Made:
    return random.choice(
        [
            ("", "true"),
            (", where: {revenue: {greater_than: 250}}", "revenue > 250"),
            (", where: {platform: ios}", "platform = 'ios'"),
            (
                ", where: {quantity: {at_least: 4}, platform: [ios, web]}",
                "quantity >= 4 and platform in ('ios', 'web')",
            ),
        ]
    )


def _rows(event: str, scope: str, days: int, condition: str) -> str:
    start = AS_OF - timedelta(days=days)
    counts = {"own": "(e.account is null or e.account = u.account)", "tagged": "e.account = u.account", "all": "true"}
    return (
        f"select u.account, u.user_id, e.revenue from account_users as u join events as e using (user_id) "
        f"where e.event = '{event}' and e.time > timestamp '{start}' and {condition} and {counts[scope]}"
    )


def _share(users: str, percent: int) -> str:
    return (
        f"select account from (select account, count(*) as passing from ({users}) group by account) "
        "join (select account, count(*) as users from account_users group by account) using (account) "
        f"where passing * 100 >= {percent} * users"
    )


def took(command: list[str], place: Path) -> Took:
    """Run a process to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=place)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return Took(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def check_equal(place: Path) -> None:
    """Stop unless every audience has the same accounts both ways, and some but not all of them."""
    import duckdb

    by_hand = duckdb.connect(str(place / "by_hand.duckdb"))
    store = duckdb.connect(str(place / ".audcli" / "store.duckdb"), read_only=True)
    query = """select group_id from memberships join definitions using (definition) join accounts on account = entity
               where exited_run is null and key = ?"""
    trivial = 0
    [(accounts,)] = store.execute("select count(*) from accounts").fetchall()
    for number in range(AUDIENCES):
        ours = {row[0] for row in store.execute(query, [f"a{number}"]).fetchall()}
        theirs = {row[0] for row in by_hand.execute(f"select * from members_{number}").fetchall()}
        if ours != theirs:
            sys.exit(f"a{number} differs: {len(ours)} against {len(theirs)} accounts")
        trivial += len(ours) in (0, accounts)
    if trivial > AUDIENCES // 5:
        sys.exit(f"{trivial} audiences have no account or all of them")


if __name__ == "__main__":
    main()
