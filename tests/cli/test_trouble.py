"""A store that is held, foreign, damaged or out of reach is said in words, with the exit status of the contract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from audcli.tables import SCHEMA_VERSION
from cli.commands import AUDCLI, STORE, audcli, environment, held

COMMANDS = [["compute"], ["ingest", "calls.jsonl"], ["list"], ["show", "people"], ["export", "people"]]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_store_held_for_writing_keeps_everyone_out(shop: Path, binaries: Path, arguments: list[str]) -> None:
    with held(shop / STORE, "writing") as holder:
        run = audcli(*arguments, cwd=shop, binaries=binaries)
    assert run.returncode == 3
    assert run.stdout == ""
    assert run.stderr == (
        f"error: the store `{shop / STORE}` is in use by process {holder.pid}\n"
        "  = wait for it with `--wait SECONDS`\n"
    )  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_store_held_for_reading_keeps_writers_out(shop: Path, binaries: Path, arguments: list[str]) -> None:
    with held(shop / STORE, "reading"):
        run = audcli(*arguments, cwd=shop, binaries=binaries)
    assert run.returncode == (3 if arguments[0] in ("compute", "ingest") else 0)


def test_validate_needs_no_store(shop: Path, binaries: Path) -> None:
    with held(shop / STORE, "writing"):
        assert audcli("validate", cwd=shop, binaries=binaries).returncode == 0


def test_waiting_succeeds_when_the_holder_lets_go(shop: Path, binaries: Path) -> None:
    with held(shop / STORE, "writing") as holder:
        command = [binaries / "audcli", "compute", "--wait", "30"]
        with subprocess.Popen(command, cwd=shop, env=environment(), stderr=subprocess.PIPE) as waiting:
            time.sleep(1)
            assert waiting.poll() is None
            assert holder.stdin is not None
            holder.stdin.close()
            _, errors = waiting.communicate(timeout=30)
    assert waiting.returncode == 0
    assert errors.startswith(b"run 2, ")


def test_waiting_ends(shop: Path, binaries: Path) -> None:
    with held(shop / STORE, "writing"):
        started = time.monotonic()
        assert audcli("--wait", "0.5", "list", cwd=shop, binaries=binaries).returncode == 3
    assert time.monotonic() - started >= 0.5


def newer_layout(store: Path) -> None:
    with duckdb.connect(str(store)) as connection:
        connection.execute("update store_state set schema_version = ?", [SCHEMA_VERSION + 1])


def somebody_elses(store: Path) -> None:
    store.unlink()
    with duckdb.connect(str(store)) as connection:
        connection.execute("create table tickets as select 1 as ticket")


def no_database(store: Path) -> None:
    store.write_text("not a store" * 5000, "utf-8")


def empty(store: Path) -> None:
    store.write_bytes(b"")


def folder(store: Path) -> None:
    store.unlink()
    store.mkdir()


TROUBLES = {
    newer_layout: f"has layout {SCHEMA_VERSION + 1}, and this audcli only reads layout {SCHEMA_VERSION}",
    somebody_elses: "is a DuckDB file, but not a store of audcli",
    no_database: "is not a store: it is no DuckDB file",
    empty: "is not a store: it is no DuckDB file",
    folder: "",
}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
@pytest.mark.parametrize("arguments", [["list"], ["compute"], ["ingest", "calls.jsonl"]], ids=lambda each: each[0])
def test_a_store_that_is_none(shop: Path, binaries: Path, arguments: list[str], trouble: object) -> None:
    assert callable(trouble)
    trouble(shop / STORE)
    run = audcli(*arguments, cwd=shop, binaries=binaries)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("error: ")
    assert str(STORE) in run.stderr
    assert TROUBLES[trouble] in run.stderr
    assert "unexpected" not in run.stderr
    assert "Traceback" not in run.stderr


def test_a_store_that_was_cut_short(shop: Path, binaries: Path) -> None:
    os.truncate(shop / STORE, (shop / STORE).stat().st_size // 2)
    for arguments in (["list"], ["compute"]):
        run = audcli(*arguments, cwd=shop, binaries=binaries)
        assert run.returncode == 1
        assert run.stderr.startswith("error: the store")
        assert "is damaged" in run.stderr


def test_a_store_of_no_run_and_no_call(shop: Path, binaries: Path) -> None:
    shutil.rmtree(shop / ".audcli")
    for arguments, status in ((["list"], 0), (["show", "people"], 0), (["compute"], 1), (["export", "people"], 1)):
        run = audcli(*arguments, cwd=shop, binaries=binaries)
        assert run.returncode == status
        assert ("there is no store" in run.stderr) == (status == 1)
    assert not (shop / ".audcli").exists()
    (shop / "nothing.jsonl").write_text("", "utf-8")
    assert audcli("ingest", "nothing.jsonl", cwd=shop, binaries=binaries).returncode == 1
    [result] = json.loads(audcli("compute", "--json", cwd=shop, binaries=binaries).stdout)["results"]
    assert (result["outcome"], result["members"]) == ("ok", 0)
    assert audcli("export", "people", cwd=shop, binaries=binaries).stdout == "key,external_ids\n"


def powerless() -> list[str]:
    """What to put before a command so that the modes of files hold for it, even where the tests run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("the tests run as root, for whom modes of files do not hold, and setpriv is not here")
    powers = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"]


@contextmanager
def closed(path: Path, mode: int) -> Iterator[None]:
    """Take rights to a file or folder away while the block lasts."""
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.mark.parametrize(
    ("closed_path", "mode", "arguments", "status", "words"),
    [
        ("calls.jsonl", 0o000, ["ingest", "calls.jsonl"], 1, "`calls.jsonl` cannot be read: permission denied"),
        (".", 0o555, ["export", "people", "--output", "new.csv"], 1, "`new.csv` cannot be written: permission denied"),
        (".", 0o555, ["init", "new"], 1, "cannot write `new`: permission denied"),
        (".audcli/store.duckdb", 0o000, ["list"], 1, "may not be read or written by this user"),
        (".audcli/store.duckdb", 0o400, ["compute"], 1, "may not be read or written by this user"),
        (".audcli/store.duckdb", 0o400, ["list"], 0, ""),
        (".audcli", 0o555, ["compute"], 1, "may not be written by this user"),
        (".audcli", 0o555, ["list"], 0, ""),
        ("audiences/all.yaml", 0o000, ["compute"], 1, "permission denied (audiences/all.yaml:1)"),
        ("audiences/all.yaml", 0o000, ["compute", "--strict"], 2, "`audiences/all.yaml` has errors"),
        ("audiences", 0o000, ["compute"], 1, "this folder cannot be entered (audiences:1)"),
        ("audcli.yaml", 0o000, ["list"], 2, "the settings in `audcli.yaml` have errors"),
    ],
)
def test_what_may_not_be_read_or_written(
    shop: Path, closed_path: str, mode: int, arguments: list[str], status: int, words: str
) -> None:
    command = [*powerless(), AUDCLI, *arguments]
    with closed(shop / closed_path, mode):
        run = subprocess.run(command, cwd=shop, env=environment(), capture_output=True, encoding="utf-8")
    assert run.returncode == status
    assert words in run.stderr
    assert "Traceback" not in run.stderr
    assert "unexpected" not in run.stderr


def test_the_first_ingest_into_a_folder_that_may_not_be_written(shop: Path) -> None:
    shutil.rmtree(shop / ".audcli")
    command = [*powerless(), AUDCLI, "ingest", "calls.jsonl"]
    with closed(shop, 0o555):
        run = subprocess.run(command, cwd=shop, env=environment(), capture_output=True, encoding="utf-8")
    assert run.returncode == 1
    assert "cannot be made: permission denied" in run.stderr
    assert not (shop / ".audcli").exists()


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--project", "nowhere", "list"], 2), (["export", "nobody"], 1), (["show", "nobody"], 2)]
)
def test_debug_shows_the_traceback_and_ends_the_same(
    shop: Path, binaries: Path, arguments: list[str], status: int
) -> None:
    plain = audcli(*arguments, cwd=shop, binaries=binaries)
    assert plain.returncode == status
    assert plain.stderr.startswith("error: ")
    debugged = audcli(*arguments, "--debug", cwd=shop, binaries=binaries)
    assert debugged.returncode == status
    assert debugged.stderr.startswith("Traceback (most recent call last)")
    assert debugged.stderr.endswith(plain.stderr)
