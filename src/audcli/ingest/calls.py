"""One record becomes one call, or is unusable: the only place that knows what senders' fields mean.

{"type": "track", "event": "Order Completed", "userId": "u1", "timestamp": "2026-01-31T10:00:00Z"}
  ->  Call(type="track", name="Order Completed", time=1769853600000000, user_id="u1", ...)
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from audcli.external_ids import normal_id
from audcli.ingest.json_text import encode
from audcli.ingest.times import read_instant
from audcli.ingest.unusable import Unusable, shown
from audcli.ingest.values import Signature, canonical, canonical_object, out_of_range
from audcli.numbers import shortest_text

EVENT_TYPES = frozenset({"track", "page", "screen"})
CALL_TYPES = EVENT_TYPES | {"identify", "group", "alias"}
GROUP_ID = "group_id"
"""The type that identifies accounts, and never a profile."""
TIME_FIELDS = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")

_BLOCKED = frozenset({"", "null", "undefined", "none", "anonymous", "unknown", "-1"})
_DEVICE_TYPES = {"ios": "ios.idfa", "android": "android.idfa"}
_ORDER_OF_TYPES = {"user_id": 0, "email": 1, "phone": 2, "anonymous_id": 4}
_OTHER_TYPES = 3

ExternalId = tuple[str, str]
"""The type and the value of an external id."""


@dataclass(frozen=True, slots=True)
class CallRules:
    """What a project adds to the reading of calls: values that identify nobody, and where more ids are found."""

    blocked: frozenset[str] = _BLOCKED
    external_ids: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Call(NamedTuple):
    """A call as the store keeps it. (A named tuple, since millions are made and a frozen class is slow to make.)

    Times are microseconds since 1970 UTC. `ids` has all external ids of the profile in the order in which they are
    linked, and is empty when they are no more than `user_id` and `anonymous_id`. `content_id` tells that the message
    id was made from the content. The signatures are those of `properties` and `context`.
    """

    type: str
    name: str
    time: int
    message_id: str
    content_id: bool
    received_at: int | None
    user_id: str | None
    anonymous_id: str | None
    ids: tuple[ExternalId, ...]
    group_id: str | None
    properties: dict[str, Any]
    properties_signature: Signature
    context: dict[str, Any] | None
    context_signature: Signature | None


def call_rules(blocked_values: Iterable[str], external_ids: Mapping[str, str]) -> CallRules:
    """Make the rules of a project from its settings `identity.blocked_values` and `identity.external_ids`."""
    blocked = _BLOCKED | {value.strip().lower() for value in blocked_values}
    paths = tuple((type_.strip(), _path(path)) for type_, path in sorted(external_ids.items()))
    return CallRules(blocked, paths)


def read_call(record: Any, rules: CallRules, given_time: int | None = None) -> Call:
    """Make a call of a JSON value, whose numbers become canonical in place. Raises `Unusable`.

    `given_time` (microseconds since 1970 UTC) is the time of a record that carries none; its content id is without it.
    """
    if type(record) is not dict:
        raise Unusable("not_an_object", "a call is a JSON object")
    get = record.get
    call_type, name = _type_and_name(record)
    body_field = "properties" if call_type in EVENT_TYPES else "traits"
    properties = {} if call_type == "alias" else _object(record, body_field) or {}
    context = _object(record, "context")
    blocked = rules.blocked
    user_id = _id(get("userId"), "userId", blocked)
    anonymous_id = _id(get("anonymousId"), "anonymousId", blocked)
    time = _time(record, given_time)
    received = get("receivedAt")
    message_id = get("messageId")
    message_id = message_id.strip() if type(message_id) is str else _message_id(message_id)
    if call_type != "track" or context or rules.external_ids:
        ids = _all_ids(record, call_type, user_id, anonymous_id, properties, context, rules)
        group_id = _group_id(record, call_type, context, blocked)
    else:
        ids = ()
        group_id = _id(get("groupId"), "groupId", blocked)
    if user_id is None and anonymous_id is None and not ids and call_type != "group":
        raise Unusable("missing_id", "no `userId`, `anonymousId` or other external id")
    signature = canonical_object(properties, 2)
    context_signature = None if context is None else canonical_object(context, 2)
    for field, value in record.items():
        if type(value) is not str and value is not properties and value is not context:
            record[field] = canonical(value, 2)[0]
    return Call(
        call_type,
        name,
        time,
        message_id or _content_id(record),
        not message_id,
        None if received is None else read_instant(received),
        user_id,
        anonymous_id,
        ids,
        group_id,
        properties,
        signature,
        context,
        context_signature,
    )


def _type_and_name(record: dict[str, Any]) -> tuple[str, str]:
    call_type = record.get("type")
    if call_type == "track":
        event = record.get("event")
        if type(event) is str and event:
            return "track", event
        if event is None or event == "":
            raise Unusable("missing_event", "a `track` call has no `event`")
        raise _wrong_type("event", "a string")
    if call_type is None:
        raise Unusable("unknown_type", "the call has no `type`")
    if type(call_type) is not str:
        raise _wrong_type("type", "a string")
    if call_type not in CALL_TYPES:
        raise Unusable("unknown_type", f"{shown(call_type)} is no type of call")
    if call_type in EVENT_TYPES:
        name = record.get("name")
        if name is not None and type(name) is not str:
            raise _wrong_type("name", "a string")
        return call_type, name or ""
    return call_type, ""


def _object(record: dict[str, Any], field: str) -> dict[str, Any] | None:
    value = record.get(field)
    if value is not None and type(value) is not dict:
        raise _wrong_type(field, "an object")
    return value


def _id(value: Any, field: str, blocked: frozenset[str]) -> str | None:
    """Read an id from a field of the call, where anything but a string or number makes it unusable."""
    if value is None:
        return None
    text = value.strip() if type(value) is str else _id_text(value)
    if text is None:
        raise _wrong_type(field, "a string or a number")
    return None if text.lower() in blocked or not text.strip("0-") else text


def _id_text(value: Any) -> str | None:
    if type(value) is str:
        return value.strip()
    if type(value) is int:
        return str(value)
    if type(value) is float:
        if not math.isfinite(value):
            raise out_of_range(value)
        return shortest_text(value)
    return None


def _is_blocked(text: str, blocked: frozenset[str]) -> bool:
    return text.lower() in blocked or not text.strip("0-")


def _time(record: dict[str, Any], given_time: int | None) -> int:
    for field in TIME_FIELDS:
        value = record.get(field)
        if value is not None:
            time = read_instant(value)
            if time is None:
                raise Unusable("unreadable_time", f"`{field}` {shown(value)} is no time")
            return time
    if given_time is not None:
        return given_time
    raise Unusable("missing_time", "no `timestamp`, `originalTimestamp`, `sentAt` or `receivedAt`")


def _message_id(value: Any) -> str | None:
    if value is None:
        return None
    text = _id_text(value)
    if text is None:
        raise _wrong_type("messageId", "a string or a number")
    return text


def _content_id(record: dict[str, Any]) -> str:
    return hashlib.sha256(encode(record)).hexdigest()


def _group_id(
    record: dict[str, Any], call_type: str, context: dict[str, Any] | None, blocked: frozenset[str]
) -> str | None:
    if call_type == "group":
        group_id = _id(record.get("groupId"), "groupId", blocked)
        if group_id is None:
            raise Unusable("missing_group_id", "a `group` call has no `groupId`")
        return group_id
    if call_type not in EVENT_TYPES:
        return None
    group_id = _id(record.get("groupId"), "groupId", blocked)
    if group_id is None and context:
        text = _id_text(context.get("groupId"))
        return None if text is None or _is_blocked(text, blocked) else text
    return group_id


def _all_ids(
    record: dict[str, Any],
    call_type: str,
    user_id: str | None,
    anonymous_id: str | None,
    traits: dict[str, Any],
    context: dict[str, Any] | None,
    rules: CallRules,
) -> tuple[ExternalId, ...]:
    """List the ids of a call in the order in which they are linked; nothing where the two plain ones are all."""
    found = list(_more_ids(record, call_type, traits, context, rules))
    if not found:
        return ()
    plain = [("user_id", user_id)] if user_id is not None else []
    if anonymous_id is not None:
        plain.append(("anonymous_id", anonymous_id))
    ids = [*plain, *found]
    ids.sort(key=lambda id_: (_ORDER_OF_TYPES.get(id_[0], _OTHER_TYPES), id_[0]))
    return tuple(dict.fromkeys(ids))


def _more_ids(
    record: dict[str, Any],
    call_type: str,
    traits: dict[str, Any],
    context: dict[str, Any] | None,
    rules: CallRules,
) -> Iterator[ExternalId]:
    blocked = rules.blocked
    if call_type == "identify":
        yield from _nested_ids("email", traits.get("email"), blocked)
        yield from _nested_ids("phone", traits.get("phone"), blocked)
    elif call_type == "alias":
        previous = _id(record.get("previousId"), "previousId", blocked)
        if previous is not None:
            yield "anonymous_id", previous
    if context:
        yield from _context_ids(context, blocked)
    for type_, path in rules.external_ids:
        for value in values_at(record, path):
            yield from _nested_ids(type_, value, blocked)


def _context_ids(context: dict[str, Any], blocked: frozenset[str]) -> Iterator[ExternalId]:
    device = context.get("device")
    if type(device) is dict:
        type_ = _DEVICE_TYPES.get(str(device.get("type")).lower())
        if type_ is not None:
            yield from _nested_ids(type_, device.get("advertisingId"), blocked)
    entries = context.get("externalIds")
    if type(entries) is list:
        for entry in entries:
            if type(entry) is dict and entry.get("collection") != "accounts":
                yield from _nested_ids(entry.get("type"), entry.get("id"), blocked)


def _nested_ids(type_: Any, value: Any, blocked: frozenset[str]) -> Iterator[ExternalId]:
    """Give the id that stands inside traits or context; what is no string or number there names no id."""
    text = _id_text(value)
    if text is None or type(type_) is not str:
        return
    type_ = type_.strip()
    text = normal_id(type_, text)
    if type_ and type_ != GROUP_ID and not _is_blocked(text, blocked):
        yield type_, text


def values_at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Follow a path, into every element of the lists that it meets."""
    if type(value) is list:
        for element in value:
            yield from values_at(element, path)
    elif not path:
        yield value
    elif type(value) is dict and path[0] in value:
        yield from values_at(value[path[0]], path[1:])


def _path(text: str) -> tuple[str, ...]:
    """Split a dotted path; a backslash escapes a dot."""
    return tuple(re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"(?:\\.|[^.\\])+", text))


def _wrong_type(field: str, expected: str) -> Unusable:
    return Unusable("wrong_type", f"`{field}` is not {expected}")
