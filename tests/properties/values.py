"""Random JSON values and literals, from small pools so that values and literals meet often.

value(deal, "mixed", "list", as_of)  ->  [1, "1.0", None]
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

INTEGERS: list[Any] = [0, 1, -1, 2, 3, 10, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
ODD_NUMBERS: list[Any] = [
    1.0,
    1.5,
    0.1,
    -0.0,
    2.0,
    1e21,
    1e-7,
    1e300,
    5e-324,
    float(2**53),
    10**20,
    123456.789,
    2.0000000005,
    2**63,
    -(2**63) - 1,
    1e20,
    123456789012345680000.0,
    1.5e-7,
    1.7976931348623157e308,
    0.1234567891,
]
NUMBER_TEXTS = ["1", "1.0", "01", " 1 ", "+1", "1e0", "-0", ".5", "1.", "1.50", "1e21", "9007199254740993"]
NUMBER_TEXTS += ["\t1\n", "1E+0", "-.5", "9007199254740993.0", "9223372036854775807", "9223372036854775808", "1e-7"]
ODD_TEXTS = ["inf", "nan", "0x1", "1_0", "1e999", "", " ", "null", "1 2", "a\nb", "é", "É", "İ", "ΑΣ", "ας", "ß", "😀"]
ODD_TEXTS += [
    "１",
    "\u00a01",
    "1,000",
    "NaN",
    "e5",
    "a\r\nb",
    "a\0b",
    "ẞ",
    "\u212a",
    "k",
    "i",
    "ı",
    "\uffff",
    "a%b",
    "a_b",
    "'",
    "\\",
]
TEXTS = ["a", "b", "A", "ab", "abc", "ABC", "pro", "free"]
BOOLEANS = [True, False]
BOOLEAN_TEXTS = ["true", "True", "FALSE", "false", "yes"]
ODD_DATES = ["2026-02-30", "2026-3-1", "20260301", "yesterday", "2026-03-01T", "2026-03-01T25:00"]
ODD_DATES += [
    "1969-12-31T23:59:59.999999Z",
    "1900-02-28",
    "1582-10-10",
    "9999-12-31",
    "9999-12-31T23:59:59.999998Z",
    "2026-03-01T24:00:00Z",
]
ODD_DATES += [
    "2026-03-01T10:00:00,5Z",
    "2026-03-01T10:00:00+24:00",
    "2026-03-01T10:00:00 Z",
    " 2026-03-01",
    "2026-03-01T10:00:60Z",
]
EXPRESSIONS = ["a", "^a", "c$", "^abc$", "(?i)^abc$", "[0-9]+", "^1(\\.0)?$", "a.b", "^$", "a|pro", "\\d", "^.$"]
EXPRESSIONS += ["a.*b", "(?s)a.b", "(?m)^b", "a\\.b", "^[^a]+$", "\\bb", "b\\z", "%", "_", ""]
NAMED_LISTS: dict[str, list[Any]] = {
    "list_of_texts": ["a", "1", "pro", "true"],
    "list_of_numbers": [1, 1.5, 2**53],
    "list_of_people": ["u1", "ONE@x.com", " u2", "d1"],
}
AS_OFS = [
    datetime(2026, 3, 31, 12, 0, tzinfo=UTC),
    datetime(2026, 2, 1, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 12, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
    datetime(2012, 1, 1, 9, tzinfo=UTC),
    datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2025, 12, 29, 11, tzinfo=UTC),
]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Havana", "Pacific/Apia"]
"""In Havana clocks change at midnight, which is skipped in March and comes twice in November; Apia had no 2011-12-30."""
DURATIONS = ["1 second", "2 hours", "1 day", "1 week", "30 days", "1 month", "2 months", "13 months", "400000 months"]
LONGER_AND_SHORTER = [["30 days", "1 day"], ["2 months", "1 month"], ["1 month", "1 week"], ["2 hours", "1 second"]]
LONGER_AND_SHORTER += [["13 months", "12 months"], ["400000 months", "1 day"]]
CALENDAR = ["today", "yesterday"] + [
    f"{which} {unit}" for which in ("this", "last") for unit in ("week", "month", "quarter", "year")
]
SCALAR_KINDS = ["integers", "numbers", "numbers", "texts", "odd texts", "number texts", "booleans", "dates", "mixed"]
SHAPES = ["one", "one", "one", "sometimes null", "list", "nested", "object", "list of objects", "any"]


def instant(deal: Random, as_of: datetime) -> datetime:
    """Give an instant at or beside an edge of a window that ends at or begins before A, seldom one later than A."""
    day = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [as_of, as_of - timedelta(hours=2), as_of - timedelta(seconds=1)]
    edges += [as_of - timedelta(days=days) for days in (1, 7, 28, 30, 31, 59, 60)]
    edges += [as_of + timedelta(days=days) for days in (1, 30, 31)]
    edges += [day - timedelta(days=days) for days in (0, 1, day.weekday(), day.weekday() + 7, day.day - 1)]
    edges += [day.replace(month=1, day=1), day.replace(month=day.month - (day.month - 1) % 3, day=1)]
    tick = timedelta(microseconds=1)
    shifts = [timedelta(0)] * 4 + [tick, -tick, timedelta(seconds=1), timedelta(hours=-5, minutes=-45)]
    return deal.choice(edges) + deal.choice(shifts)


def instant_text(deal: Random, as_of: datetime) -> str:
    """Write an instant in one of the ways of ISO 8601, some of which keep fewer digits, so that instants tie."""
    one = instant(deal, as_of)
    east = one + timedelta(hours=5, minutes=30)
    return deal.choice(
        [
            one.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            one.strftime("%Y-%m-%dT%H:%M:%SZ"),
            one.strftime("%Y-%m-%d"),
            one.strftime("%Y-%m-%d %H:%M:%S.%f"),
            east.strftime("%Y-%m-%dT%H:%M:%S.%f+05:30"),
            east.strftime("%Y-%m-%d %H:%M:%S +05:30"),
            (one - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f-08:00"),
            one.strftime("%Y-%m-%dT%H:%M"),
            one.strftime("%Y-%m-%dT%H:%M:%S.%f") + "9Z",
        ]
    )


def value(deal: Random, kind: str, shape: str, as_of: datetime) -> Any:
    """Give a JSON value of one shape over one kind of scalar, as one property of one event shows them."""
    if shape == "any":
        shape = deal.choice(["one", "sometimes null", "list", "nested", "object", "list of objects"])
    match shape:
        case "one":
            return scalar(deal, kind, as_of)
        case "list":
            return [_perhaps_null(deal, kind, as_of) for _ in range(deal.randrange(4))]
        case "nested":
            inner = [deal.choice(["list", "sometimes null"]) for _ in range(deal.randrange(4))]
            return [value(deal, kind, one, as_of) for one in inner]
        case "object":
            return _object(deal, kind, as_of, deal.choice(["object", "list", "sometimes null", "sometimes null"]))
        case "list of objects":
            inner = [deal.choice(["object", "object", "sometimes null"]) for _ in range(deal.randrange(4))]
            return [value(deal, kind, one, as_of) for one in inner]
    return _perhaps_null(deal, kind, as_of)


def _object(deal: Random, kind: str, as_of: datetime, inner: str) -> dict[str, Any]:
    names = deal.sample(["x", "y", "X"], deal.randrange(3))
    return {name: value(deal, kind, inner if name == "x" else "sometimes null", as_of) for name in names}


def _perhaps_null(deal: Random, kind: str, as_of: datetime) -> Any:
    return None if deal.random() < 0.2 else scalar(deal, kind, as_of)


def scalar(deal: Random, kind: str, as_of: datetime) -> Any:
    """Give a JSON value that is no list or object."""
    if kind == "mixed":
        kind = deal.choice(SCALAR_KINDS[:-1])
    if kind == "dates":
        return deal.choice(ODD_DATES) if deal.random() < 0.2 else instant_text(deal, as_of)
    pools: dict[str, list[Any]] = {
        "integers": INTEGERS,
        "numbers": INTEGERS + ODD_NUMBERS,
        "texts": TEXTS,
        "number texts": NUMBER_TEXTS,
        "booleans": BOOLEANS,
        "odd texts": ODD_TEXTS + BOOLEAN_TEXTS,
    }
    return deal.choice(pools[kind])


def literal(deal: Random, as_of: datetime) -> Any:
    """Give what a definition compares with: a text, number, boolean, YAML date or timestamp."""
    return deal.choice([text_literal, text_literal, number_literal, _boolean, yaml_date])(deal, as_of)


def text_literal(deal: Random, as_of: datetime) -> str:
    """Give a string literal, which may read as a number, boolean or date."""
    pools = [TEXTS, TEXTS, NUMBER_TEXTS, ODD_TEXTS, BOOLEAN_TEXTS, ["9007199254740992", "1e+21", "1e-7", "0"]]
    return instant_text(deal, as_of) if deal.random() < 0.1 else deal.choice(deal.choice(pools))


def number_literal(deal: Random, as_of: datetime) -> Any:
    """Give a number literal."""
    return scalar(deal, deal.choice(["integers", "numbers"]), as_of)


def _boolean(deal: Random, as_of: datetime) -> bool:
    return deal.choice(BOOLEANS)


def yaml_date(deal: Random, as_of: datetime) -> date:
    """Give a date or timestamp as YAML reads one that is not quoted."""
    one = instant(deal, as_of)
    return one if deal.random() < 0.5 else one.date()
