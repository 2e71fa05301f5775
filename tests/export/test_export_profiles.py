"""`--match`: the published rules of the platforms, held against values that they or others publish."""

from __future__ import annotations

import hashlib
import re

import pytest
from export_stores import accounts_store, exported, profiles_store

from audcli.errors import UsageError
from audcli.export import ExportOptions
from audcli.export.profiles import PROFILES, Column, Profile, Vector, find_profile
from audcli.export.rules import EMAIL

TEST_GMAIL = "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674"
PHONE_WITH_PLUS = "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb"
PHONE_OF_DIGITS = "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2"
HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
VECTORS = [(profile, vector) for profile in PROFILES for vector in profile.vectors]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows(match: str, id_type: str, *values: str, **options: object) -> list[str]:
    """Export members with one value each by a platform's rules; the header comes first."""
    connection = profiles_store({f"use_{n:03}": [(id_type, value)] for n, value in enumerate(values)})
    chosen = ExportOptions("single-column", id_type=id_type, match=match, **options)  # type: ignore[arg-type]
    return exported(connection, chosen)[0].decode().split("\r\n")[:-1]


@pytest.mark.parametrize(("profile", "vector"), VECTORS, ids=lambda case: getattr(case, "name", None) or case.value)
def test_vector(profile: Profile, vector: Vector) -> None:
    column = profile.columns[vector.id_type]
    _, *plain = rows(profile.name, vector.id_type, vector.value, raw=True, default_region=vector.region)
    _, *written = rows(profile.name, vector.id_type, vector.value, default_region=vector.region)
    if vector.normalised is None:
        assert (plain, written) == ([], [])
        return
    assert plain == [vector.normalised]
    assert written == [sha256(vector.normalised) if column.rule.hashed else vector.normalised]
    if vector.sha256 is not None:
        assert written == [vector.sha256]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_profile_is_dated_and_sourced(profile: Profile) -> None:
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", profile.date)
    assert profile.source.startswith("https://")
    assert {vector.id_type for vector in profile.vectors} >= {
        id_type for id_type in profile.columns if not id_type.endswith(".idfa")
    }
    assert profile.name == f"{profile.platform}-{profile.date}"


@pytest.mark.parametrize(
    ("match", "id_type", "value", "header", "row"),
    [
        ("google", "email", " Te.St+News@Gmail.com", "Email", TEST_GMAIL),
        ("google", "phone", "+1 657 777 0000", "Phone", PHONE_WITH_PLUS),
        ("google", "ios.idfa", "ABC-1", "Mobile Device ID", "ABC-1"),
        ("meta", "email", "TEST@gmail.com", "email", TEST_GMAIL),
        ("meta", "email", "te.st@gmail.com", "email", sha256("te.st@gmail.com")),
        ("meta", "phone", "+1 657 777 0000", "phone", PHONE_OF_DIGITS),
        ("meta", "android.idfa", " abc-1 ", "madid", "abc-1"),
        ("tiktok", "email", "test@gmail.com", "Email_SHA256", TEST_GMAIL),
        ("tiktok", "phone", "+1 657 777 0000", "Phone_SHA256", PHONE_OF_DIGITS),
        ("tiktok", "ios.idfa", "ABC-1", "MAID_SHA256", sha256("abc-1")),
        ("snapchat", "phone", "+1 657 777 0000", "phone", PHONE_OF_DIGITS),
        ("snapchat", "ios.idfa", "ABC-1", "ios.idfa", sha256("abc-1")),
        ("linkedin", "email", "test@gmail.com", "email", TEST_GMAIL),
        ("linkedin", "android.idfa", "ABC-1", "googleaid", "abc-1"),
        ("linkedin", "ios.idfa", "abc-1", "appleidfa", "ABC-1"),
        ("pinterest", "android.idfa", "ABC-1", "android.idfa", sha256("abc-1")),
        ("x", "phone", "+1 657 777 0000", "phone", PHONE_OF_DIGITS),
        ("x", "android.idfa", "ABC-1", "android.idfa", sha256("abc-1")),
        ("microsoft", "email", "Test@gmail.com ", "email", TEST_GMAIL),
    ],
)
def test_header_and_hashing_are_the_platforms(match: str, id_type: str, value: str, header: str, row: str) -> None:
    assert rows(match, id_type, value) == [header, row]


def test_tiktok_names_plain_columns_differently() -> None:
    assert rows("tiktok", "email", "A@x.com", raw=True) == ["Email", "a@x.com"]
    assert rows("tiktok", "phone", "+16577770000", raw=True) == ["Phone", "16577770000"]
    assert rows("tiktok", "ios.idfa", "ABC", raw=True) == ["MAID", "abc"]


def test_spellings_of_one_gmail_address_are_one_row_for_google_alone() -> None:
    spellings = ["Ada.L@gmail.com", "adal+a@gmail.com", "a.d.a.l@GMAIL.com", "a dal@gmail.com"]
    assert rows("google", "email", *spellings) == ["Email", sha256("adal@gmail.com")]
    assert len(rows("meta", "email", *spellings)) == 4


def test_dots_matter_outside_of_gmail() -> None:
    assert rows("google", "email", "a.b+c@mygmail.com", raw=True) == ["Email", "a.b+c@mygmail.com"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.platform)
def test_nothing_is_never_hashed(profile: Profile) -> None:
    for id_type in profile.columns:
        written = rows(profile.platform, id_type, "", " \t ", "\u3000", "@", "+", "+@gmail.com", ".@gmail.com")
        assert HASH_OF_NOTHING not in written
        assert "" not in written


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.platform)
def test_no_platform_hashes_twice(profile: Profile) -> None:
    for id_type in {"email", "phone"} & set(profile.columns):
        assert rows(profile.platform, id_type, TEST_GMAIL.upper())[1:] == [TEST_GMAIL]


def test_the_receipt_says_which_rules_were_used() -> None:
    connection = profiles_store({"use_a": [("email", "a@x.com")]})
    for match in ("google", "google-2026-07"):
        receipt = exported(connection, ExportOptions("single-column", match=match))[1]
        assert (receipt.match, receipt.id_type, receipt.header) == ("google-2026-07", "email", ("Email",))
    assert exported(connection, ExportOptions("single-column"))[1].match is None


def test_the_bare_name_is_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = (
        Profile("google", date, "https://x.example", {"email": Column(date, EMAIL)}, ())
        for date in ("2025-12", "2026-11")
    )
    monkeypatch.setattr("audcli.export.profiles.PROFILES", (newer, *PROFILES, older))
    assert find_profile("google").name == "google-2026-11"
    assert find_profile("google-2025-12").name == "google-2025-12"
    assert find_profile("meta").name == "meta-2026-07"


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ("google-2020-01", "there are no rules `google-2020-01`", "of google there is `google-2026-07`"),
        ("gogle", "there are no rules of `gogle`", "did you mean `google`? there are those of google, linkedin, meta"),
        ("myspace", "there are no rules of `myspace`", "there are those of google, linkedin"),
    ],
)
def test_unknown_rules(match: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_profile(match)
    assert caught.value.message == message
    assert str(caught.value.hint).startswith(hint)


@pytest.mark.parametrize(
    ("match", "id_type", "taken"),
    [
        ("linkedin", "phone", "it takes `email`, `android.idfa`, `ios.idfa`: `--id-type`"),
        ("microsoft", "phone", "it takes `email`: `--id-type`"),
        ("pinterest", "phone", "it takes `email`, `android.idfa`, `ios.idfa`: `--id-type`"),
        ("google", "user_id", "it takes `email`, `phone`, `android.idfa`, `ios.idfa`: `--id-type`"),
    ],
)
def test_an_id_type_that_the_platform_does_not_take(match: str, id_type: str, taken: str) -> None:
    with pytest.raises(UsageError, match=f"{match} takes no ids of type `{id_type}`") as caught:
        rows(match, id_type, "x")
    assert caught.value.hint == taken


def test_platforms_take_no_accounts() -> None:
    with pytest.raises(UsageError, match="google takes no ids of type `group_id`"):
        exported(accounts_store(["acme"]), ExportOptions("single-column", match="google"))


def test_upper_case_of_what_is_not_hashed() -> None:
    with pytest.raises(
        UsageError, match=r"`--upper` is about hashes, and ids of type `ios.idfa` are not hashed for meta"
    ):
        rows("meta", "ios.idfa", "x", upper=True)
