"""Where in a row the parts of a call stand.

columns ("id", "email", "plan"), --as identify --map userId=id --keep plan
  ->  Layout(type="identify", fields=(("userId", 0),), body=(("plan", 2),), ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audcli.ingest.calls import EVENT_TYPES, TIME_FIELDS
from audcli.ingest.mapping import CallMapping

_BODIES = ("properties", "traits")
_OBJECTS = (*_BODIES, "context")
_FIELDS = ("type", "messageId", "userId", "anonymousId", "groupId", *TIME_FIELDS, *_OBJECTS)
_FIELDS_OF_TYPE = {"track": ("event",), "page": ("name",), "screen": ("name",), "alias": ("previousId",)}


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of what makes a call of one type in a row.

    `fields` are the call's own, `objects` columns that hold JSON objects, `body` the properties or traits, which stand
    in `body_field` of the call; `name_field` is where an event's name stands, None where there is none. `own_ids` tells
    that message ids are taken from a column by the mapping, and count per call type and event name.
    """

    type: str | None
    mapping: CallMapping
    type_at: int | None
    fields: tuple[tuple[str, int], ...]
    objects: tuple[tuple[str, int], ...]
    body: tuple[tuple[str, int], ...]
    body_field: str
    name_field: str | None
    own_ids: bool

    @property
    def places(self) -> set[int]:
        """The places of all columns that are used."""
        used = {at for part in (self.fields, self.objects, self.body) for _, at in part}
        return used if self.type_at is None else used | {self.type_at}


def lay_out(columns: Sequence[str], mapping: CallMapping, type_: str | None) -> Layout:
    """Find the parts of a call of a type among the columns, whose names are unlike each other."""
    parts: dict[str, int] = {}
    body: dict[str, int] = {}
    for new, column in mapping.columns:
        field = field_of(new, type_)
        (body if field is None else parts)[field or new] = columns.index(column)
    mapped = {column for _, column in mapping.columns}
    for at, column in enumerate(columns):
        if column in mapped or column in mapping.drop:
            continue
        field = None if column == "type" and mapping.fixed_type else field_of(column, type_)
        is_body = field is None or field in parts or field in _BODIES
        if is_body and mapping.keep is not None and column not in mapping.keep:
            continue
        if field is None or field in parts:
            body.setdefault(column, at)
        else:
            parts[field] = at
    type_at = parts.pop("type", None)
    return Layout(
        type=type_,
        mapping=mapping,
        type_at=type_at,
        fields=tuple((name, at) for name, at in parts.items() if name not in _OBJECTS),
        objects=tuple((name, at) for name, at in parts.items() if name in _OBJECTS),
        body=tuple(body.items()),
        body_field="properties" if type_ in EVENT_TYPES or type_ is None else "traits",
        name_field="event" if type_ == "track" else "name" if type_ in EVENT_TYPES else None,
        own_ids=any(field_of(new, type_) == "messageId" for new, _ in mapping.columns),
    )


def field_of(column: str, type_: str | None) -> str | None:
    """Name the field of a call of a type that a column, in camelCase or snake_case, is; None when it is none.

    `event` is a field of `track` calls only, `name` of `page` and `screen`: elsewhere they are properties or traits.
    """
    own = _FIELDS_OF_TYPE.get(type_ or "", ())
    return next((field for field in (*_FIELDS, *own) if column in (field, _snake(field))), None)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
