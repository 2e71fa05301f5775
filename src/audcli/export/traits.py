"""The values of traits as columns: of a trait that is exported, and of those that `--columns` adds.

    plan            custom: what the latest identify call up to the as-of says    entity 7 | business
    total_revenue   computed, or a column of an SQL trait                         entity 7 | 120.5
    account.plan    of the account that the profile joined last                   entity 7 | enterprise

Strings are written as they are, everything else as JSON: numbers by their shortest text, lists and objects compact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from audcli.export.custom_traits import as_text, stage_custom_trait
from audcli.export.results import Level, Result, find_trait, level_and_name


@dataclass(frozen=True, slots=True)
class TraitColumn:
    """A column of the file: its header, and the query of its values, `entity` and `value`."""

    header: str
    relation: str


def value_column(trait: int) -> TraitColumn:
    """Give the column of the values of the trait that is exported."""
    return TraitColumn("value", _stored(trait))


def trait_columns(connection: DuckDBPyConnection, result: Result, names: Sequence[str]) -> list[TraitColumn]:
    """Give the columns that `--columns` asks for; custom traits are staged in temporary tables `export_trait_…`.

    Raises `UsageError` for a trait that neither a definition nor a call has.
    """
    return [TraitColumn(name, _values(connection, result, name, number)) for number, name in enumerate(names)]


def _values(connection: DuckDBPyConnection, result: Result, name: str, number: int) -> str:
    level, trait = level_and_name(result.level, name)
    values = _values_of_level(connection, result, level, trait, number)
    if level == result.level:
        return values
    return f"(select profile as entity, value from {_last_account(result)} join {values} as of_account using (entity))"


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
        from (
            select profile, account, min(time) as since
            from calls join call_names using (call_name) join identity using (identifier)
            where type = 'group' and account is not null and time <= timestamp '{result.as_of.isoformat(sep=" ")}'
                and {result.held}
            group by profile, account)
        join accounts using (account) group by profile)"""
