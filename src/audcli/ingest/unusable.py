"""Why a record cannot be used: a code that never changes, and words for people.

{"type": "trak"}  ->  Unusable("unknown_type", "`trak` is no type of call")
"""

from __future__ import annotations

import json
from typing import Literal

Reason = Literal[
    "invalid_utf8",
    "malformed_json",
    "malformed_csv",
    "ragged_row",
    "too_deep",
    "number_out_of_range",
    "unpaired_surrogate",
    "not_an_object",
    "unknown_type",
    "missing_event",
    "missing_id",
    "missing_group_id",
    "missing_time",
    "unreadable_time",
    "wrong_type",
    "forgotten",
]

MAX_DEPTH = 200
"""A record in which objects and lists are nested deeper than this is a reject."""


class Unusable(Exception):
    """A record is a reject, for `reason`, about which `detail` says more."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Say why."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def shown(value: object) -> str:
    """Give a JSON value as it may stand in a message: a string as it is, all else as in JSON, short, in backticks."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def too_deep() -> Unusable:
    """Refuse a record for its nesting."""
    return Unusable("too_deep", f"objects and lists are nested more than {MAX_DEPTH} deep")
