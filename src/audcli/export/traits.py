"""The values of traits as columns: of a trait that is exported, and of those that `--columns` adds.

    plan            custom: what the latest identify call up to the as-of says    entity 7 | business
    total_revenue   computed, or a column of an SQL trait                         entity 7 | 120.5
    account.plan    of the account that the profile joined last                   entity 7 | enterprise
                    of the account whose user the row is of, with `--expand-users`

Strings are written as they are, everything else as JSON: numbers by their shortest text, lists and objects compact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from duckdb import DuckDBPyConnection

from audcli.export.custom_traits import as_text, stage_custom_trait
from audcli.export.options import ExportOptions
from audcli.export.results import Level, Result, find_trait, last_result, level_and_name
from audcli.export.users import account_users, level_of_rows


@dataclass(frozen=True, slots=True)
class TraitColumn:
    """A column of the file: its header, the query of its values, `entity` and `value`, and whose they are in a row.

    That is `entity`, whom the row is of, or `account`, whose user the row is of.
    """

    header: str
    relation: str
    owner: Literal["entity", "account"] = "entity"


def value_column(trait: int, options: ExportOptions) -> TraitColumn:
    """Give the column of the values of the trait that is exported."""
    return TraitColumn("value", _stored(trait), "entity" if options.users is None else "account")


def trait_columns(connection: DuckDBPyConnection, result: Result, options: ExportOptions) -> list[TraitColumn]:
    """Give the columns that `--columns` asks for; custom traits are staged in temporary tables `export_trait_…`.

    Raises `UsageError` for a trait that neither a definition nor a call has.
    """
    return [_column(connection, result, options, number) for number in range(len(options.columns))]


def definitions_shown(connection: DuckDBPyConnection, key: str, options: ExportOptions) -> tuple[str, ...]:
    """Give the keys of the definitions whose results a file shows: its own, and those of the traits in its columns.

    Raises `AudcliError` as `last_result` does.
    """
    result = last_result(connection, key)
    rows = level_of_rows(result, options)
    stored = (find_trait(connection, *level_and_name(rows, name)) for name in options.columns)
    return tuple(dict.fromkeys([result.definition_key, *(each.definition_key for each in stored if each is not None)]))


def _column(connection: DuckDBPyConnection, result: Result, options: ExportOptions, number: int) -> TraitColumn:
    rows, name = level_of_rows(result, options), options.columns[number]
    level, trait = level_and_name(rows, name)
    values = _values_of_level(connection, result, level, trait, number)
    if level == rows:
        return TraitColumn(name, values)
    if options.users is not None:
        return TraitColumn(name, values, "account")
    of_last = f"select profile as entity, value from {_last_account(result)} join {values} as of_account using (entity)"
    return TraitColumn(name, f"({of_last})")


def _values_of_level(connection: DuckDBPyConnection, result: Result, level: Level, name: str, number: int) -> str:
    stored = find_trait(connection, level, name)
    if stored is not None:
        return _stored(stored.trait)
    table = f"export_trait_{number}"
    stage_custom_trait(connection, result, level, name, table)
    return f"temp.{table}"


def _stored(trait: int) -> str:
    return f"(select entity, {as_text('value')} as value from current_trait_values where trait = {trait:d})"


def _last_account(result: Result) -> str:
    """Give the query of the account that each profile joined last; of several at once, the first by `group_id`."""
    return f"""(
        select profile, arg_min(account, row(-epoch_us(since), group_id)) as entity
        from {account_users(result)} join accounts using (account) group by profile)"""
