"""Refuses a flat file whose columns do not give the calls that its rows are to become: once, not row by row.

columns ("id", "plan"), --as identify --map userId=idd   ->   `users.csv` has no column `idd`: did you mean `id`?
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from audcli.errors import AudcliError
from audcli.ingest.calls import TIME_FIELDS
from audcli.ingest.layouts import Layout, field_of
from audcli.ingest.mapping import CallMapping

_MOST_NAMES = 8


def refuse_columns(file: str, columns: Sequence[str], mapping: CallMapping) -> None:
    """Raise `AudcliError` for columns that cannot be told apart, and for a mapping that names others."""
    for column, count in Counter(columns).items():
        if column in mapping.drop:
            continue
        if not column:
            raise AudcliError(f"a column of `{file}` has no name: give it one, or leave it out with `--drop ''`")
        if count > 1:
            raise AudcliError(f"`{file}` has {count} columns `{column}`: give each a name of its own")
    mapped_columns = (column for _, column in mapping.columns)
    for column in (*mapped_columns, *(mapping.keep or ()), *mapping.drop, *mapping.only_with):
        if column not in columns and column not in (new for new, _ in mapping.columns):
            raise AudcliError(f"`{file}` has no column `{column}`: {_near(column, columns)}")
    mapped = {column for _, column in mapping.columns}
    fields: dict[str, str] = {}
    for column in columns:
        field = field_of(column, mapping.type)
        if field is None or column in mapped or column in mapping.drop:
            continue
        if field in fields:
            raise AudcliError(
                f"`{file}` has two columns for `{field}`, `{fields[field]}` and `{column}`: "
                f"leave one out with `--drop {column}`, or rename it with `--map`"
            )
        fields[field] = column


def refuse_layout(file: str, columns: Sequence[str], layout: Layout, *, more_ids: bool) -> None:
    """Raise `AudcliError` when no row can be a call; with `more_ids` ids may stand anywhere in a call."""
    if layout.type is None and layout.type_at is None:
        raise AudcliError(
            f"`{file}` has no column `type`: say what its rows are with `--as track` (or page, screen, identify, "
            "group) or with a `--mapping` file"
        )
    missing = next(_missing(layout, more_ids=more_ids), None)
    if missing is not None:
        what, how = missing
        raise AudcliError(f"`{file}` has no column for {what}: {how}; its columns are {_listed(columns)}")


def _missing(layout: Layout, *, more_ids: bool) -> Iterator[tuple[str, str]]:
    """Name each part that a call cannot do without, and how it can be given."""
    has = {name for name, _ in (*layout.fields, *layout.objects)}
    body = {name for name, _ in layout.body}
    if layout.type == "track" and "event" not in has and layout.mapping.event is None:
        yield "the `event`", "name it with `--event NAME` or `--map event=COLUMN`"
    if layout.type == "group" and "groupId" not in has:
        yield "the `groupId`", "name it with `--map groupId=COLUMN`"
    ids = has & {"userId", "anonymousId", "context"}
    if layout.type in ("identify", None):
        ids |= (has & {"traits"}) | (body & {"email", "phone"})
    if not ids and layout.type != "group" and not more_ids:
        yield "an id, such as `userId`", "name it with `--map userId=COLUMN`"
    if not has & set(TIME_FIELDS) and layout.mapping.time is None:
        yield "the time, such as `timestamp`", "name it with `--map timestamp=COLUMN`, or give `--time INSTANT`"


def _near(column: str, columns: Sequence[str]) -> str:
    close = difflib.get_close_matches(column, sorted(set(columns)), n=3)
    return f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else f"it has {_listed(columns)}"


def _listed(columns: Iterable[str]) -> str:
    names = [f"`{column}`" for column in columns]
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"
