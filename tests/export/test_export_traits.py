"""Traits as files: `unformatted`, `indexed` and `expanded`, with every kind of value."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from export_stores import KEY, Ids, add_trait, exported, fill, profiles_store, stored_value, trait_store
from hypothesis import given, settings
from hypothesis import strategies as st

from audcli.errors import AudcliError, UsageError
from audcli.export import ExportOptions, definitions_shown, export_key

UNFORMATTED = ExportOptions("unformatted")
INDEXED = ExportOptions("indexed")
EXPANDED = ExportOptions("expanded")
PEOPLE: dict[str, Ids] = {
    "use_b": [("email", "b@x.com"), ("phone", "+4930901820"), ("email", "b2@x.com")],
    "use_a": [("user_id", "ann")],
    "use_c": [("email", "c@x.com")],
}


def test_unformatted() -> None:
    body, receipt = exported(trait_store({"use_b": 7, "use_a": 'gold, "old"'}, PEOPLE), UNFORMATTED)
    assert body == (
        b"key,value,external_ids\r\n"
        b'use_a,"gold, ""old""","{""user_id"":[""ann""]}"\r\n'
        b'use_b,7,"{""email"":[""b@x.com"",""b2@x.com""],""phone"":[""+4930901820""]}"\r\n'
    )
    assert (receipt.kind, receipt.level, receipt.members, receipt.written) == ("trait", "users", 2, 2)
    assert receipt.sha256 == hashlib.sha256(body).hexdigest()


def test_indexed() -> None:
    body, receipt = exported(trait_store({"use_b": 7, "use_a": 1.5}, PEOPLE), INDEXED)
    assert body == (
        b"key,value,external_ids,email,email_1,phone,user_id\r\n"
        b'use_a,1.5,"{""user_id"":[""ann""]}",,,,ann\r\n'
        b'use_b,7,"{""email"":[""b@x.com"",""b2@x.com""],""phone"":[""+4930901820""]}",b@x.com,b2@x.com,+4930901820,\r\n'
    )
    assert receipt.header == ("key", "value", "external_ids", "email", "email_1", "phone", "user_id")


def test_expanded() -> None:
    body, receipt = exported(trait_store({"use_b": 7, "use_a": 1.5}, PEOPLE), EXPANDED)
    assert body == (
        b"key,value,external_ids,email,phone,user_id\r\n"
        b'use_a,1.5,"{""user_id"":[""ann""]}",,,ann\r\n'
        b'use_b,7,"{""email"":[""b@x.com"",""b2@x.com""],""phone"":[""+4930901820""]}",b@x.com,+4930901820,\r\n'
        b'use_b,7,"{""email"":[""b@x.com"",""b2@x.com""],""phone"":[""+4930901820""]}",b2@x.com,,\r\n'
    )
    assert (receipt.members, receipt.written) == (2, 3)


@pytest.mark.parametrize("options", [UNFORMATTED, INDEXED, EXPANDED], ids=lambda options: options.format)
def test_a_trait_of_nobody_is_a_header(options: ExportOptions) -> None:
    body, receipt = exported(trait_store({}, PEOPLE), options)
    assert body == b"key,value,external_ids\r\n"
    assert (receipt.members, receipt.written) == (0, 0)


def test_somebody_without_ids_has_one_line() -> None:
    connection = trait_store({"use_none": 1, "use_a": 2}, {"use_none": [], "use_a": [("email", "a@x.com")]})
    assert exported(connection, UNFORMATTED)[0].splitlines()[2] == b"use_none,1,{}"
    assert exported(connection, INDEXED)[0].splitlines()[2] == b"use_none,1,{},"
    assert exported(connection, EXPANDED)[0].splitlines()[2] == b"use_none,1,{},"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (-0.5, "-0.5"),
        (0, "0"),
        (1e25, "1e+25"),
        (1e21, "1e+21"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e-7, "1e-7"),
        (0.1, "0.1"),
        (9007199254740993, "9007199254740993"),
        (True, "true"),
        (False, "false"),
        ("", ""),
        ("7", "7"),
        ('say "hi"', 'say "hi"'),
        ("a\\b\u0000\n\u2028", "a\\b\u0000\n\u2028"),
        ("=1+1", "=1+1"),
        ("🦊 שלום", "🦊 שלום"),
        (["b", "a, c"], '["b","a, c"]'),
        ({"z": 1, "a": [True, None, 1.5]}, '{"a":[true,null,1.5],"z":1}'),
        ([], "[]"),
    ],
    ids=str,
)
def test_value(value: object, text: str) -> None:
    connection = trait_store({"use_a": value}, PEOPLE)
    for options in (UNFORMATTED, INDEXED, EXPANDED):
        [row] = csv.DictReader(io.StringIO(exported(connection, options)[0].decode(), newline=""))
        assert row["value"] == text


@settings(deadline=None, max_examples=20)
@given(
    st.dictionaries(
        st.from_regex(r"use_[a-z2-7]{3}", fullmatch=True),
        st.lists(
            st.tuples(st.sampled_from(["email", "phone", "od,d"]), st.text('a",\n🦊é=', min_size=1, max_size=4)),
            max_size=7,
        ),
        max_size=5,
    )
)
def test_expanded_has_every_id_once(people: dict[str, list[tuple[str, str]]]) -> None:
    people = {key: list(dict.fromkeys(ids)) for key, ids in people.items()}
    connection = trait_store(dict.fromkeys(people, "v"), people)
    header, *lines = csv.reader(io.StringIO(exported(connection, EXPANDED)[0].decode(), newline=""))
    expected = []
    for key in sorted(people):
        by_type = {name: [value for type_, value in people[key] if type_ == name] for name in header[3:]}
        ids = json.dumps({name: values for name, values in by_type.items() if values}, ensure_ascii=False,
                         separators=(",", ":"))  # fmt: skip
        for place in range(max(map(len, by_type.values()), default=0) or 1):
            cells = [values[place] if place < len(values) else "" for values in by_type.values()]
            expected.append([key, "v", ids, *cells])
    assert header == ["key", "value", "external_ids", *sorted({type_ for ids in people.values() for type_, _ in ids})]
    assert lines == expected


def test_accounts_too() -> None:
    connection = trait_store({}, {})
    connection.execute("update definitions set level = 'accounts'")
    fill(connection, "accounts", [{"account": 0, "group_id": "acme, inc"}, {"account": 1, "group_id": "globex"}])
    fill(connection, "trait_values", [stored_value(1, 0, 3), stored_value(1, 1, [1])])
    assert exported(connection, EXPANDED)[0] == (
        b"key,value,external_ids,group_id\r\n"
        b'"acme, inc",3,"{""group_id"":[""acme, inc""]}","acme, inc"\r\n'
        b'globex,[1],"{""group_id"":[""globex""]}",globex\r\n'
    )


def test_values_of_before_are_not_exported() -> None:
    connection = trait_store({"use_a": 1}, PEOPLE)
    connection.execute("update trait_values set until_run = 2")
    fill(connection, "trait_values", [stored_value(1, 2, 5)])
    assert exported(connection, UNFORMATTED)[0].splitlines()[1:] == [b'use_c,5,"{""email"":[""c@x.com""]}"']


def test_columns_of_an_sql_trait_are_exported_by_their_names() -> None:
    connection = trait_store({"use_a": 1}, PEOPLE, name="open_tickets", kind="sql_trait")
    for key in ("open_tickets", KEY):
        out = io.BytesIO()
        receipt = export_key(connection, key, UNFORMATTED, out)
        assert out.getvalue().splitlines()[1] == b'use_a,1,"{""user_id"":[""ann""]}"'
        assert receipt.key == key
        assert definitions_shown(connection, key, UNFORMATTED) == (KEY,)
    add_trait(connection, 2, "closed_tickets", {1: 4})
    with pytest.raises(UsageError, match=f"`{KEY}` has 2 traits, and a file is of one") as caught:
        exported(connection, UNFORMATTED)
    assert caught.value.hint == "export `closed_tickets`, `open_tickets`, one by one"


def test_a_near_miss_names_traits() -> None:
    connection = trait_store({"use_a": 1}, PEOPLE, name="open_tickets", kind="sql_trait")
    with pytest.raises(AudcliError) as caught:
        export_key(connection, "open_ticket", UNFORMATTED, io.BytesIO())
    assert str(caught.value.hint).startswith("did you mean `open_tickets`?")


def test_each_kind_has_its_own_formats() -> None:
    with pytest.raises(UsageError, match="`big_spenders` is a trait, and there is no format `single-column`") as caught:
        exported(trait_store({}, {}), ExportOptions("single-column"))
    assert caught.value.hint == "the formats of a trait are `unformatted`, `indexed`, `expanded`"
    with pytest.raises(UsageError, match="`big_spenders` is an audience, and there is no format `expanded`"):
        exported(profiles_store({}), EXPANDED)
