"""The form in which external ids are kept, and so the form in which definitions are held against them."""

from __future__ import annotations


def normal_id(type_: str, text: str) -> str:
    """Give an external id as it is kept (SPEC section 4): trimmed, and an `email` in lower case."""
    return text.strip().lower() if type_ == "email" else text.strip()
