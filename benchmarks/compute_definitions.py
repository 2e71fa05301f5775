"""The definitions of the compute benchmark, dealt by a seed, each as YAML, as SQL by hand and as a polars query.

deal(3)   ->   [Did("Event 3", 2, within 30 days), Both((Did(…), Without(Did(…)))), Then("Event 8", "Event 9", 7)]

What a user would write by hand for a condition is a query of ids; a compound asks `user_id in (…)` of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Literal, Protocol

from compute_data import AS_OF, DAYS, NAMES

if TYPE_CHECKING:
    import polars as pl

SEED = 11


class Layout(Protocol):
    """How the data stands in a rival's tables: each of these is a piece of SQL."""

    calls: str
    users: str
    belongs: str
    accounts: str

    def property(self, name: str) -> str:
        """Give the column of a property."""
        ...

    def members(self, number: int) -> str:
        """Give the query of the members of a definition that came before."""
        ...


@dataclass(frozen=True)
class Frames:
    """The same for polars, and the queries of the definitions that came before."""

    calls: pl.LazyFrame
    users: pl.LazyFrame
    belongs: pl.LazyFrame
    accounts: pl.LazyFrame
    members: list[pl.LazyFrame]


@dataclass(frozen=True)
class Window:
    """A window of time: its YAML, and the instants that it lies between, the first excluded and the last included."""

    yaml: Mapping[str, Any]
    after: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Test:
    """A test of one value: equal to, at least, or one of."""

    name: str
    relation: Literal["equals", "at_least", "greater_than", "one_of"]
    literal: Any

    def yaml(self) -> dict[str, Any]:
        return {self.relation: self.literal}

    def sql(self, column: str) -> str:
        operator = {"equals": "=", "at_least": ">=", "greater_than": ">", "one_of": "in"}[self.relation]
        return f"{column} {operator} {_literal(self.literal)}"

    def polars(self) -> pl.Expr:
        import polars as pl

        column = pl.col(self.name)
        match self.relation:
            case "equals":
                return column == self.literal
            case "at_least":
                return column >= self.literal
            case "greater_than":
                return column > self.literal
            case "one_of":
                return column.is_in(self.literal)


@dataclass(frozen=True)
class Did:
    """Did an event at least so many times; or, with `total`, events whose revenue adds up to more than that."""

    event: str
    window: Window
    times: int = 1
    where: tuple[Test, ...] = ()
    total: float | None = None

    def yaml(self) -> dict[str, Any]:
        where = {"where": {test.name: test.yaml() for test in self.where}} if self.where else {}
        if self.total is not None:
            summed = {"compute": "sum", "event": self.event, "property": "revenue", **self.window.yaml, **where}
            return {"trait": summed, "greater_than": self.total}
        times = {"times": {"at_least": self.times}} if self.times > 1 else {}
        return {"event": self.event, **times, **self.window.yaml, **where}

    def sql(self, layout: Layout) -> str:
        tests = [f"event = '{self.event}'", *_times("time", self.window)]
        tests += [test.sql(layout.property(test.name)) for test in self.where]
        having = f"count(*) >= {self.times}"
        if self.total is not None:
            having = f"sum({layout.property('revenue')}) > {self.total}"
        return f"select user_id from {layout.calls} where {' and '.join(tests)} group by user_id having {having}"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        import polars as pl

        found = _events(frames.calls, self.event, self.window).filter(*(test.polars() for test in self.where))
        column = pl.len() if self.total is None else pl.col("revenue").sum()
        enough = pl.col("found") >= self.times if self.total is None else pl.col("found") > self.total
        return found.group_by("user_id").agg(column.alias("found")).filter(enough).select("user_id")


@dataclass(frozen=True)
class Has:
    """Has a custom trait that passes a test."""

    test: Test

    def yaml(self) -> dict[str, Any]:
        return {"trait": self.test.name, **self.test.yaml()}

    def sql(self, layout: Layout) -> str:
        return f"select user_id from {layout.users} where {self.test.sql(self.test.name)}"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        return frames.users.filter(self.test.polars()).select("user_id")


@dataclass(frozen=True)
class Then:
    """Did one event and, within some days after it, another."""

    first: str
    second: str
    days: int
    window: Window

    def yaml(self) -> dict[str, Any]:
        return {
            "sequence": [
                {"event": self.first, **self.window.yaml},
                {"event": self.second, "within": f"{self.days} days"},
            ]
        }

    def sql(self, layout: Layout) -> str:
        first, second = (
            f"(select user_id, time from {layout.calls} where event = '{event}' and {_times('time', self.window)[0]})"
            for event in (self.first, self.second)
        )
        return (
            f"select distinct a.user_id as user_id from {first} as a join {second} as b on a.user_id = b.user_id "
            f"where b.time > a.time and b.time <= a.time + interval {self.days} day"
        )

    def polars(self, frames: Frames) -> pl.LazyFrame:
        import polars as pl

        first, second = (
            _events(frames.calls, event, self.window).select("user_id", "time") for event in (self.first, self.second)
        )
        later = pl.col("time_right")
        in_time = (later > pl.col("time")) & (later <= pl.col("time") + timedelta(days=self.days))
        return first.join(second, on="user_id").filter(in_time).select("user_id").unique()


@dataclass(frozen=True)
class Member:
    """Is a member of an audience that was dealt before."""

    number: int

    def yaml(self) -> dict[str, Any]:
        return {"audience": key_of(self.number)}

    def sql(self, layout: Layout) -> str:
        return layout.members(self.number)

    def polars(self, frames: Frames) -> pl.LazyFrame:
        return frames.members[self.number]


@dataclass(frozen=True)
class Without:
    """Everybody but those for whom a condition holds."""

    part: Condition

    def yaml(self) -> dict[str, Any]:
        return {"not": self.part.yaml()}

    def sql(self, layout: Layout) -> str:
        return f"select user_id from {layout.users} where user_id not in ({self.part.sql(layout)})"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        return frames.users.join(self.part.polars(frames), on="user_id", how="anti").select("user_id")


@dataclass(frozen=True)
class Both:
    """Those for whom all parts hold."""

    parts: tuple[Condition, ...]

    def yaml(self) -> dict[str, Any]:
        return {"all": [part.yaml() for part in self.parts]}

    def sql(self, layout: Layout) -> str:
        tests = [_test(part, layout) for part in self.parts]
        return f"select user_id from {layout.users} where {' and '.join(tests)}"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        found = frames.users.select("user_id")
        for part in self.parts:
            how, inner = ("anti", part.part) if isinstance(part, Without) else ("semi", part)
            found = found.join(inner.polars(frames), on="user_id", how=how)  # type: ignore[arg-type]
        return found


@dataclass(frozen=True)
class Either:
    """Those for whom some part holds."""

    parts: tuple[Condition, ...]

    def yaml(self) -> dict[str, Any]:
        return {"any": [part.yaml() for part in self.parts]}

    def sql(self, layout: Layout) -> str:
        tests = [_test(part, layout) for part in self.parts]
        return f"select user_id from {layout.users} where {' or '.join(tests)}"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        import polars as pl

        return pl.concat([part.polars(frames) for part in self.parts]).unique()


@dataclass(frozen=True)
class Companies:
    """Accounts with so many users for whom a condition holds, or none, and enough seats."""

    least_users: int
    part: Did
    seats: int

    def yaml(self) -> dict[str, Any]:
        quantity: Any = {"at_least": self.least_users} if self.least_users else "none"
        return {"all": [{"trait": "seats", "at_least": self.seats}, {"users": quantity, "where": self.part.yaml()}]}

    def sql(self, layout: Layout) -> str:
        least = max(1, self.least_users)
        users = f"select account from {layout.belongs} where user_id in ({self.part.sql(layout)}) "
        users += f"group by account having count(*) >= {least}"
        is_in = "in" if self.least_users else "not in"
        return f"select account from {layout.accounts} where seats >= {self.seats} and account {is_in} ({users})"

    def polars(self, frames: Frames) -> pl.LazyFrame:
        import polars as pl

        users = frames.belongs.join(self.part.polars(frames), on="user_id", how="semi")
        enough = users.group_by("account").agg(pl.len().alias("found")).filter(pl.col("found") >= self.least_users)
        accounts = frames.accounts.filter(pl.col("seats") >= self.seats)
        return accounts.join(enough, on="account", how="semi" if self.least_users else "anti").select("account")


Condition = Did | Has | Then | Member | Without | Both | Either
Definition = Condition | Companies


def key_of(number: int) -> str:
    """Give the key of a definition."""
    return f"audience_{number}"


def document(number: int, definition: Definition) -> dict[str, Any]:
    """Give a definition as the document of its YAML file."""
    of = "accounts" if isinstance(definition, Companies) else "users"
    return {"audience": key_of(number), "of": of, "where": definition.yaml()}


def deal(count: int) -> list[Definition]:
    """Deal definitions of all shapes in turn; fewer are always the beginning of more."""
    random = Random(SEED)
    return [_deal_one(number, random) for number in range(count)]


def _deal_one(number: int, random: Random) -> Definition:
    match number % 12:
        case 0 | 1:
            return Did(_event(random), _within(random), random.randrange(1, 4))
        case 2 | 3:
            return Did(_event(random), _within(random), random.randrange(1, 3), _where(random))
        case 4:
            return Did(_event(random), _window(random), 1, _where(random))
        case 5:
            return Both((Did(_event(random), _within(random)), Without(Did(_event(random), _within(random)))))
        case 6:
            one = Both(
                (Did(_event(random), _within(random), 2), Did(_event(random), _window(random), 1, _where(random)))
            )
            return Either((one, Did(_event(random), _within(random), 3), Without(Did(_event(random), _within(random)))))
        case 7:
            has = Has(random.choice([Test("plan", "equals", "pro"), Test("age", "at_least", 30 + number % 30)]))
            return Both((Did(_event(random), _within(random)), has))
        case 8:
            days = random.randrange(2, 10)
            return Then(_event(random), _event(random), days, _within(random, 40))
        case 9:
            [one, other] = random.sample([each for each in range(number) if each % 12 < 9], 2)
            return Both((Member(one), Without(Member(other))))
        case 10:
            return Companies(random.randrange(3), Did(_event(random), _within(random, 40)), random.randrange(60))
        case _:
            return Did(_event(random), _within(random), total=random.randrange(200, 1200) + 0.505)


def _event(random: Random) -> str:
    return f"Event {random.randrange(NAMES)}"


def _within(random: Random, most: int = 100) -> Window:
    days = random.randrange(5, most)
    return Window({"within": f"{days} days"}, AS_OF - timedelta(days=days), None)


def _window(random: Random) -> Window:
    match random.randrange(3):
        case 0:
            older, newer = random.randrange(40, DAYS), random.randrange(1, 40)
            yaml = {"between": [f"{older} days", f"{newer} days"]}
            return Window(yaml, AS_OF - timedelta(days=older), AS_OF - timedelta(days=newer))
        case 1:
            days = random.randrange(60, DAYS - 20)
            return Window({"older_than": f"{days} days"}, None, AS_OF - timedelta(days=days))
        case _:
            days = random.randrange(30, 90)
            since, until = (AS_OF - timedelta(days=each) - timedelta(microseconds=1) for each in (days, days - 20))
            yaml = {
                name: f"{AS_OF - timedelta(days=each):%Y-%m-%d}"
                for name, each in (("since", days), ("until", days - 20))
            }
            return Window(yaml, since, until)


def _where(random: Random) -> tuple[Test, ...]:
    return random.choice(
        [
            (Test("revenue", "greater_than", 250),),
            (Test("platform", "equals", "ios"),),
            (Test("quantity", "at_least", 4), Test("plan", "one_of", ["pro", "business"])),
            (Test("gift", "equals", True), Test("revenue", "at_least", random.randrange(50, 200))),
        ]
    )


def _test(part: Condition, layout: Layout) -> str:
    if isinstance(part, Without):
        return f"user_id not in ({part.part.sql(layout)})"
    return f"user_id in ({part.sql(layout)})"


def _times(column: str, window: Window) -> list[str]:
    """Compare with texts that both dialects read as instants, in UTC."""
    tests = [] if window.after is None else [f"{column} > '{_whole_second(window.after)}'"]
    return tests if window.until is None else [*tests, f"{column} <= '{_whole_second(window.until)}'"]


def _whole_second(instant: datetime) -> str:
    """Write the second that ends with or before an instant, which no call of whole seconds can tell from it."""
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def _events(calls: pl.LazyFrame, event: str, window: Window) -> pl.LazyFrame:
    import polars as pl

    found = calls.filter(pl.col("event") == event)
    if window.after is not None:
        found = found.filter(pl.col("time") > window.after.replace(tzinfo=None))
    return found if window.until is None else found.filter(pl.col("time") <= window.until.replace(tzinfo=None))


def _literal(value: Any) -> str:
    match value:
        case list():
            return f"({', '.join(_literal(each) for each in value)})"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case _:
            return str(value)
