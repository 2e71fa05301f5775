"""`single-column`: normalising, hashing, dropping, and the numbers of the receipt."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest
from export_stores import accounts_store, exported, profiles_store
from hypothesis import given, settings
from hypothesis import strategies as st

from audcli.errors import UsageError
from audcli.export import ExportOptions
from audcli.export.phones import e164


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def column(values: list[str], **options: object) -> tuple[str, list[str], dict[str, int | None]]:
    """Export members with one value each; gives header, rows and the counts of the receipt."""
    id_type = str(options.get("id_type") or "email")
    connection = profiles_store({f"use_{n:03}": [(id_type, value)] for n, value in enumerate(values)})
    body, receipt = exported(connection, ExportOptions("single-column", **options))  # type: ignore[arg-type]
    header, *rows = body.decode().split("\r\n")
    assert rows.pop() == ""
    assert receipt.written == len(rows)
    counts = {
        "with_id": receipt.with_id,
        "already_hashed": receipt.already_hashed,
        "repeated": receipt.repeated,
        **dict(receipt.dropped),
    }
    assert len(values) == receipt.written + (receipt.repeated or 0) + sum(count for _, count in receipt.dropped)
    return header, rows, counts


@pytest.mark.parametrize(
    ("id_type", "value", "digest"),
    [
        ("email", "test@gmail.com", "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674"),
        ("email", "luke@force.com", "a111f4879ec86ca6de45b23732cb9cc5da7eb381196377bc4933e4e1f50c7275"),
        ("phone", "+16577770000", "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb"),
        ("anything", "16577770000", "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2"),
    ],
)
def test_published_hashes(id_type: str, value: str, digest: str) -> None:
    assert sha256(value) == digest
    assert column([value], id_type=id_type)[:2] == (id_type, [digest])
    assert column([value], id_type=id_type, upper=True)[1] == [digest.upper()]


def test_emails_are_trimmed_and_lower_cased() -> None:
    spaces = "\t\n\v\f\r\x1c\x1f \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
    variants = ["ada@example.com", f"{spaces}Ada@Example.COM{spaces}", "ADA@EXAMPLE.COM"]
    _, rows, counts = column(variants)
    assert rows == [sha256("ada@example.com")]
    assert counts["repeated"] == 2
    assert counts["with_id"] == 3


@pytest.mark.parametrize(
    "value", ["ä@bücher.de", "Ä@BÜCHER.DE", "o'neil+tag@mail.example.co.uk", '"a,b"@x.org', "a\x00@x.org"]
)
def test_valid_emails(value: str) -> None:
    assert column([value], raw=True)[2]["invalid"] == 0
    assert column([value])[1] == [sha256(value.lower())]


@pytest.mark.parametrize(
    "value",
    ["ada", "@x.com", "ada@", "ada@localhost", "ada@x.", "ada@.com", "ada@x..com", "a@b@x.com", "a da@x.com",
     "ada@x .com", "ada@x\u2003y.com", "ada@x.com\nb"],
)  # fmt: skip
def test_invalid_emails_are_dropped_and_counted(value: str) -> None:
    _, rows, counts = column([value, "ok@x.com"])
    assert rows == [sha256("ok@x.com")]
    assert (counts["invalid"], counts["empty"], counts["with_id"]) == (1, 0, 2)


@pytest.mark.parametrize("id_type", ["email", "phone", "user_id"])
def test_empty_values_are_dropped_and_never_hashed(id_type: str) -> None:
    _, rows, counts = column(["", " \u3000\t"], id_type=id_type)
    assert rows == []
    assert (counts["empty"], counts["invalid"]) == (2, 0)


@pytest.mark.parametrize("id_type", ["email", "phone"])
def test_what_is_a_hash_already_is_not_hashed_again(id_type: str) -> None:
    digest = sha256("ada@example.com")
    values = [f" {digest.upper()} ", digest, "f" * 63, "g" * 64]
    _, rows, counts = column(values, id_type=id_type)
    assert rows == [digest]
    assert counts == {"with_id": 4, "already_hashed": 2, "repeated": 1, "empty": 0, "invalid": 2}
    assert column(values, id_type=id_type, raw=True)[1] == [digest]
    assert column(values, id_type=id_type, upper=True)[1] == [digest.upper()]


def test_a_hash_and_its_value_are_one_row() -> None:
    _, rows, counts = column([sha256("a@x.com").upper(), "a@x.com"])
    assert rows == [sha256("a@x.com")]
    assert (counts["already_hashed"], counts["repeated"]) == (1, 1)


def test_other_types_are_trimmed_alone() -> None:
    digest = "AB" * 32
    _, rows, counts = column([" Bob ", "Bob", "bob", digest], id_type="user_id")
    assert rows == sorted(map(sha256, ["Bob", "bob", digest]))
    assert (counts["repeated"], counts["already_hashed"]) == (1, 0)


def test_phones_become_e164() -> None:
    values = [
        "+1 (657) 777-0000",
        "657-777-0000",
        "(657) 777 0000",
        "+49 30 901820",
        "12345",
        "+1 555",
        "call me",
    ]
    _, rows, counts = column(values, id_type="phone", default_region="us", raw=True)
    assert rows == ["+16577770000", "+4930901820"]
    assert (counts["repeated"], counts["invalid"]) == (2, 3)
    _, rows, counts = column(values, id_type="phone")
    assert rows == sorted(map(sha256, ["+16577770000", "+4930901820"]))
    assert counts["invalid"] == 5


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("030 901820", None, None),
        ("tel:+4930901820", None, "+4930901820"),
        ("+44 20 7946 0958 ext. 12", None, "+442079460958"),
        ("+16577770000", "DE", "+16577770000"),
        ("+999123456789", None, None),
        ("1" * 300, "US", None),
        ("\x00", "US", None),
    ],
)
def test_e164(text: str, region: str | None, number: str | None) -> None:
    assert e164(text, region) == number


def test_more_phones_than_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audcli.export.phones._SLICE", 7)
    values = [f"+1657777{n:04}" for n in range(50)]
    assert column(values, id_type="phone", raw=True)[1] == values


def test_raw_values_are_normalised_quoted_and_sorted() -> None:
    values = ["b", "a, b", 'say "hi"', "\U0001f98a", "\ufb01", "two\nlines", "A", "=1+1"]
    connection = profiles_store({f"use_{n}": [("nick", value)] for n, value in enumerate(values)})
    body, _ = exported(connection, ExportOptions("single-column", id_type="nick", raw=True))
    assert body.decode() == (
        'nick\r\n=1+1\r\nA\r\n"a, b"\r\nb\r\n"say ""hi"""\r\n"two\nlines"\r\n\ufb01\r\n\U0001f98a\r\n'
    )


def test_rows_are_one_per_value_and_sorted() -> None:
    members = {"use_a": [("email", "b@x.com"), ("email", "a@x.com"), ("phone", "+16577770000")], "use_b": []}
    body, receipt = exported(profiles_store(members, {"use_c": [("email", "c@x.com")]}), ExportOptions("single-column"))
    assert body.decode().split() == ["email", *sorted([sha256("a@x.com"), sha256("b@x.com")])]
    assert (receipt.members, receipt.with_id, receipt.written) == (2, 1, 2)


def test_unknown_type_gives_the_header_alone() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    body, receipt = exported(connection, ExportOptions("single-column", id_type='o\'dd, "type"'))
    assert body == b'"o\'dd, ""type"""\r\n'
    assert (receipt.members, receipt.with_id, receipt.written) == (1, 0, 0)


def test_accounts_have_group_ids() -> None:
    connection = accounts_store(["globex ", "acme"])
    body, receipt = exported(connection, ExportOptions("single-column"))
    assert body.decode().split() == ["group_id", *sorted([sha256("acme"), sha256("globex")])]
    assert (receipt.with_id, receipt.already_hashed) == (2, 0)
    raw, _ = exported(connection, ExportOptions("single-column", id_type="group_id", raw=True))
    assert raw == b"group_id\r\nacme\r\nglobex\r\n"
    with pytest.raises(UsageError, match="accounts have no ids of type `email`"):
        exported(connection, ExportOptions("single-column", id_type="email"))


def test_header_may_be_another_or_none() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    named, receipt = exported(connection, ExportOptions("single-column", header='e-mail, "hashed"'))
    assert named.decode() == f'"e-mail, ""hashed"""\r\n{sha256("a@x.com")}\r\n'
    assert receipt.header == ('e-mail, "hashed"',)
    bare, receipt = exported(connection, ExportOptions("single-column", no_header=True))
    assert bare.decode() == f"{sha256('a@x.com')}\r\n"
    assert (receipt.header, receipt.written) == (None, 1)
    assert exported(connection, ExportOptions("single-column", match="google", header="x"))[0].startswith(b"x\r\n")
    assert exported(profiles_store({}), ExportOptions("single-column", no_header=True))[0] == b""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "indexed", "match": "google"}, "`--match` has no meaning for the format `indexed`"),
        ({"format": "indexed", "header": "x"}, "`--header` has no meaning for the format `indexed`"),
        ({"format": "unformatted", "no_header": True}, "`--no-header` has no meaning for the format `unformatted`"),
        ({"format": "single-column", "header": "x", "no_header": True}, "`--header` and `--no-header` contradict"),
        (
            {"format": "single-column", "columns": ("plan",)},
            "`--columns` has no meaning for the format `single-column`",
        ),
        ({"format": "expanded", "columns": ("plan",)}, "`--columns` has no meaning for the format `expanded`"),
        ({"max_rows": 0}, "`--max-rows` is less than one row"),
        ({"format": "indexed", "id_type": "email"}, "`--id-type` has no meaning for the format `indexed`"),
        ({"format": "unformatted", "raw": True}, "`--raw` has no meaning for the format `unformatted`"),
        ({"format": "unformatted", "upper": True}, "`--upper` has no meaning"),
        ({"format": "unformatted", "default_region": "US"}, "`--default-region` has no meaning"),
        ({"format": "single-column", "raw": True, "upper": True}, "`--upper` is about hashes"),
        ({"format": "single-column", "default_region": "USA"}, "there is no region `USA`"),
    ],
)
def test_options_that_make_no_sense_together(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ExportOptions(**options)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), unique=True, max_size=30))
def test_arbitrary_values_are_trimmed_as_python_trims(values: list[str]) -> None:
    connection = profiles_store({"use_a": [("nick", value) for value in values]})
    body, receipt = exported(connection, ExportOptions("single-column", id_type="nick", raw=True))
    expected = sorted({value.strip() for value in values} - {""})
    assert list(csv.reader(io.StringIO(body.decode(), newline=""))) == [["nick"], *([text] for text in expected)]
    assert dict(receipt.dropped)["empty"] == sum(not value.strip() for value in values)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text("aB@. \u3000é", max_size=10), unique=True, max_size=60))
def test_arbitrary_emails(values: list[str]) -> None:
    connection = profiles_store({"use_a": [("email", value) for value in values]})
    body, _ = exported(connection, ExportOptions("single-column"))
    valid = {value.strip().lower() for value in values if is_email(value.strip())}
    assert body.decode().split() == ["email", *sorted(map(sha256, valid))]


def is_email(text: str) -> bool:
    """Tell by the contract's words: one `@` with text before it, a dotted domain after it, no white space."""
    before, *after = text.split("@")
    is_dotted = len(after) == 1 and "." in after[0] and all(after[0].split("."))
    return before != "" and is_dotted and text.split() == [text]
