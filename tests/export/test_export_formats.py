"""The bytes of `unformatted` and `indexed`, for plain and for hard values."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from export_stores import accounts_store, exported, profiles_store
from hypothesis import given, settings
from hypothesis import strategies as st

from audcli.export import ExportOptions, members

UNFORMATTED = ExportOptions("unformatted")
INDEXED = ExportOptions("indexed")
TWO_PEOPLE = {
    "use_b": [("user_id", "bob"), ("email", "bob@x.com")],
    "use_a": [("email", "z@x.com"), ("user_id", "ann"), ("email", "ann@x.com")],
}
HARD_VALUES = [
    'say "hi"', "a,b", "line\nbreak", "carriage\rreturn", "both\r\n", "=1+1", "\\u000B \\ \\\\", "tab\t",
    "\x00", "a\x00b", "\x01\x08\x0b\x0c\x1a\x1b\x1f\x7f", "🦊👩‍👩‍👧", "שלום",
    "\u2028\u2029\u0085", "'", "''", '"', '""', "{}", " leading", "trailing ", "\ufeffmark",
    "ÿ\U0010ffff", "$1", "{value}", "%s", "/", "-", "null", "a" * 100_000,
]  # fmt: skip


def test_unformatted() -> None:
    body, receipt = exported(profiles_store(TWO_PEOPLE, {"use_0": [("email", "no@x.com")]}), UNFORMATTED)
    assert body == (
        b"key,external_ids\r\n"
        b'use_a,"{""email"":[""z@x.com"",""ann@x.com""],""user_id"":[""ann""]}"\r\n'
        b'use_b,"{""email"":[""bob@x.com""],""user_id"":[""bob""]}"\r\n'
    )
    assert (receipt.members, receipt.written, receipt.with_id, receipt.dropped) == (2, 2, None, ())
    assert receipt.header == ("key", "external_ids")
    assert receipt.size == len(body)
    assert receipt.sha256 == hashlib.sha256(body).hexdigest()


def test_indexed() -> None:
    body, receipt = exported(profiles_store(TWO_PEOPLE), INDEXED)
    assert body == (
        b"key,external_ids,email,email_1,user_id\r\n"
        b'use_a,"{""email"":[""z@x.com"",""ann@x.com""],""user_id"":[""ann""]}",z@x.com,ann@x.com,ann\r\n'
        b'use_b,"{""email"":[""bob@x.com""],""user_id"":[""bob""]}",bob@x.com,,bob\r\n'
    )
    assert receipt.header == ("key", "external_ids", "email", "email_1", "user_id")
    assert (receipt.members, receipt.written) == (2, 2)


@pytest.mark.parametrize("format_", ["unformatted", "indexed", "single-column"])
def test_lines_may_end_with_a_line_feed_alone(format_: str) -> None:
    connection = profiles_store(TWO_PEOPLE)
    crlf, _ = exported(connection, ExportOptions(format_))  # type: ignore[arg-type]
    lf, _ = exported(connection, ExportOptions(format_, line_ending="lf"))  # type: ignore[arg-type]
    assert lf == crlf.replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("format_", "body"),
    [
        ("unformatted", b"key,external_ids\r\n"),
        ("indexed", b"key,external_ids\r\n"),
        ("single-column", b"email\r\n"),
    ],
)
def test_empty_audience_is_a_header(format_: str, body: bytes) -> None:
    written, receipt = exported(profiles_store({}, TWO_PEOPLE), ExportOptions(format_))  # type: ignore[arg-type]
    assert written == body
    assert (receipt.members, receipt.written) == (0, 0)


def test_member_without_ids_is_a_row_of_full_width() -> None:
    connection = profiles_store({"use_none": [], "use_one": [("a", "1"), ("a", "2")]})
    assert exported(connection, UNFORMATTED)[0].splitlines()[1] == b"use_none,{}"
    assert exported(connection, INDEXED)[0].splitlines()[:2] == [b"key,external_ids,a,a_1", b"use_none,{},,"]


def test_ids_seen_at_the_same_time_are_ordered_by_value() -> None:
    connection = profiles_store({"use_a": [("email", value) for value in ("é", "b", "B", "a", "\U0001f98a", "\ufb01")]})
    connection.execute("update identity set first_seen = timestamp '2026-01-01'")
    [row] = rows_of(exported(connection, UNFORMATTED)[0])
    assert json.loads(row["external_ids"])["email"] == ["B", "a", "b", "é", "\ufb01", "\U0001f98a"]


def test_accounts() -> None:
    connection = accounts_store(["globex", "acme, inc", 'the "b"'])
    assert exported(connection, UNFORMATTED)[0] == (
        b"key,external_ids\r\n"
        b'"acme, inc","{""group_id"":[""acme, inc""]}"\r\n'
        b'globex,"{""group_id"":[""globex""]}"\r\n'
        b'"the ""b""","{""group_id"":[""the \\""b\\""""]}"\r\n'
    )
    assert exported(connection, INDEXED)[0].splitlines()[:2] == [
        b"key,external_ids,group_id",
        b'"acme, inc","{""group_id"":[""acme, inc""]}","acme, inc"',
    ]


def test_accounts_are_sorted_by_code_point() -> None:
    keys = ["\U0001f98a", "\ufb01", "é", "z", "a", "B", "a\x00b", "a b", "ab"]
    body, _ = exported(accounts_store(keys), UNFORMATTED)
    assert [row["key"] for row in rows_of(body)] == sorted(keys)


def test_id_types_are_quoted_where_they_must_be() -> None:
    body, _ = exported(profiles_store({"use_a": [('od"d, type', "1"), ('od"d, type', "2")]}), INDEXED)
    header = next(csv.reader(io.StringIO(body.decode(), newline="")))
    assert header == ["key", "external_ids", 'od"d, type', 'od"d, type_1']
    assert rows_of(body)[0]["external_ids"] == '{"od\\"d, type":["1","2"]}'


def test_hard_values_are_read_back_by_python() -> None:
    connection = profiles_store({"use_a": [("type", value) for value in HARD_VALUES], "use_b": [("type", "plain")]})
    connection.execute("update identity set first_seen = timestamp '2026-01-01' + identifier * interval 1 second")
    body, _ = exported(connection, INDEXED)
    hard, plain = rows_of(body)
    assert hard["external_ids"] == compact({"type": HARD_VALUES})
    columns = ["type", *(f"type_{index}" for index in range(1, len(HARD_VALUES)))]
    assert [hard[column] for column in columns] == HARD_VALUES
    assert [plain[column] for column in columns] == ["plain", *[""] * (len(HARD_VALUES) - 1)]


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\r", "\n", '"', "\\", ","])
def test_one_character_alone_that_must_be_written_otherwise(character: str) -> None:
    body, _ = exported(profiles_store({"use_a": [("email", "plain"), ("email", f"a{character}b")]}), INDEXED)
    _, [_, ids, *emails] = csv.reader(io.StringIO(body.decode(), newline=""))
    assert (json.loads(ids), emails) == ({"email": ["plain", f"a{character}b"]}, ["plain", f"a{character}b"])


def test_very_many_ids_are_sorted_by_wider_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = exported(profiles_store(TWO_PEOPLE), INDEXED)
    monkeypatch.setattr(members, "NARROW_SLOTS", 3)
    assert exported(profiles_store(TWO_PEOPLE), INDEXED) == narrow


def test_many_columns() -> None:
    many = [(f"type{n:03}", f"v{n}") for n in range(300)]
    wide = [("type000", f"w{n}") for n in range(1000)]
    body, receipt = exported(profiles_store({"use_many": many, "use_wide": wide, "use_last": many[-1:]}), INDEXED)
    assert len(receipt.header) == 2 + 1000 + 299
    lines = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert {len(line) for line in lines} == {len(receipt.header)}
    by_key = {line[0]: dict(zip(receipt.header, line, strict=True)) for line in lines[1:]}
    assert by_key["use_last"]["type299"] == "v299"
    assert sum(cell != "" for cell in by_key["use_last"].values()) == 3
    assert by_key["use_many"]["type000"] == "v0"
    assert by_key["use_many"]["type150"] == "v150"
    assert {by_key["use_wide"][name] for name in receipt.header[2:1002]} == {value for _, value in wide}


@pytest.mark.parametrize("options", [UNFORMATTED, INDEXED, ExportOptions("single-column", raw=True)])
def test_bytes_do_not_depend_on_threads_or_on_the_order_of_storing(options: ExportOptions) -> None:
    bodies = set()
    for threads, order in ((1, "asc"), (4, "desc"), (3, "asc")):
        connection = profiles_store({}, {})
        connection.execute("""
            insert into profile_keys select n, 'use_' || md5(n::varchar) from range(30000) as numbers (n)""")
        connection.execute(f"""
            insert into identifiers select n, ['email', 'phone', 'user_id'][1 + n % 3],
                'v' || n || '@x.com', 0 from range(100000) as numbers (n) order by n {order}""")
        connection.execute(f"""
            insert into identity select n, hash(n) % 30000, timestamp '2026-01-01' + (n % 7) * interval 1 day,
                1, null from range(100000) as numbers (n) order by n {order}""")
        connection.execute("insert into memberships select 1, n, 1, null, null from range(0, 30000, 2) as numbers (n)")
        connection.execute(f"set threads = {threads}")
        bodies.add(exported(connection, options)[0])
    assert len(bodies) == 1


# What a stored text can hold: anything but lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(deadline=None, max_examples=30)
@given(
    st.dictionaries(
        st.from_regex(r"use_[a-z2-7]{3}", fullmatch=True),
        st.lists(st.tuples(st.sampled_from(["email", "phone", "user_id"]) | TEXTS, TEXTS), max_size=6),
        max_size=6,
    )
)
def test_arbitrary_ids_survive(members: dict[str, list[tuple[str, str]]]) -> None:
    members = {key: list(dict.fromkeys(ids)) for key, ids in members.items()}
    connection = profiles_store(members)
    expected = [reference_row(key, members[key]) for key in sorted(members)]

    unformatted = lines_of(exported(connection, UNFORMATTED)[0])
    assert unformatted == [["key", "external_ids"], *([key, compact(ids)] for key, ids in expected)]

    widths: dict[str, int] = {}
    for _, ids in expected:
        for type_, values in ids.items():
            widths[type_] = max(widths.get(type_, 0), len(values))
    header = [f"{type_}_{n}" if n else type_ for type_ in sorted(widths) for n in range(widths[type_])]
    rows = [
        [value for type_ in sorted(widths) for value in padded(ids.get(type_, []), widths[type_])]
        for _, ids in expected
    ]
    indexed = lines_of(exported(connection, INDEXED)[0])
    assert [line[2:] for line in indexed] == [header, *rows]


@settings(deadline=None, max_examples=20)
@given(st.lists(TEXTS, unique=True, max_size=8))
def test_arbitrary_account_keys_survive(group_ids: list[str]) -> None:
    lines = lines_of(exported(accounts_store(group_ids), UNFORMATTED)[0])
    assert lines[1:] == [[group_id, compact({"group_id": [group_id]})] for group_id in sorted(group_ids)]


def test_connection_is_left_as_it_was() -> None:
    connection = profiles_store(TWO_PEOPLE)
    for options in (UNFORMATTED, INDEXED, ExportOptions("single-column", id_type="phone")):
        exported(connection, options)
    assert connection.execute("select table_name from duckdb_tables() where temporary").fetchall() == []


def reference_row(key: str, ids: list[tuple[str, str]]) -> tuple[str, dict[str, list[str]]]:
    """Give `external_ids` as it is to be: types sorted, values in the order in which they were first seen."""
    types = sorted({type_ for type_, _ in ids})
    return key, {type_: [value for each, value in ids if each == type_] for type_ in types}


def padded(values: list[str], width: int) -> list[str]:
    return values + [""] * (width - len(values))


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lines_of(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))
