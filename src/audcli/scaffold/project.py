"""Writing a new project into a folder: every file of it, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from audcli.errors import AudcliError
from audcli.scaffold.sample_events import sample_calls


def write_project(folder: Path, *, now: datetime) -> list[Path]:
    """Write a project into a folder, which is made if need be, and give the paths of its files, sorted.

    The sample events end at `now` (UTC when it has no zone), so that the sample audiences have members on any
    date. Other files of the folder are left alone. Raises `AudcliError`, leaving nothing behind, when one of
    the project's files is there already or cannot be written.
    """
    texts = {folder / name: text for name, text in _project_texts(now).items()}
    for path in texts:
        _refuse_to_overwrite(path, folder)
    made: list[Path] = []
    try:
        for path, text in texts.items():
            _write_new(path, text, made)
    except BaseException as problem:
        _take_back(made)
        if isinstance(problem, OSError):
            reason = str(problem.strerror).lower()
            raise AudcliError(f"cannot write `{problem.filename}`: {reason}") from problem
        raise
    return list(texts)


def _project_texts(now: datetime) -> dict[str, str]:
    """Give the text of each file by its path inside the project, in the order of the paths."""
    texts = dict(_template_texts(resources.files(__package__) / "template", PurePosixPath()))
    calls = (json.dumps(call, ensure_ascii=False, separators=(",", ":")) for call in sample_calls(now))
    texts["events/sample.jsonl"] = "".join(f"{call}\n" for call in calls)
    return dict(sorted(texts.items()))


def _template_texts(folder: Traversable, place: PurePosixPath) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        # git and the tools that build packages give dotted names a meaning of their own
        name = place / (".gitignore" if entry.name == "gitignore" else entry.name)
        if entry.is_dir():
            yield from _template_texts(entry, name)
        else:
            yield str(name), entry.read_text(encoding="utf-8")


def _refuse_to_overwrite(path: Path, folder: Path) -> None:
    """Raise when the path exists, even as a dangling link, or when a file or a link stands in its way."""
    if path.exists() or path.is_symlink():
        raise AudcliError(
            f"`{path}` exists already; nothing was written",
            hint="name an empty folder, as in `audcli init my_project`, or move the file away",
        )
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise AudcliError(
            f"`{path.parent}` leads out of the project; nothing was written",
            hint="replace the symbolic link by a folder",
        )


def _write_new(path: Path, text: str, made: list[Path]) -> None:
    """Write a file that must not exist; `made` gains it and the folders that it needed, outermost first."""
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir()
            made.append(parent)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        made.append(path)
        file.write(text)


def _take_back(made: list[Path]) -> None:
    """Remove what was made, the last first; a folder that somebody else has filled meanwhile stays."""
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:
            continue
