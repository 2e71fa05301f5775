"""What a run computes, and what it made of it.

Computed("vips", "audience", "users", …)   ->   Result("vips", "ok", previous=7, entered=2, exited=1, members=8)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audcli.sql.script import Membership, TraitValues


@dataclass(frozen=True, slots=True)
class Computed:
    """A definition that a run computes: its key, kind and level, its text, and the digests of its meaning.

    `whole_digest` covers everything that it depends on as well; both digests are empty where it is invalid.
    `members` says where an audience's members stand, `values` where those of each trait of a definition do, by the
    trait's name; both are None, with a `reason`, when it could not be computed. `links_from` is the `origin` of the
    users in `sql_links` whom an SQL trait links to accounts.
    """

    key: str
    kind: str
    level: str
    digest: str
    whole_digest: str
    text: str
    members: Membership | None
    reason: str | None = None
    values: Mapping[str, TraitValues] | None = None
    links_from: str | None = None

    @property
    def failed(self) -> bool:
        """Tell whether it could not be computed."""
        return self.members is None and self.values is None


Outcome = Literal["ok", "failed", "removed"]
"""`failed` and `removed` keep the members of the result before; `removed` says that no file defines the key now."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run made of one definition; always previous + entered - exited = members.

    The members of a trait are the entities that have a value; one whose value changes neither enters nor exits.
    """

    key: str
    outcome: Outcome
    reason: str | None
    previous: int
    entered: int
    exited: int
    members: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its number, the instant that it evaluated at, and its results in order of key."""

    number: int
    as_of: datetime
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a run was made under: its as-of, when it began, by which version, and the digests of files that it read.

    `inputs` has (kind, name) -> SHA-256, the kind being `list` or `source`.
    """

    as_of: datetime
    started_at: datetime
    version: str
    inputs: Mapping[tuple[str, str], str]
