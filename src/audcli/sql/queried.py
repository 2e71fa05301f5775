"""What SQL traits gave before a script begins: tables that stand already, and that conditions find traits in.

sql_trait_1    account | value_1 | value_2      the traits `open_tickets` and `last_ticket` of accounts
sql_links      account | profile | origin       users whom queries link to accounts, and which table is of the query
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audcli.catalog import Shape
from audcli.plan.model import Level
from audcli.sql.subjects import Table


@dataclass(frozen=True, slots=True)
class QueriedTrait:
    """Where a trait that a query gave stands, as JSON: a column of a table with a row for each entity or none."""

    table: Table
    column: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Queried:
    """The traits that queries gave, by level and name, and whether queries linked users to accounts."""

    traits: Mapping[tuple[Level, str], QueriedTrait] = field(default_factory=dict)
    links: bool = False


NOTHING_QUERIED = Queried()
