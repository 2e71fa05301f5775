"""What is asked of passes over events: results for each entity, of which values of definitions are then put together.

sum of the price of purchases since June   ->   Partial("units", …)     in the column `units_1` of a pass's table
                                                Partial("how_many", …)  in the column `how_many_2`
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from audcli.plan.model import Calls, Condition, Count, Scope, Value

Kind = Literal[
    "count", "units", "how_many", "least", "greatest", "least_exact", "greatest_exact",
    "first", "first_number", "first_text", "last", "last_number", "last_text",
]  # fmt: skip
"""What is found of events; `first_number` and `first_text` are the first of what is always one that a double holds
exactly, or always a string, and so need not be taken through JSON."""

FIRST: frozenset[Kind] = frozenset({"first", "first_number", "first_text"})
LAST: frozenset[Kind] = frozenset({"last", "last_number", "last_text"})


@dataclass(frozen=True, slots=True)
class Pass:
    """A reading of the events of one name.

    Filters that compare with computed traits are read after these are computed: at a later `stage`. Those that
    compare with what an account has need an `owner`: each event stands once for every account that it counts for
    within that scope.
    """

    calls: Calls
    stage: int = 0
    owner: Scope | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """What a pass finds of one entity: how many events there are, or something of a value of theirs."""

    kind: Kind
    events: Count
    value: Value | None = None

    @classmethod
    def of(cls, kind: Kind, events: Count, value: Value | None = None) -> Partial:
        """Make a partial, which is the same in all scopes."""
        return cls(kind, replace(events, scope="all"), value)


@dataclass(slots=True)
class Asked:
    """What is asked of a pass, each with the column that answers it.

    `name` begins the names of its tables. `counted` tells which counts are asked for in which scopes, `texts` gives
    the columns of each value's table of texts, `by_account` whether anything is asked about the accounts that events
    carry, `put_together` whether what it finds is added to what other passes do, or to what it finds of others.
    """

    name: str
    columns: dict[Partial, str] = field(default_factory=dict)
    texts: dict[Value, dict[Count, str]] = field(default_factory=dict)
    counted: dict[Count, None] = field(default_factory=dict)
    by_account: bool = False
    put_together: bool = False

    @property
    def keeps_order(self) -> bool:
        """Tell whether the first and last values stand with the time and message id of their events."""
        return self.by_account or self.put_together

    def column(self, partial: Partial) -> str:
        """Give the column of a partial, a new one where it was not asked for before."""
        return self.columns.setdefault(partial, f"{partial.kind}_{len(self.columns) + 1}")

    def text_column(self, value: Value, events: Count) -> str:
        """Give the column that says how often texts of the value were seen among the events."""
        counts = self.texts.setdefault(value, {})
        return counts.setdefault(replace(events, scope="all"), f"count_{len(counts) + 1}")

    def filters(self) -> dict[Condition, None]:
        """Give the filters of all events that are asked for."""
        events = [partial.events for partial in self.columns] + [each for of in self.texts.values() for each in of]
        return dict.fromkeys(each.filter for each in events)

    def values(self) -> dict[Value, None]:
        """Give the values that are read of events."""
        return dict.fromkeys([*(each.value for each in self.columns if each.value is not None), *self.texts])

    def base(self) -> str:
        """Name the table that has the columns."""
        return f"{self.name}_by_account" if self.by_account else self.name

    def text_table(self, value: Value) -> str:
        """Name the table of a value's texts."""
        return f"{self.name}_texts_{list(self.texts).index(value) + 1}"
