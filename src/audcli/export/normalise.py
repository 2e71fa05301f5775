"""The values of a single column: normalised, checked, hashed, and what became of each counted.

id_type  email      " Ada@Example.COM "    ->    written  b4c9…    (the SHA-256 of ada@example.com)
header   email      "ada"                  ->    written  null     invalid
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from audcli.errors import UsageError
from audcli.export.members import IDS
from audcli.export.options import ExportOptions
from audcli.export.phones import stage_phones
from audcli.export.profiles import Profile, find_profile
from audcli.export.progress import Progress
from audcli.export.results import Level
from audcli.export.rules import Rule, trimmed, usual_rule
from audcli.sql_text import sql_text


@dataclass(frozen=True, slots=True)
class SingleColumn:
    """What a single column is of and how it is written; `profile` is the platform's, where one is asked for."""

    id_type: str
    header: str
    rule: Rule
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class Values:
    """What became of the values of an id type: `count` of them in all, of `members` different members."""

    members: int
    count: int
    empty: int
    invalid: int
    already_hashed: int


def column_for(level: Level, options: ExportOptions) -> SingleColumn:
    """Choose the column that the options ask for.

    Raises `UsageError` for accounts by another id type than `group_id`, the only one they have, for an id type that
    the platform does not take, and for hashes in upper case where none are written.
    """
    usual = "email" if level == "users" else "group_id"
    id_type = usual if options.id_type is None else options.id_type
    if level == "accounts" and id_type != usual:
        raise UsageError(
            f"accounts have no ids of type `{id_type}`", hint="theirs is `group_id`, and needs no `--id-type`"
        )
    profile = None if options.match is None else find_profile(options.match)
    column = _usual_column(id_type) if profile is None else _column_of(profile, id_type, plain=options.raw)
    if options.upper and not column.rule.hashed:
        raise UsageError(
            f"`--upper` is about hashes, and ids of type `{id_type}` are not hashed for {options.match}",
            hint="leave `--upper` out",
        )
    return replace(column, rule=replace(column.rule, hashed=column.rule.hashed and not options.raw))


def _usual_column(id_type: str) -> SingleColumn:
    return SingleColumn(id_type, id_type, usual_rule(id_type), None)


def _column_of(profile: Profile, id_type: str, *, plain: bool) -> SingleColumn:
    column = profile.columns.get(id_type)
    if column is None:
        taken = ", ".join(f"`{each}`" for each in profile.columns)
        raise UsageError(f"{profile.platform} takes no ids of type `{id_type}`", hint=f"it takes {taken}: `--id-type`")
    header = column.plain_header if plain and column.plain_header else column.header
    return SingleColumn(id_type, header, column.rule, profile)


def stage_values(
    connection: DuckDBPyConnection, column: SingleColumn, options: ExportOptions, progress: Progress | None
) -> Values:
    """Put the staged members' values of an id type into `temp.export_values`, with what is to be `written`.

    That is null where a value is dropped.
    """
    rule = column.rule
    is_hash = "case when strlen(text) = 64 then regexp_full_match(text, '[0-9a-fA-F]{64}') else false end"
    source = f"""(
        select place, text, {is_hash if rule.may_be_hash else "false"} as is_hash
        from (select place, {trimmed("value")} as text from {IDS} where type = {sql_text(column.id_type)}))"""
    if rule.is_phone:
        texts = f"select distinct text from {source} where text <> '' and not is_hash"
        stage_phones(connection, texts, options.default_region, progress)
        source += " left join temp.export_phones using (text)"
    in_case = "upper" if options.upper else "lower"
    normalised = f"nullif({rule.normalised}, '')"
    written = f"{in_case}(sha256({normalised}))" if rule.hashed else normalised
    connection.execute(f"""create or replace temp table export_values as
        select place, text = '' as is_empty, is_hash,
            case when is_hash then {in_case}(text) when text <> '' then {written} end as written
        from {source}""")
    return _count_values(connection)


def _count_values(connection: DuckDBPyConnection) -> Values:
    [counts] = connection.execute("""
        select count(distinct place), count(*), count(*) filter (is_empty),
            count(*) filter (written is null and not is_empty), count(*) filter (is_hash)
        from temp.export_values""").fetchall()
    return Values(*counts)
