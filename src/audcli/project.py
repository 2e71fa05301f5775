"""A project: the folder with an `audcli.yaml`, its settings, and the places they name.

find_project(Path("shop/audiences"), None)   ->   Project(root=Path("/.../shop"), settings=Settings(...))
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audcli.confinement import inside
from audcli.definitions.files import SETTINGS_FILE
from audcli.errors import UsageError
from audcli.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Project:
    """Where a project is, resolved, and what its settings are."""

    root: Path
    settings: Settings

    @property
    def store_path(self) -> Path:
        """The file of the store."""
        return self.inside(self.settings.store)

    @property
    def definitions_folder(self) -> Path:
        """The folder below which the definition files are."""
        return self.inside(self.settings.definitions)

    def inside(self, path: str | Path) -> Path:
        """Resolve a path that a file of the project names, symbolic links too; it need not exist.

        Raises `audcli.confinement.OutsideProject` for what lies outside the project or in `.git`, and for URLs.
        """
        return inside(self.root, path)


def find_project(start: Path, explicit: Path | None) -> Project:
    """Open the project in the folder `explicit`, or the nearest one that `start` lies in.

    Raises `UsageError` where there is none, `audcli.settings.InvalidSettings` where its settings have errors.
    """
    if explicit is not None:
        root = explicit.resolve()
        if not _is_project(root):
            raise UsageError(
                f"there is no project in `{explicit}`: it has no `{SETTINGS_FILE}`",
                hint=f"`audcli init {explicit}` makes one",
            )
    else:
        root = _nearest_project(start.resolve())
    return Project(root, read_settings(root))


def _nearest_project(start: Path) -> Path:
    for folder in (start, *start.parents):
        if _is_project(folder):
            return folder
    raise UsageError(
        f"there is no project here: no `{SETTINGS_FILE}` in `{start}` or any folder above it",
        hint="`audcli init` makes one, and `--project DIR` names one elsewhere",
    )


def _is_project(folder: Path) -> bool:
    try:
        return (folder / SETTINGS_FILE).exists()
    except OSError:
        return False
