"""What the rows of a flat file mean: which calls each becomes, and what its columns are called there.

--as identify --map userId=id --drop avatar
  ->  TableMapping("*", (CallMapping(type="identify", columns=(("userId", "id"),), drop=("avatar",)),))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from audcli.errors import UsageError
from audcli.ingest.times import read_instant
from audcli.ingest.unusable import shown

ROW_TYPES = ("track", "page", "screen", "identify", "group")
"""What `--as` can make of a row; an `alias` needs a `type` column that says so."""

EVENT_ROW_TYPES = ROW_TYPES[:3]


@dataclass(frozen=True, slots=True)
class CallMapping:
    """How a row becomes a call.

    `type` is the type of rows that do not say it in a `type` column. `columns` are pairs of the name in the call (of
    a field, a property or a trait) and the column. `keep` are the only columns that become properties or traits (all
    where it is None), `drop` those that become nothing. `event` and `time` (microseconds since 1970 UTC) are for rows
    that have none of their own. Rows in which a column of `only_with` is absent do not become this call. With
    `fixed_type` a `type` column is one like any other, as it must be where a row becomes several calls.
    """

    type: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    event: str | None = None
    time: int | None = None
    only_with: tuple[str, ...] = ()
    fixed_type: bool = False


@dataclass(frozen=True, slots=True)
class TableMapping:
    """The calls that each row becomes in files whose name, or whose path from the end, fits a pattern (`*`, `?`)."""

    pattern: str
    calls: tuple[CallMapping, ...]


def calls_of_rows(file: str, tables: Iterable[TableMapping]) -> tuple[CallMapping, ...]:
    """Give what the rows of a file become: by the first mapping that its name fits, else one call as the row says."""
    for table in tables:
        if _fits(file, table.pattern):
            return table.calls
    return (CallMapping(),)


def mapping_of_flags(
    *,
    type_: str | None,
    columns: Sequence[str],
    keep: str | None,
    drop: str | None,
    event: str | None,
    time: str | None,
) -> CallMapping:
    """Make a mapping of the flags as given: `NEW=COLUMN` each, lists with commas. Raises `UsageError`."""
    if type_ is not None and type_ not in ROW_TYPES:
        raise UsageError(f"rows cannot become {shown(type_)} calls", hint=f"`--as` takes {', '.join(ROW_TYPES)}")
    if keep is not None and drop is not None:
        raise UsageError("`--keep` and `--drop` exclude each other", hint="columns that are not kept are dropped")
    if event is not None and type_ in ("identify", "group"):
        raise UsageError(f"`--event` names events, and `{type_}` calls are none")
    instant = None if time is None else read_instant(time)
    if time is not None and instant is None:
        raise UsageError(f"`--time` {shown(time)} is no time", hint="such as 2026-01-31 or 2026-01-31T10:00:00Z")
    return CallMapping(
        type=type_,
        columns=_pairs(columns),
        keep=None if keep is None else tuple(name for name in _names(keep) if name),
        drop=() if drop is None else _names(drop),
        event=event or None,
        time=instant,
    )


def _fits(file: str, pattern: str) -> bool:
    """Tell whether as many last parts of a path as the pattern has fit it."""
    wanted, parts = PurePath(pattern).parts, PurePath(file).parts
    return len(parts) >= len(wanted) and all(
        fnmatchcase(part, each) for part, each in zip(parts[len(parts) - len(wanted) :], wanted, strict=True)
    )


def _pairs(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    for text in texts:
        new, equals, column = text.partition("=")
        if not equals or not new or not column:
            raise UsageError(f"`--map` {shown(text)} is not of the form NEW=COLUMN", hint="such as `--map userId=id`")
        if new in pairs:
            raise UsageError(f"`--map` gives {shown(new)} two columns", hint="one column makes one field")
        pairs[new] = column
    return tuple(pairs.items())


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
