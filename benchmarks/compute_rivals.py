"""The rivals of the compute benchmark: each prepares its stored data once, and then is a process that computes it all.

    python compute_rivals.py prepare typed calls.jsonl place      python compute_rivals.py compute typed place 100

raw        one DuckDB statement per definition over a table made by `read_json_auto`
typed      the same over tables with typed columns, the events sorted by event and time
chdb       one statement per definition over MergeTree ordered by (event, time), typed columns
polars     one lazy query per definition over Parquet files with typed columns, collected together
scan       a bare scan of all columns that the definitions need (typed tables)
write      the bare writing of as many membership rows

Every one leaves its member lists as rows on disk: `members (definition, id)`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from compute_definitions import Companies, Definition, Frames, deal

COLUMNS = ("event", "time", "user_id", "revenue", "quantity", "platform", "plan", "gift")


@dataclass(frozen=True)
class RawLayout:
    """Everything in one table, as `read_json_auto` makes it."""

    calls: str = "(select event, timestamp as time, \"userId\" as user_id, properties from calls where type = 'track')"
    users: str = "(select \"userId\" as user_id, traits.plan, traits.age from calls where type = 'identify')"
    belongs: str = '(select distinct "groupId" as account, "userId" as user_id from calls where type = \'group\')'
    accounts: str = (
        "(select \"groupId\" as account, max(traits.seats) as seats from calls where type = 'group' group by all)"
    )

    def property(self, name: str) -> str:
        return f"properties.{name}"

    def members(self, number: int) -> str:
        return f"select id from members where definition = {number}"


@dataclass(frozen=True)
class TypedLayout:
    """A table for each thing, with typed columns."""

    calls: str = "calls"
    users: str = "users"
    belongs: str = "belongs"
    accounts: str = "accounts"

    def property(self, name: str) -> str:
        return name

    def members(self, number: int) -> str:
        return f"select id from members where definition = {number}"


def main() -> None:
    match sys.argv[1:]:
        case ["prepare", rival, calls, place]:
            PREPARE[rival](Path(calls), Path(place))
        case ["compute", rival, place, count]:
            COMPUTE[rival](Path(place), deal(int(count)))
        case _:
            sys.exit(__doc__)


def _duckdb(path: Path):  # type: ignore[no-untyped-def]
    import duckdb

    connection = duckdb.connect(str(path))
    connection.execute("set enable_progress_bar = false; set TimeZone = 'UTC'")
    return connection


def prepare_raw(calls: Path, place: Path) -> None:
    _duckdb(place / "raw.duckdb").execute(f"create table calls as select * from {_read(calls)}")


def _read(calls: Path) -> str:
    """Read all calls to find their types: the first of them are all of one kind."""
    return f"read_json_auto('{calls}', sample_size = -1)"


def prepare_typed(calls: Path, place: Path) -> None:
    connection = _duckdb(place / "typed.duckdb")
    connection.execute(f"create view raw as select * from {_read(calls)}")
    connection.execute(
        """create table calls as
           select event, timestamp::timestamp as time, "userId" as user_id, properties.revenue::double as revenue,
                  properties.quantity::integer as quantity, properties.platform as platform, properties.plan as plan,
                  properties.gift::boolean as gift
           from raw where type = 'track' order by event, time"""
    )
    connection.execute(
        """create table users as
           select "userId" as user_id, traits.plan as plan, traits.age::integer as age from raw where type = 'identify';
           create table belongs as
           select distinct "groupId" as account, "userId" as user_id from raw where type = 'group';
           create table accounts as
           select "groupId" as account, max(traits.seats)::integer as seats from raw where type = 'group' group by all;
           drop view raw"""
    )


def prepare_parquet(calls: Path, place: Path) -> None:
    connection = _duckdb(place / "typed.duckdb")
    for table in ("calls", "users", "belongs", "accounts"):
        order = "order by event, time" if table == "calls" else ""
        connection.execute(
            f"copy (from {table} {order}) to '{place}/{table}.parquet' (format parquet, compression zstd)"
        )


def prepare_chdb(calls: Path, place: Path) -> None:
    from chdb.session import Session

    session = Session(str(place / "chdb"))
    session.query("create database if not exists bench engine = Atomic")
    orders = {"calls": "(event, time)", "users": "user_id", "belongs": "account", "accounts": "account"}
    types = {
        "calls": "event LowCardinality(String), time DateTime64(6, 'UTC'), user_id String, revenue Float64, "
        "quantity Int32, platform LowCardinality(String), plan LowCardinality(String), gift Bool",
        "users": "user_id String, plan LowCardinality(String), age Int32",
        "belongs": "account String, user_id String",
        "accounts": "account String, seats Int32",
    }
    for table, order in orders.items():
        session.query(f"create table bench.{table} ({types[table]}) engine = MergeTree order by {order}")
        session.query(f"insert into bench.{table} select * from file('{place}/{table}.parquet', Parquet)")
    session.close()


def compute_duckdb(database: Path, layout: RawLayout | TypedLayout, definitions: list[Definition]) -> None:
    connection = _duckdb(database)
    connection.execute("create or replace table members (definition integer, id varchar)")
    for number, definition in enumerate(definitions):
        connection.execute(f"insert into members select {number}, * from ({definition.sql(layout)})")
    connection.close()


def compute_chdb(place: Path, definitions: list[Definition]) -> None:
    from chdb.session import Session

    session = Session(str(place / "chdb"))
    session.query("use bench")
    session.query("drop table if exists members")
    session.query("create table members (definition Int32, id String) engine = MergeTree order by definition")
    for number, definition in enumerate(definitions):
        column = "account" if isinstance(definition, Companies) else "user_id"
        session.query(f"insert into members select {number}, {column} from ({definition.sql(TypedLayout())})")
    session.close()


def compute_polars(place: Path, definitions: list[Definition]) -> None:
    import polars as pl

    calls, users, belongs, accounts = (
        pl.scan_parquet(place / f"{table}.parquet") for table in ("calls", "users", "belongs", "accounts")
    )
    frames = Frames(calls, users, belongs, accounts, [])
    for definition in definitions:
        frames.members.append(definition.polars(frames))
    found = pl.collect_all(frames.members)
    rows = [
        each.select(pl.lit(number, pl.Int32).alias("definition"), pl.col(each.columns[0]).alias("id"))
        for number, each in enumerate(found)
    ]
    pl.concat(rows).write_parquet(place / "polars_members.parquet")


def compute_scan(place: Path, definitions: list[Definition]) -> None:
    """Read every column that the definitions need, and make nothing of them but their greatest values."""
    greatest = ", ".join(f"max({column})" for column in COLUMNS)
    _duckdb(place / "typed.duckdb").execute(f"select {greatest} from calls").fetchall()


def compute_write(place: Path, definitions: list[Definition]) -> None:
    """Write as many rows as `members` has, as narrow as the ledger's own."""
    connection = _duckdb(place / "typed.duckdb")
    [(rows,)] = connection.execute("select count(*) from members").fetchall()
    connection.execute(
        f"""create or replace table written as
            select (i // 50000)::integer as definition, (i % 50000)::integer as entity, 1::integer as entered_run
            from range({rows}) as t(i)"""
    )
    connection.close()


PREPARE = {"raw": prepare_raw, "typed": prepare_typed, "chdb": prepare_chdb, "polars": prepare_parquet}
COMPUTE = {
    "raw": lambda place, definitions: compute_duckdb(place / "raw.duckdb", RawLayout(), definitions),
    "typed": lambda place, definitions: compute_duckdb(place / "typed.duckdb", TypedLayout(), definitions),
    "chdb": compute_chdb,
    "polars": compute_polars,
    "scan": compute_scan,
    "write": compute_write,
}

if __name__ == "__main__":
    main()
