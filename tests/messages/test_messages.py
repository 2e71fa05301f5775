"""Every message, word for word: each `NAME.yaml` beside this file is wrong in some way, and `NAME.txt` says how.

A file in `definitions` is read as `audiences/NAME.yaml` of a project of its own, one in `settings` as `audcli.yaml`,
one in `mappings` as what `audcli ingest --mapping` names.
One in `doubts` has no errors, and is held against a store of the calls in `doubts/calls.jsonl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audcli.catalog import Seen
from audcli.definitions.doubts import doubts_about
from audcli.definitions.loader import load
from audcli.definitions.messages import MESSAGES
from audcli.diagnostics import Diagnostic, render_text
from audcli.ingest import IngestOptions, ingest
from audcli.inspection import inspect, inspector
from audcli.lost import lost_dependencies
from audcli.mapping_files import InvalidMapping, read_mapping
from audcli.pipeline import Moment, compute, load_definitions
from audcli.project import Project
from audcli.settings import InvalidSettings, Settings, read_settings
from audcli.store import open_store

HERE = Path(__file__).parent
NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEFINITIONS = sorted((HERE / "definitions").glob("*.yaml"))
DOUBTS = sorted((HERE / "doubts").glob("*.yaml"))
SETTINGS = sorted((HERE / "settings").glob("*.yaml"))
MAPPINGS = sorted((HERE / "mappings").glob("*.yaml"))
SOURCES = {"tickets": "tickets.csv", "orders": "orders.parquet"}
"""The sources of the projects; the second one's file is missing."""

CODE = re.compile(r"^(?:error|warning)\[([a-z0-9-]+)\]", re.MULTILINE)


def rendered(problems: tuple[Diagnostic, ...]) -> str:
    return "\n\n".join(render_text(each) for each in problems) + "\n"


@pytest.mark.parametrize("case", DEFINITIONS, ids=lambda path: path.stem)
def test_message_about_definitions(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "audiences"
    folder.mkdir()
    (folder / case.name).write_bytes(case.read_bytes())
    (tmp_path / "tickets.csv").write_text("group_id,status\n", "utf-8")
    project = Project(tmp_path, Settings(sources=SOURCES))
    problems = load(tmp_path, folder, now=NOW, inspect=lambda queries: inspect(queries, project)).diagnostics
    assert rendered(problems) == case.with_suffix(".txt").read_text("utf-8")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    path = tmp_path_factory.mktemp("doubts") / "store.duckdb"
    with open_store(path, write=True, create=True, threads=1) as store:
        ingest(store, [str(HERE / "doubts" / "calls.jsonl")], IngestOptions(), now=NOW.replace(tzinfo=None))
        seen = store.seen()
    assert seen is not None
    return seen


def doubts_in(case: Path, folder: Path, seen: Seen | None) -> tuple[Diagnostic, ...]:
    (folder / case.name).write_bytes(case.read_bytes())
    project = Project(folder, Settings())
    definitions = load(folder, folder, now=NOW, inspect=inspector(project))
    assert not definitions.diagnostics
    return tuple(doubts_about(definitions, seen, NOW))


@pytest.mark.parametrize("case", DOUBTS, ids=lambda path: path.stem)
def test_message_about_doubts(case: Path, tmp_path: Path, seen: Seen) -> None:
    problems = doubts_in(case, tmp_path, seen)
    assert rendered(problems) == case.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("case", DOUBTS, ids=lambda path: path.stem)
def test_without_a_store_nothing_is_said_about_what_it_has_seen(case: Path, tmp_path: Path, seen: Seen) -> None:
    """What follows from the definitions alone is said all the same."""
    alone = {"always-true", "always-false", "same-meaning", "not-yet-abandoned"}
    assert set(doubts_in(case, tmp_path, None)) == {
        each for each in doubts_in(case, tmp_path, seen) if each.code in alone
    }


def test_an_audience_taken_for_a_trait_is_told_of_once(tmp_path: Path, seen: Seen) -> None:
    (tmp_path / "vips.yaml").write_text(
        "audience: vips\nwhere: {everyone: true}\n---\naudience: others\nwhere: {trait: vips, exists: false}\n", "utf-8"
    )
    definitions = load(tmp_path, tmp_path, now=NOW, inspect=inspector(Project(tmp_path, Settings())))
    assert [each.code for each in definitions.diagnostics] == ["audience-as-trait"]
    assert "trait-never-seen" not in {each.code for each in doubts_about(definitions, seen, NOW)}


@pytest.mark.parametrize("case", SETTINGS, ids=lambda path: path.stem)
def test_message_about_settings(case: Path, tmp_path: Path) -> None:
    (tmp_path / "audcli.yaml").write_bytes(case.read_bytes())
    with pytest.raises(InvalidSettings) as raised:
        read_settings(tmp_path)
    assert rendered(raised.value.diagnostics) == case.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("case", MAPPINGS, ids=lambda path: path.stem)
def test_message_about_mappings(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.parent)
    with pytest.raises(InvalidMapping) as raised:
        read_mapping(Path(case.name))
    assert rendered(raised.value.diagnostics) == case.with_suffix(".txt").read_text("utf-8")


def no_folder(folder: Path) -> None:
    folder.rmdir()


def not_utf8(folder: Path) -> None:
    (folder / "vips.yaml").write_bytes("audience: vips\nname: Große Käufer\n".encode("latin-1"))


def unreadable_file(folder: Path) -> None:
    (folder / "vips.yaml").symlink_to("nowhere.yaml")


def file_outside_project(folder: Path) -> None:
    (folder / "vips.yaml").symlink_to("/etc/hostname")


FILES: dict[Callable[[Path], None], str] = {
    no_folder: """\
error[no-folder]: there is no folder `audiences`
  --> audiences:1:1
   = definitions are read from it; `audcli init` makes one
""",
    not_utf8: """\
error[not-utf8]: this file is not UTF-8 text
  --> audiences/vips.yaml:2:10
   |
 2 | name: Gro�e K�ufer
   |          ^ no character in UTF-8
   = save the file as UTF-8
""",
    unreadable_file: """\
error[unreadable-file]: definitions cannot be read from here: it leads to no file
  --> audiences/vips.yaml:1:1
""",
    file_outside_project: """\
error[file-outside-project]: this leads outside the project
  --> audiences/vips.yaml:1:1
   = definitions are read from the project's folder only, and never from `.git`
""",
}


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_message_about_files(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "audiences"
    folder.mkdir()
    make(folder)
    definitions = load(tmp_path, folder, now=NOW)
    assert rendered(definitions.diagnostics) == FILES[make]
    assert definitions.unreadable


LOST = """\
error[lost-definition]: the trait `orders` was defined in a file that cannot be read: `audiences/traits.yaml`
  --> audiences/buyers.yaml:2:16
   |
 2 | where: {trait: orders, at_least: 1}
   |                ^^^^^^ known from earlier runs
   = once every file can be read, it is known whether it is still defined
"""


def test_message_about_what_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "audiences"
    folder.mkdir()
    (folder / "traits.yaml").write_text("trait: orders\ncompute: count\nevent: Bought\n", "utf-8")
    (folder / "buyers.yaml").write_text("audience: buyers\nwhere: {trait: orders, at_least: 1}\n", "utf-8")
    project, now = Project(tmp_path, Settings()), NOW.replace(tzinfo=None)
    with open_store(tmp_path / "store.duckdb", write=True, create=True, threads=1) as store:
        compute(project, store, (), Moment(now, now))
        unreadable_file(folder)
        assert not lost_dependencies(load_definitions(project, now), store.connection)
        (folder / "traits.yaml").write_text("compute: [", "utf-8")
        (folder / "vips.yaml").unlink()
        assert rendered(tuple(lost_dependencies(load_definitions(project, now), store.connection))) == LOST


def test_every_message_has_a_case() -> None:
    texts = [case.with_suffix(".txt").read_text("utf-8") for case in (*DEFINITIONS, *DOUBTS, *SETTINGS, *MAPPINGS)]
    shown = {code for text in (*texts, *FILES.values(), LOST) for code in CODE.findall(text)}
    assert shown == set(MESSAGES)


def test_every_expected_text_belongs_to_a_case() -> None:
    texts = {path.with_suffix(".yaml") for path in HERE.glob("*/*.txt")}
    assert texts == {*DEFINITIONS, *DOUBTS, *SETTINGS, *MAPPINGS}
