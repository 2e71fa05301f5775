"""What raw calls become when they are ingested (section 3), for calls that are well formed.

    {"type": "track", "event": "Order Completed", "userId": 7, "timestamp": "2026-01-05", "properties": {...}}
        ->  Call(type="track", name="Order Completed", time=2026-01-05T00:00Z, ids=(("user_id", "7"),), ...)

Calls that cannot be used (rejects) are not the business of this evaluator.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from reference.values import as_instant, elements, find, number_text, segments_of

ExternalId = tuple[str, str]  # type, value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = {"", "null", "undefined", "none", "anonymous", "unknown", "-1"}


@dataclass(frozen=True, slots=True)
class Call:
    """One ingested call; `ids` in the order in which identity links them."""

    type: str
    name: str | None
    time: datetime
    received_at: datetime | None
    message_id: str
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None
    ids: tuple[ExternalId, ...]
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]


def read_calls(raw_calls: list[dict[str, Any]], settings: dict[str, Any]) -> list[Call]:
    """Section 3: the calls that the store holds: the first of each message id, without those of nobody."""
    kept: dict[str, Call] = {}
    for raw in raw_calls:
        call = _read_call(raw, settings)
        if call.ids or (call.type == "group" and call.group_id):
            kept.setdefault(call.message_id, call)
    return sorted(kept.values(), key=lambda call: (call.time, call.message_id))


def _read_call(raw: dict[str, Any], settings: dict[str, Any]) -> Call:
    kind = raw["type"]
    context = raw.get("context") or {}
    blocked = _blocked_values(settings)

    def id_at(value: Any) -> str | None:
        text = id_text(value)
        return None if text is None or is_blocked(text, blocked) else text

    ids = [found for found in _external_ids(raw, settings) if not is_blocked(found[1], blocked)]
    return Call(
        type=kind,
        name=raw["event"] if kind == "track" else raw.get("name"),
        time=next(read_time(raw[key]) for key in _TIME_KEYS if raw.get(key) is not None),
        received_at=None if raw.get("receivedAt") is None else read_time(raw["receivedAt"]),
        message_id=_message_id(raw),
        user_id=id_at(raw.get("userId")),
        anonymous_id=id_at(raw.get("anonymousId")),
        group_id=id_at(raw.get("groupId")) or (id_at(context.get("groupId")) if kind != "group" else None),
        ids=tuple(sorted(ids, key=_linking_order)),
        properties=raw.get("properties") or {},
        traits=raw.get("traits") or {},
        context=context,
    )


_TIME_KEYS = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")


def read_time(value: str | float) -> datetime:
    """Section 3: ISO 8601, or an epoch in seconds, from 10^11 on in milliseconds; cut to microseconds."""
    if isinstance(value, str) and not value.isdigit():
        instant = as_instant(value)
        assert instant is not None, value
        return instant
    number = Decimal(str(value))
    seconds = number / 1000 if number >= 10**11 else number
    return _EPOCH + timedelta(microseconds=int(seconds * 10**6))


def _message_id(raw: dict[str, Any]) -> str:
    """Section 3, Deduplication: without a message id the digest of the content stands for it."""
    if raw.get("messageId") is not None:
        return str(raw["messageId"])
    content = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _external_ids(raw: dict[str, Any], settings: dict[str, Any]) -> Iterator[ExternalId]:
    """Section 4: which external ids a call names."""
    context, traits = raw.get("context") or {}, raw.get("traits") or {}
    written: list[tuple[Any, Any]] = [
        ("user_id", raw.get("userId")),
        ("anonymous_id", raw.get("anonymousId")),
    ]
    if raw["type"] == "alias":
        written.append(("anonymous_id", raw.get("previousId")))
    if raw["type"] == "identify":
        written += [("email", traits.get("email")), ("phone", traits.get("phone"))]
    device = context.get("device") or {}
    if device.get("type") in ("ios", "android"):
        written.append((f"{device['type']}.idfa", device.get("advertisingId")))
    written += [(one.get("type"), one.get("id")) for one in context.get("externalIds") or []]
    for id_type, path in (settings.get("identity", {}).get("external_ids") or {}).items():
        written += [(id_type, value) for value in elements(find(raw, segments_of(path)))]
    for id_type, value in written:
        if (text := normalised_id(id_type, value)) is not None:
            yield id_type, text


def normalised_id(id_type: str, value: Any) -> str | None:
    """Sections 3 and 4: ids are texts, trimmed; e-mail addresses are lower-cased."""
    text = id_text(value)
    return text.lower() if text is not None and id_type == "email" else text


def id_text(value: Any) -> str | None:
    """Section 3: strings and numbers are accepted as ids, a number by its shortest JSON text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return (value if isinstance(value, str) else number_text(value)).strip()


def _blocked_values(settings: dict[str, Any]) -> set[str]:
    more = settings.get("identity", {}).get("blocked_values") or []
    return _NOBODY | {str(value).lower() for value in more}


def is_blocked(text: str, blocked: set[str]) -> bool:
    """Section 4: what never identifies anyone, in any case of letters; also what is only zeros and dashes."""
    return text.lower() in blocked or set(text) <= {"0", "-"}


def _linking_order(external_id: ExternalId) -> tuple[int, str]:
    """Section 4: user_id, email, phone, the other types by name, anonymous_id last."""
    first = ["user_id", "email", "phone"]
    id_type = external_id[0]
    if id_type in first:
        return first.index(id_type), ""
    return (4, "") if id_type == "anonymous_id" else (3, id_type)
