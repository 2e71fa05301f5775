"""How the values of an id type are written in a single column: normalised, checked, hashed.

    email   " Ada@Example.COM "  ->  ada@example.com  ->  its SHA-256
    phone   "(657) 777-0000"     ->  +16577770000     ->  its SHA-256      with the default region US
    email   "ada"                ->  dropped: invalid

A `Rule` says it for one id type. Those below hold where nothing else is asked for; the published rules of a
platform are a module of their own that gives its `Rule` for each id type.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from audcli.errors import UsageError
from audcli.export.members import Level, Result, members_and_ids
from audcli.export.options import ExportOptions
from audcli.export.phones import STAGED_PHONES, stage_phones

STAGED_VALUES = ("export_texts", "export_values", *STAGED_PHONES)
"""The temporary tables that `stage_values` makes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How values of `id_type` become rows under `header`.

    `normalised` is an SQL expression that gives null for what is invalid. It reads `text`, which is trimmed
    and not empty, and, where `is_phone`, `e164`, which is null for what is no phone number. A value that
    `may_be_hash` and looks like one is passed through. `hashed` tells whether the file has hashes or the
    values themselves.
    """

    id_type: str
    header: str
    normalised: str
    is_phone: bool = False
    may_be_hash: bool = False
    hashed: bool = True


@dataclass(frozen=True, slots=True)
class Values:
    """What became of the values of an id type: `count` of them in all, of `members` different members."""

    members: int
    count: int
    empty: int
    invalid: int
    already_hashed: int


# What Python's `str.strip` takes for white space: Unicode's, and the four separators U+001C to U+001F.
_WHITE_SPACE = (
    *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
    0x202F, 0x205F, 0x3000,
)  # fmt: skip
_WHITE_SPACE_TEXT = " || ".join(f"chr({code})" for code in _WHITE_SPACE)
_WHITE_SPACE_CLASS = "".join(rf"\x{{{code:x}}}" for code in _WHITE_SPACE)
_LABEL = f"[^@.{_WHITE_SPACE_CLASS}]+"
_EMAIL = rf"[^@{_WHITE_SPACE_CLASS}]+@{_LABEL}(\.{_LABEL})+"


def rule_for(level: Level, options: ExportOptions) -> Rule:
    """Choose the rule for the id type that the options ask for, or for the usual one of the level.

    Raises `UsageError` for accounts by another id type than `group_id`, the only one they have.
    """
    usual = "email" if level == "users" else "group_id"
    id_type = usual if options.id_type is None else options.id_type
    if level == "accounts" and id_type != usual:
        raise UsageError(
            f"accounts have no ids of type `{id_type}`", hint="theirs is `group_id`, and needs no `--id-type`"
        )
    hashed = not options.raw
    match id_type:
        case "email":
            valid = f"case when regexp_full_match(text, '{_EMAIL}') then lower(text) end"
            return Rule(id_type, id_type, valid, may_be_hash=True, hashed=hashed)
        case "phone":
            return Rule(id_type, id_type, "e164", is_phone=True, may_be_hash=True, hashed=hashed)
        case _:
            return Rule(id_type, id_type, "text", hashed=hashed)


def stage_values(
    connection: DuckDBPyConnection, result: Result, rule: Rule, *, region: str | None, upper: bool
) -> Values:
    """Put the members' values of the rule's type into `temp.export_values`, with what is to be `written`.

    That is null where a value is dropped. `region` is where phone numbers without a country code are from,
    `upper` asks for hashes in upper case.
    """
    is_hash = "regexp_full_match(text, '[0-9a-fA-F]{64}')" if rule.may_be_hash else "false"
    connection.execute(
        f"""create or replace temp table export_texts as
            {members_and_ids(result)},
            trimmed as (select entity, trim(value, {_WHITE_SPACE_TEXT}) as text from ids where type = $type)
            select entity, text, {is_hash} as is_hash from trimmed""",
        {"type": rule.id_type},
    )
    source = "temp.export_texts"
    if rule.is_phone:
        stage_phones(connection, f"select distinct text from {source} where text <> '' and not is_hash", region)
        source += " left join temp.export_phones using (text)"
    in_case = "upper" if upper else "lower"
    written = f"{in_case}(sha256({rule.normalised}))" if rule.hashed else rule.normalised
    connection.execute(f"""create or replace temp table export_values as
        select entity, text = '' as is_empty, is_hash,
            case when is_hash then {in_case}(text) when text <> '' then {written} end as written
        from {source}""")
    return _count_values(connection)


def _count_values(connection: DuckDBPyConnection) -> Values:
    [counts] = connection.execute("""
        select count(distinct entity), count(*), count(*) filter (is_empty),
            count(*) filter (written is null and not is_empty), count(*) filter (is_hash)
        from temp.export_values""").fetchall()
    return Values(*counts)
