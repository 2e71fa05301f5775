"""How the values of an id type are written in a single column, as SQL: what is made of them, what is dropped.

    EMAIL    " Ada@Example.COM "  ->  ada@example.com  ->  its SHA-256
    PHONE    "(657) 777-0000"     ->  +16577770000     ->  its SHA-256      with the default region US
    EMAIL    "ada"                ->  dropped: invalid

A `Rule` says it for one id type. Those here hold where nothing else is asked for; the published rules of a platform
are a module of their own in `profiles/`, made of the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How values of an id type are written.

    `normalised` is an SQL expression that gives null for what is invalid. It reads `text`, which is trimmed and not
    empty, and, where `is_phone`, `e164`, which is null for what is no phone number. A value that `may_be_hash` and
    looks like one is passed through. `hashed` tells whether it is written as its SHA-256 or as it is.
    """

    normalised: str
    is_phone: bool = False
    may_be_hash: bool = False
    hashed: bool = True


# What Python's `str.strip` takes for white space: Unicode's, and the four separators U+001C to U+001F.
_WHITE_SPACE = (
    *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
    0x202F, 0x205F, 0x3000,
)  # fmt: skip
_WHITE_SPACE_TEXT = " || ".join(f"chr({code})" for code in _WHITE_SPACE)
_WHITE_SPACE_CLASS = "".join(rf"\x{{{code:x}}}" for code in _WHITE_SPACE)
_LABEL = f"[^@.{_WHITE_SPACE_CLASS}]+"
_EMAIL_ADDRESS = rf"[^@{_WHITE_SPACE_CLASS}]+@{_LABEL}(\.{_LABEL})+"


def trimmed(value: str) -> str:
    """Give the SQL for a text without white space around it."""
    return f"trim({value}, {_WHITE_SPACE_TEXT})"


def without_white_space(value: str) -> str:
    """Give the SQL for a text without any white space."""
    return f"regexp_replace({value}, '[{_WHITE_SPACE_CLASS}]+', '', 'g')"


def if_email(value: str) -> str:
    """Give the SQL for a text where it is a valid e-mail address, and null otherwise."""
    return f"case when regexp_full_match({value}, '{_EMAIL_ADDRESS}') then {value} end"


EMAIL = Rule(if_email("lower(text)"), may_be_hash=True)
PHONE = Rule("e164", is_phone=True, may_be_hash=True)
PHONE_DIGITS = Rule("substr(e164, 2)", is_phone=True, may_be_hash=True)
"""A number by its country code and digits, without the `+` that E.164 begins with."""
LOWER_CASE = Rule("lower(text)")
OTHER = Rule("text")
PLAIN = Rule("text", hashed=False)


def usual_rule(id_type: str) -> Rule:
    """Give the rule for an id type where no platform's rules are asked for."""
    return {"email": EMAIL, "phone": PHONE}.get(id_type, OTHER)
