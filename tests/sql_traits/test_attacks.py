"""What an SQL trait must not do, it cannot: refused by the check, and, should the check fail, by the engine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audcli.confinement import OutsideProject
from audcli.definitions.queries import Query, Refused
from audcli.inspection import inspect
from audcli.project import Project, find_project
from audcli.settings import InvalidSettings, Settings, read_settings
from audcli.sql_traits import engine
from audcli.sql_traits.process import QueryFailed
from audcli.sql_traits.refusals import Refusal
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.statement import Checked, check

from .attacks import ATTACKS, GOOD_QUERIES
from .engines import rows_of, tree_of, worker

SECRET = "hunter2-is-the-secret"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRET", SECRET)
    (tmp_path / "secret.csv").write_text(f"s\n{SECRET}\n", "utf-8")
    (tmp_path / "tickets.csv").write_text("user_id\nann\n", "utf-8")
    return tmp_path


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def filled(sql: str, folder: Path) -> str:
    return sql.replace("{secret}", str(folder / "secret.csv")).replace("{folder}", str(folder))


def test_every_attack_is_refused_for_what_it_is(folder: Path) -> None:
    project = Project(folder, Settings(sources={"tickets": "tickets.csv"}))
    found = inspect([Query(filled(sql, folder), "users") for sql, _ in ATTACKS.values()], project)
    codes = {name: each.code if isinstance(each, Refused) else each for name, each in zip(ATTACKS, found, strict=True)}
    assert codes == {name: code for name, (_, code) in ATTACKS.items()}
    told = json.dumps([dict(each.facts) for each in found if isinstance(each, Refused)])
    assert SECRET not in told
    assert names_in(folder) == ["secret.csv", "tickets.csv"]


def test_there_are_many_attacks() -> None:
    assert len(ATTACKS) >= 100


@pytest.fixture
def locked() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = engine.open_engine(2**30, None, "2026-07-01 00:00:00")
    engine.lock(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "from '{secret}'",
        "from read_csv('{secret}')",
        "from read_text('{secret}')",
        "from read_blob('/etc/passwd')",
        "from glob('{folder}/*')",
        "from read_text('/proc/self/environ')",
        "copy (select 1) to '{folder}/out.csv'",
        "export database '{folder}/out'",
        "attach '{folder}/new.duckdb' as n",
        "install httpfs",
        "load '{folder}/x.duckdb_extension'",
        "from 'https://example.com/x.csv'",
        "set enable_external_access = true",
        "set temp_directory = '{folder}'",
        "set lock_configuration = false",
        "reset enable_external_access",
        "pragma enable_logging",
        "create secret s (type s3, key_id 'a')",
        "create persistent secret s (type http)",
    ],
)
def test_the_engine_alone_reaches_nothing_outside(sql: str, folder: Path, locked: duckdb.DuckDBPyConnection) -> None:
    before = names_in(folder)
    try:
        found = locked.execute(filled(sql, folder)).fetchall()
    except duckdb.Error as error:
        assert SECRET not in str(error)
    else:
        assert sql.startswith(("pragma", "create", "from glob")), found
        assert found in ([], [(True,)])
    assert names_in(folder) == before


def test_a_worker_has_no_environment_and_no_file_of_ours(folder: Path) -> None:
    with (folder / "secret.csv").open() as held, worker() as process:
        place = Path(f"/proc/{process.pid}")
        environment = (place / "environ").read_bytes()
        files = [str(each.readlink()) for each in (place / "fd").iterdir()]
        assert SECRET.encode() not in environment
        assert held.name not in files
        assert not [each for each in files if each.startswith(str(folder))]


def test_a_query_that_was_never_described_is_checked_all_the_same(folder: Path) -> None:
    with worker() as process, pytest.raises(QueryFailed, match="may not run"):
        rows_of(process, f"select 'a' as key, s as n from '{folder}/secret.csv'", "n")


PATHS_OUTSIDE = ["../outside.csv", "/etc/passwd.csv", "data/../../outside.csv", "link.csv", "linked/outside.csv",
                 ".git/config.csv", "sub/.GIT/x.csv", "https://example.com/x.csv", "s3://bucket/x.csv",
                 "file:/etc/x.csv", "HTTP://example.com/x.csv", "file:x.csv", "loop.csv"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS_OUTSIDE)
def test_sources_stay_inside_the_project(path: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "sub" / ".GIT").mkdir(parents=True)
    (root / ".git").mkdir()
    (tmp_path / "outside.csv").write_text(f"s\n{SECRET}\n", "utf-8")
    (root / "link.csv").symlink_to(tmp_path / "outside.csv")
    (root / "linked").symlink_to(tmp_path)
    (root / "loop.csv").symlink_to(root / "loop.csv")
    (root / "audcli.yaml").write_text(json.dumps({"sources": {"tickets": path}}), "utf-8")
    with pytest.raises(InvalidSettings, match="path-outside-project"):
        read_settings(root)


def test_a_source_that_becomes_a_link_after_the_settings_were_read_is_refused(folder: Path) -> None:
    (folder / "audcli.yaml").write_text("sources: {tickets: tickets.csv}", "utf-8")
    project = find_project(folder, folder)
    (folder / "tickets.csv").unlink()
    (folder / "tickets.csv").symlink_to("/etc/passwd")
    with pytest.raises(OutsideProject):
        inspect([Query("select user_id, 1 as n from tickets", "users")], project)


@pytest.mark.parametrize("name", ["a folder.csv", "pipe.csv"])
def test_sources_are_regular_files(name: str, folder: Path) -> None:
    if name == "pipe.csv":
        os.mkfifo(folder / name)
    else:
        (folder / name).mkdir()
    project = Project(folder, Settings(sources={"tickets": name}))
    [found] = inspect([Query("select user_id, 1 as n from tickets", "users")], project)
    assert isinstance(found, Refused) and found.code == "sql-unreadable-source"


def test_views_cannot_be_shadowed_by_sources(tmp_path: Path) -> None:
    for view in VIEWS:
        (tmp_path / "audcli.yaml").write_text(f"sources: {{{view}: x.csv}}", "utf-8")
        with pytest.raises(InvalidSettings, match="bad-source-name"):
            read_settings(tmp_path)


QUERIES = [query for query in GOOD_QUERIES.split(";\n") if query]
SPIED = {"getenv": tree_of("select getenv('SECRET')")[0]["node"]["select_list"][0],
         "clock": tree_of("select now()")[0]["node"]["select_list"][0]}  # fmt: skip


def nodes_in(value: Any, is_wanted: Callable[[dict[str, Any]], bool]) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if is_wanted(value):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from nodes_in(each, is_wanted)


@pytest.mark.parametrize("sql", QUERIES, ids=range(len(QUERIES)))
def test_no_place_in_a_query_is_overlooked(sql: str) -> None:
    """Whatever expression of a good query is replaced by a bad one, and whatever table: it is refused."""
    tree = tree_of(sql)
    assert isinstance(check(tree, frozenset(VIEWS)), Checked)
    for spied in SPIED.values():
        for node in list(nodes_in(tree, lambda node: "class" in node and node["class"] != "TYPE")):
            kept = dict(node)
            node.clear()
            node.update(spied)
            assert isinstance(check(tree, frozenset(VIEWS)), Refusal), kept
            node.clear()
            node.update(kept)
    for node in list(nodes_in(tree, lambda node: node.get("type") == "BASE_TABLE")):
        name, path = node["table_name"], node["qualified_name"]["path"]
        node["table_name"] = node["qualified_name"]["path"] = "secret.csv"
        assert isinstance(check(tree, frozenset(VIEWS)), Refusal), name
        node["table_name"], node["qualified_name"]["path"] = name, path
    assert isinstance(check(tree, frozenset(VIEWS)), Checked)


@pytest.mark.parametrize("sql", QUERIES, ids=range(len(QUERIES)))
def test_what_the_engine_may_add_to_a_node_is_refused(sql: str) -> None:
    tree = tree_of(sql)
    for node in list(nodes_in(tree, lambda node: "type" in node or "class" in node)):
        node["of_a_later_engine"] = True
        assert isinstance(check(tree, frozenset(VIEWS)), Refusal)
        del node["of_a_later_engine"]


def test_names_are_folded_as_the_engine_folds_them() -> None:
    """A Kelvin sign in lower case is a k to Python, and none to the engine."""
    sql = 'with "\u212a.csv" as (select 1 as key) select key, 1 as n from "k.csv"'
    assert check(tree_of(sql), frozenset(VIEWS)) == Refusal(
        "sql-unknown-relation", {"name": "k.csv"}, sql.encode().index(b'"k.csv"'), ("key", "n")
    )


def test_a_linked_pattern_reads_the_file_of_that_name_alone(tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text(f"s\n{SECRET}\n", "utf-8")
    root = tmp_path / "project"
    root.mkdir()
    (root / "[ab]*.csv").write_text("user_id\nann\n", "utf-8")
    (root / "a.csv").symlink_to(tmp_path / "outside.csv")
    (root / "link.csv").symlink_to(root / "[ab]*.csv")
    (root / "hidden").write_text(f"user_id\n{SECRET}\n", "utf-8")
    (root / "other.csv").symlink_to(root / "hidden")
    with worker(linked=(root / "link.csv").resolve()) as process:
        rows = rows_of(process, "select user_id as key, 1 as n from linked", "n")
        assert [row["key"] for row in rows] == ["ann"]
    project = Project(root, Settings(sources={"other": "other.csv"}))
    [found] = inspect([Query("select user_id, 1 as n from other", "users")], project)
    assert isinstance(found, Refused) and found.code == "sql-unreadable-source"


def test_sources_may_be_called_by_words_of_the_language(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("user_id\nann\n", "utf-8")
    with worker(order=tmp_path / "t.csv", table=tmp_path / "t.csv") as process:
        assert rows_of(process, 'select user_id as key, 1 as n from "order" join "table" using (user_id)', "n")


@pytest.mark.parametrize("type_", ["date", "timestamp", "timestamptz", "time"])
@pytest.mark.parametrize("word", ["now", "today", "tomorrow", "yesterday", "current_timestamp"])
def test_no_text_is_read_as_the_clock(word: str, type_: str) -> None:
    with pytest.raises(duckdb.ConversionException):
        duckdb.execute(f"select '{word}'::{type_}").fetchall()
