"""Digests by which it is known later whether what a result was made from is still the same.

whole_digest(definitions, "may_be_mailed", {"suppressed": "9f86…"})   ->   "60303ae2…"
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from audcli.definitions.documents import AnyDocument, ListDocument, SqlTraitDocument
from audcli.definitions.loader import Definitions
from audcli.plan.build import with_dependencies
from audcli.project import Project


def whole_digest(definitions: Definitions, key: str, files: Mapping[str, str]) -> str:
    """Give the SHA-256 of the meaning of a definition and of everything that it depends on.

    `files` are the digests of files by the keys of the definitions that mean what is in them (`files_read`).
    """
    digests = (
        f"{each}:{definitions.documents[each].digest}{files.get(each, '')}"
        for each in sorted(reached_from(definitions, key))
    )
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def reached_from(definitions: Definitions, key: str) -> set[str]:
    """Give the key and those of everything that its definition depends on, directly or through others."""
    return with_dependencies(documents_of(definitions), [key])


def documents_of(definitions: Definitions) -> Mapping[str, AnyDocument]:
    """Give the valid definitions by key."""
    return {key: loaded.document for key, loaded in definitions.documents.items()}


def files_read(definitions: Definitions, project: Project) -> dict[str, str]:
    """Give the digests of the files that lists and SQL traits read by their keys, as they are now.

    That of a list is of its file, empty for one beyond reading; that of an SQL trait is of all its sources.
    """
    files = {}
    sources = source_files(definitions, project)
    for key, document in documents_of(definitions).items():
        if isinstance(document, ListDocument) and document.file is not None:
            files[key] = _file_digest(project.inside(document.file))
        elif isinstance(document, SqlTraitDocument) and not sources.keys().isdisjoint(document.query.reads):
            of_sources = (f"{name}:{sources[name]}" for name in sorted(document.query.reads) if name in sources)
            files[key] = hashlib.sha256("\n".join(of_sources).encode()).hexdigest()
    return files


def source_files(definitions: Definitions, project: Project) -> dict[str, str]:
    """Give the digests of the sources that SQL traits read, by the sources' names, as they are now."""
    documents = documents_of(definitions).values()
    read = {name for each in documents if isinstance(each, SqlTraitDocument) for name in each.query.reads}
    paths = project.settings.sources.items()
    return {name: _file_digest(project.inside(path)) for name, path in paths if name in read}


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
