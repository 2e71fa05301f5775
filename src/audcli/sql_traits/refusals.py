"""Why a query is refused, as data: a code of `audcli.definitions.messages`, its facts, and the place in the query.

Refusal("sql-unknown-function", {"name": "getenv"}, position=7)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal; `position` counts bytes of the query's UTF-8 from 0, None where it is about all of the query.

    `columns` are the names of the result's columns, as far as they are known all the same.
    """

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None
    columns: tuple[str, ...] = ()
