"""Finds and reads the definition files of a project.

audiences/vips.yaml, audiences/eu/trial.yml   ->   File("audiences/eu/trial.yml", ...), File(...)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from audcli.confinement import OutsideProject, inside
from audcli.definitions.reporting import Prose, report
from audcli.definitions.yaml_source import split_lines
from audcli.diagnostics import Diagnostic, Span

SETTINGS_FILE = "audcli.yaml"
_SUFFIXES = (".yaml", ".yml")
_NEVER_READ = (".git", ".audcli")


@dataclass(frozen=True, slots=True)
class File:
    """A file by its path relative to the project: its text, or why there is none."""

    name: str
    text: str = ""
    problem: Diagnostic | None = None


def read_files(root: Path, folder: Path) -> list[File]:
    """Read all definition files below a folder of the project, sorted by name, without its settings.

    Symbolic links are followed as long as they stay in the project, and no file is read twice.
    """
    home = root.resolve()
    if not os.path.isdir(folder):  # noqa: PTH112 - `Path.is_dir` raises for a folder that cannot be looked into
        name = path_in_project(home, folder)
        return [File(name, problem=report("no-folder", Span(name, 1, 1), folder=name))]
    paths = sorted(_paths(home, folder), key=lambda path: path_in_project(home, path))
    read: set[Path] = {home / SETTINGS_FILE}
    files = []
    for path in paths:
        file, place = read_file(home, path)
        if place not in read:
            files.append(file)
        if place is not None:
            read.add(place)
    return files


def path_in_project(root: Path, path: Path) -> str:
    """Name a path relative to the project at `root`, in a form that can be shown whatever bytes it has."""
    home = root.resolve()
    place = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow the link that is being named
    relative = place.relative_to(home) if place.is_relative_to(home) else place
    return os.fsencode(relative.as_posix()).decode("utf-8", "replace")


def _paths(home: Path, folder: Path) -> list[Path]:
    """List the definition files below a folder, and folders below it that cannot be entered.

    Linked folders are entered when they lie in the project, and none is entered twice.
    """
    paths: list[Path] = []
    entered: set[Path] = set()
    for where, folders, names in os.walk(
        folder, followlinks=True, onerror=lambda error: paths.append(Path(error.filename))
    ):
        place = Path(where).resolve()
        if place in entered:
            folders.clear()
            continue
        entered.add(place)
        below = [Path(where, name) for name in folders if name not in _NEVER_READ]
        foreign = [each for each in below if each.is_symlink() and not _is_inside(home, each)]
        folders[:] = [each.name for each in below if each not in foreign]
        paths.extend(foreign)
        paths.extend(Path(where, name) for name in names if name.endswith(_SUFFIXES))
    return paths


def _is_inside(home: Path, path: Path) -> bool:
    try:
        inside(home, path)
    except OutsideProject:
        return False
    return True


def read_file(home: Path, path: Path) -> tuple[File, Path | None]:
    """Read one file of the project at `home`; also gives where it really is, if that is in the project."""
    name = path_in_project(home, path)
    top = Span(name, 1, 1)
    try:
        place = inside(home, path)
    except OutsideProject:
        return File(name, problem=report("file-outside-project", top)), None
    try:
        # A pipe or a device would keep the reader waiting.
        if not place.is_file():
            return File(name, problem=report("unreadable-file", top, reason=_why_not(place))), place
        return _decoded(name, place.read_bytes()), place
    except OSError as error:
        reason = Prose((error.strerror or "the system refused").lower())
        return File(name, problem=report("unreadable-file", top, reason=reason)), place


def _why_not(place: Path) -> Prose:
    if not place.exists():
        return Prose("it leads to no file")
    return Prose("this folder cannot be entered" if place.is_dir() else "it is no regular file")


def _decoded(name: str, content: bytes) -> File:
    try:
        return File(name, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = split_lines(content[: error.start].decode("utf-8"))
        span = Span(name, len(before), len(before[-1]) + 1)
        return File(name, content.decode("utf-8", "replace"), report("not-utf8", span))
