"""Dotted paths: `address.city` leads to `("address", "city")`; a backslash takes the next character as it is.

price          -> ("price",)
utm\\.source    -> ("utm.source",)
\\$browser      -> the property `$browser`, not a field of the call
"""

from __future__ import annotations


def split_path(path: str) -> tuple[str, ...]:
    """Split a path at its dots and undo its escapes; raises `ValueError` for an empty name or lone backslash."""
    names: list[str] = []
    name: list[str] = []
    characters = iter(path)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                raise ValueError(f"{path!r} ends in a lone backslash")
            name.append(escaped)
        elif character == ".":
            names.append("".join(name))
            name = []
        else:
            name.append(character)
    names.append("".join(name))
    if "" in names:
        raise ValueError(f"{path!r} has an empty name in it")
    return tuple(names)


def is_field(path: str) -> bool:
    """Tell whether a path names a field of the call (`$timestamp`) rather than a property."""
    return path.startswith("$")
