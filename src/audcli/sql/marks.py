"""Marks: what single tables say of an entity, gathered as bits of one row before conditions are put together.

events_1    ann | count_1 3 | count_2 1        count_1 >= 2  ->  bit 0
events_2    ann | count_1 0                    count_2 >= 5  ->  bit 1        marks    ann | word_0 0b001
                                               count_1 >= 1  ->  bit 2

To add up the rows of many tables costs a fraction of joining them to every entity one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.plan.model import Absent, ComputedTrait, Condition, CountIs, RelatedAre, ValueIs
from audcli.sql import vocabulary as sql
from audcli.sql.conditions import Leaf
from audcli.sql.query import Query, Source
from audcli.sql.subjects import Keys, Table

_BITS = 62
FEW_TABLES = 4
"""So many are simply joined."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each leaf that has one has its bit: the number of the word, and the place in it.

    The rows are told apart by `keys`. A leaf that holds for who has no row in its table has the bit of its opposite.
    """

    keys: Keys
    places: Mapping[Condition, tuple[int, int]]
    tables: Mapping[Table, Mapping[Condition, Expr]]

    def or_else(self, leaf: Leaf) -> Leaf:
        """Answer for leaves by their marks, and for those that have none by `leaf`."""

        def holds(condition: Condition) -> Expr:
            if condition not in self.places:
                return leaf(condition)
            word, place = self.places[condition]
            marked = sql.sure(sql.has_bit(sql.column(_word(word), self._name), place))
            return sql.opposite(marked) if _holds_of_nothing(condition) else marked

        return holds

    def rows(self) -> Source:
        """Give the rows of the entities that have any mark."""
        first, *others = (self._of_table(table, truths) for table, truths in self.tables.items())
        words = [_word(number) for number in self._words()]
        keys = [sql.column(key) for key in self.keys]
        gathered = sql.rows_of(first.and_all_of(*others).named("each_table")).select(*keys)
        gathered = gathered.select(*(sql.named(sql.all_bits(sql.column(word)), word) for word in words))
        return gathered.group_by(*keys).named(self._name)

    @property
    def _name(self) -> str:
        return "_".join(("marks", *self.keys))

    def _words(self) -> range:
        return range(1 + max(word for word, _ in self.places.values()))

    def _of_table(self, table: Table, truths: Mapping[Condition, Expr]) -> Query:
        words: dict[int, dict[int, Expr]] = {number: {} for number in self._words()}
        for condition, truth in truths.items():
            word, place = self.places[condition]
            words[word][place] = sql.opposite(truth) if _holds_of_nothing(condition) else truth
        columns = {_word(number): sql.bits(bits) if bits else sql.integer(0) for number, bits in words.items()}
        keys = [sql.column(key) for key in self.keys]
        marked = sql.rows_of(table.name).select(*keys, *(sql.named(each, name) for name, each in columns.items()))
        some = sql.either(sql.differs(sql.column(_word(each)), sql.integer(0)) for each, bits in words.items() if bits)
        all_columns = map(sql.column, [*self.keys, *columns])
        return sql.rows_of(marked.named(f"marked_{table.name}")).select(*all_columns).where(some)


def gather(subject: Table, read: Mapping[Condition, Iterable[Table]], leaf: Leaf) -> list[Marks]:
    """Give a mark to every leaf about one table with some keys of the subject; `read` tells what each reads.

    There is one gathering for all tables of the same keys, where these are many.
    """
    found: dict[Keys, dict[Table, dict[Condition, Expr]]] = {}
    for condition, of_leaf in read.items():
        match list(of_leaf):
            case [table] if table != subject and set(table.keys) <= set(subject.keys) and not _may_count(condition):
                found.setdefault(table.keys, {}).setdefault(table, {})[condition] = leaf(condition)
            case _:
                pass
    return [_numbered(keys, tables) for keys, tables in found.items() if len(tables) > FEW_TABLES]


def _numbered(keys: Keys, tables: Mapping[Table, Mapping[Condition, Expr]]) -> Marks:
    marked = [condition for truths in tables.values() for condition in truths]
    return Marks(keys, {condition: divmod(number, _BITS) for number, condition in enumerate(marked)}, tables)


def _may_count(condition: Condition) -> bool:
    """Tell whether the leaf is about a computed trait: those that count are 0 for who has no row."""
    return isinstance(condition, ValueIs) and isinstance(condition.value, ComputedTrait)


def _holds_of_nothing(condition: Condition) -> bool:
    """Tell whether a leaf holds for an entity that has no row in its table."""
    match condition:
        case CountIs(minimum=minimum):
            return minimum <= 0
        case RelatedAre(count=count, share=None):
            return count <= 0
        case ValueIs(tests=tests):
            return all(isinstance(test, Absent) for test in tests)
        case _:
            return False


def _word(number: int) -> str:
    return f"word_{number}"
