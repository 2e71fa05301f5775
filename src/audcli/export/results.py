"""What an export is of: the last committed result of an audience or a trait.

big_spenders      an audience    its members: who has entered it and not left
total_revenue     a trait        whoever has a value
open_tickets      a trait too    a column of an SQL trait, exported by the column's name
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal

from duckdb import DuckDBPyConnection

from audcli.errors import AudcliError, UsageError

Level = Literal["users", "accounts"]

_OF_ACCOUNT = "account."


@dataclass(frozen=True, slots=True)
class Result:
    """The last result that a run committed of an audience or a trait; numbers are those of the store's tables.

    `definition_key` is the key of the definition, which for an SQL trait is not that of the exported column, `key`.
    `trait` is None for an audience. `generation` is the state of identity that the run saw.
    """

    key: str
    definition_key: str
    definition: int
    level: Level
    trait: int | None
    run: int
    as_of: datetime
    generation: int

    @property
    def entities(self) -> str:
        """The query of the entities in it, as `entity`."""
        if self.trait is None:
            return f"select entity from memberships where definition = {self.definition:d} and exited_run is null"
        return f"select entity from trait_values where trait = {self.trait:d} and until_run is null"

    @property
    def held(self) -> str:
        """The condition on rows of `identity` that holds for those that the run saw."""
        return f"""since_generation <= {self.generation:d}
            and (until_generation is null or until_generation > {self.generation:d})"""


@dataclass(frozen=True, slots=True)
class StoredTrait:
    """A trait whose values a run stored, and the key of the definition that it is of."""

    trait: int
    definition_key: str


def last_result(connection: DuckDBPyConnection, key: str) -> Result:
    """Find the last committed result of an audience or a trait, passing over the runs in which it failed.

    An SQL trait is found by the name of a column of it, or, where it has one column only, by its own key. Raises
    `AudcliError` when the key was never computed, `UsageError` when it is that of several traits.
    """
    found = connection.execute(
        """with candidates as (
               select definition, null as trait from definitions where key = $key
               union all select definition, trait from trait_names where name = $key),
           computed as (select definition, max(run) as run from results where outcome = 'ok' group by definition)
           select definition, key, kind, level, trait, run, as_of, generation
           from candidates join definitions using (definition)
           left join computed using (definition) left join runs using (run)
           order by run desc nulls last, trait nulls last, definition desc limit 1""",
        {"key": key},
    ).fetchall()
    if not found:
        raise _unknown(connection, key)
    [(definition, definition_key, kind, level, trait, *run)] = found
    if kind != "audience" and trait is None:
        trait = _only_trait(connection, definition, key)
    if run[0] is None or (kind != "audience" and trait is None):
        raise AudcliError(f"no run has computed `{key}` yet", hint=f"`audcli compute {definition_key}` does")
    return Result(key, definition_key, definition, level, trait, *run)


def find_trait(connection: DuckDBPyConnection, level: Level, name: str) -> StoredTrait | None:
    """Find the stored trait of users or accounts of that name that was computed last."""
    found = connection.execute(
        """select trait, key from trait_names join definitions using (definition) join results using (definition)
           where name = $1 and level = $2 and outcome = 'ok' order by run desc limit 1""",
        [name, level],
    ).fetchall()
    return StoredTrait(*found[0]) if found else None


def level_and_name(level: Level, name: str) -> tuple[Level, str]:
    """Say whose trait a name means: in a file with rows of users `account.plan` is the trait `plan` of accounts."""
    if level == "users" and name.startswith(_OF_ACCOUNT):
        return "accounts", name.removeprefix(_OF_ACCOUNT)
    return level, name


def _only_trait(connection: DuckDBPyConnection, definition: int, key: str) -> int | None:
    traits = connection.execute(
        "select trait, name from trait_names where definition = $1 order by name", [definition]
    ).fetchall()
    if len(traits) > 1:
        names = ", ".join(f"`{name}`" for _, name in traits)
        raise UsageError(f"`{key}` has {len(traits)} traits, and a file is of one", hint=f"export {names}, one by one")
    return traits[0][0] if traits else None


def _unknown(connection: DuckDBPyConnection, key: str) -> AudcliError:
    known = connection.execute("select key from definitions union select name from trait_names order by 1").fetchall()
    near = get_close_matches(key, [name for (name,) in known], n=3)
    did_you_mean = f"did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    return AudcliError(
        f"no run has computed an audience or a trait `{key}`",
        hint=f"{did_you_mean}what is defined but new needs `audcli compute {key}` first",
    )
