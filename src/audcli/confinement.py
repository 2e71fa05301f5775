"""Keeps the paths that project files name inside the project: definitions arrive in pull requests.

inside(root, "lists/vips.csv")   ->   root/lists/vips.csv
inside(root, "../secrets")       ->   OutsideProject
"""

from __future__ import annotations

import re
from pathlib import Path

from audcli.errors import UsageError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|(?:file|data):", re.IGNORECASE)


class OutsideProject(UsageError):
    """A path that a project file names leads outside the project; `reason` says how."""

    def __init__(self, path: str, reason: str) -> None:
        """Word the refusal; the way out is the same for all of them."""
        super().__init__(
            f"`{path}` is not a place inside the project: {reason}",
            hint="paths in project files are relative to the project's folder",
        )
        self.reason = reason


def inside(root: Path, path: str | Path) -> Path:
    """Resolve a path relative to the project's root, symbolic links too; it need not exist.

    Raises `OutsideProject` for what lies elsewhere, for what is in `.git`, and for URLs.
    """
    text = str(path)
    if isinstance(path, str) and _URL.match(path):
        raise OutsideProject(text, "URLs are not read")
    home = root.resolve()
    try:
        place = (home / path).resolve()
        git = (home / ".git").resolve()
        place.exists()  # raises for names that no file can have, and for folders that cannot be looked into
    except (OSError, RuntimeError, ValueError):
        raise OutsideProject(text, "it cannot be followed to its end") from None
    if not place.is_relative_to(home):
        raise OutsideProject(text, "it leads outside")
    if place.is_relative_to(git) or any(part.lower() == ".git" for part in place.relative_to(home).parts):
        raise OutsideProject(text, "nothing is read from `.git`")
    return place
