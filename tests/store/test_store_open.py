from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from audcli.errors import AudcliError, StoreInUse, UsageError
from audcli.store import STORE_FILE, Store, open_store
from audcli.tables import SCHEMA_VERSION, SLICE, WORK

HOLDER = """
import sys
from pathlib import Path
from audcli.store import open_store
with open_store(Path(sys.argv[1]), write=sys.argv[2] == "write"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / STORE_FILE
    open_store(place, write=True, create=True).close()
    return place


@contextmanager
def held_by_another(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None and not process.stdin.closed:
            process.stdin.close()


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_new_store_is_empty(path: Path) -> None:
    with open_store(path, write=False) as store:
        assert store.generation == 0
        assert store.catalog().calls == {}


def test_everything_is_private(tmp_path: Path) -> None:
    path = tmp_path / "project" / STORE_FILE
    previous = os.umask(0o000)
    try:
        with open_store(path, write=True, create=True, memory_limit="300MB", threads=1) as store:
            with store.transaction():
                store.connection.execute("update store_state set generation = 1")
            store.connection.execute("set memory_limit = '30MB'")
            store.connection.execute(
                "create temp table wide as select i, repeat(i::varchar, 20) from range(600000) t(i)"
            )
            made = [entry for entry in path.parent.rglob("*") if entry != path.parent / ".gitignore"]
            assert {entry.name.split("-")[0] for entry in made} >= {"store.duckdb", "store.duckdb.wal", "spill"}
            assert {mode(entry) for entry in made if entry.is_file()} == {"0o600"}
            assert {mode(entry) for entry in made if entry.is_dir()} == {"0o700"}
        assert (path.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"
        assert mode(path.parent) == "0o700"
        assert os.umask(0o000) == 0o000
    finally:
        os.umask(previous)
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".gitignore", "store.duckdb"]


def test_modes_are_repaired_and_old_spills_removed(path: Path) -> None:
    path.chmod(0o644)
    path.parent.chmod(0o755)
    (path.parent / "spill-1").mkdir()
    (path.parent / "spill-1" / "x.tmp").write_bytes(b"x")
    open_store(path, write=True, create=True).close()
    assert (mode(path), mode(path.parent)) == ("0o600", "0o700")
    assert not (path.parent / "spill-1").exists()


def test_folder_of_the_user_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    open_store(folder / "a.duckdb", write=True, create=True).close()
    assert mode(folder) == "0o755"
    assert [entry.name for entry in folder.iterdir()] == ["a.duckdb"]


def test_settings(path: Path) -> None:
    with open_store(path, write=False, memory_limit=" 500 MB ", threads=1) as store:
        names = ("memory_limit", "threads", "TimeZone", "autoload_known_extensions", "autoinstall_known_extensions")
        settings = ", ".join(f"current_setting('{name}')::varchar" for name in names)
        query = f"select {settings}"
        assert store.connection.execute(query).fetchone() == ("476.8 MiB", "1", "UTC", "false", "false")


@pytest.mark.parametrize("limit", ["lots", "", "4", "-1GB", "0%", "1KB", "4GBB", "150%"])
def test_wrong_memory_limit(path: Path, limit: str) -> None:
    if limit == "":
        open_store(path, write=False, memory_limit=limit).close()
        return
    with pytest.raises(UsageError, match="memory limit"):
        open_store(path, write=False, memory_limit=limit)


def test_wrong_threads(path: Path) -> None:
    with pytest.raises(UsageError, match="`0` is not a number of threads"):
        open_store(path, write=False, threads=0)


@pytest.mark.parametrize("write", [True, False])
def test_missing(tmp_path: Path, write: bool) -> None:
    with pytest.raises(AudcliError, match="there is no store") as error:
        open_store(tmp_path / STORE_FILE, write=write)
    assert "audcli ingest" in str(error.value.hint)
    assert not (tmp_path / STORE_FILE).parent.exists()


@pytest.mark.parametrize(("version", "way_out"), [(SCHEMA_VERSION + 1, "update"), (SCHEMA_VERSION - 1, "ingest")])
def test_another_layout_is_refused(path: Path, version: int, way_out: str) -> None:
    with open_store(path, write=True) as store:
        store.connection.execute(f"update store_state set schema_version = {version}")
    for write in (True, False):
        with pytest.raises(AudcliError, match=f"has layout {version}, and this") as error:
            open_store(path, write=write, create=write)
        assert way_out in str(error.value.hint)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello " * 5000, encoding="utf-8")
    (tmp_path / "empty").write_bytes(b"")
    duckdb.connect(str(tmp_path / "foreign")).close()
    (tmp_path / "folder").mkdir()
    for name, words in (("text", "no DuckDB file"), ("empty", "no DuckDB file"), ("foreign", "not a store of audcli")):
        with pytest.raises(AudcliError, match=words):
            open_store(tmp_path / name, write=True, create=True)
    with pytest.raises(AudcliError, match=r"`.*folder`"):
        open_store(tmp_path / "folder", write=False)


@pytest.mark.parametrize("write", [True, False])
def test_truncated_file_is_refused(path: Path, write: bool) -> None:
    with open_store(path, write=True) as store:
        store.connection.execute("create table big as select i, hash(i) from range(300000) t(i)")
    whole = path.read_bytes()
    for size in (100, 4096, 9000, 12288):
        path.write_bytes(whole[:size])
        with pytest.raises(AudcliError, match=r"damaged|no DuckDB file"):
            open_store(path, write=write)


@pytest.mark.parametrize("write", [True, False])
def test_in_use(path: Path, write: bool) -> None:
    with held_by_another(path, "write") as holder:
        with pytest.raises(StoreInUse, match=f"in use by process {holder.pid}") as error:
            open_store(path, write=write, create=write)
        assert error.value.exit_code == 3
        started = time.monotonic()
        with pytest.raises(StoreInUse):
            open_store(path, write=write, wait=0.5)
        assert 0.4 < time.monotonic() - started < 5


def test_waiting_until_it_is_free(path: Path) -> None:
    with held_by_another(path, "write") as holder:
        assert holder.stdin is not None
        holder.stdin.close()
        with open_store(path, write=True, wait=20) as store:
            assert store.generation == 0


def test_several_readers(path: Path) -> None:
    with held_by_another(path, "read"), open_store(path, write=False) as store:
        assert store.generation == 0
        with pytest.raises(StoreInUse):
            subprocess_open(path)


def subprocess_open(path: Path) -> None:
    """Open for writing in another process, since one process shares its connections."""
    script = "import sys; from pathlib import Path; from audcli.store import open_store; open_store(Path(sys.argv[1]), write=True)"
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    if "StoreInUse" in done.stderr:
        raise StoreInUse("in use")


def test_transaction(path: Path) -> None:
    with open_store(path, write=True) as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.connection.execute("update store_state set generation = 5")
            raise ZeroDivisionError
        assert store.generation == 0
        with pytest.raises(duckdb.Error), store.transaction():
            store.connection.execute("update store_state set generation = 6")
            store.connection.execute("select * from nowhere")
        assert store.generation == 0
        with store.transaction():
            store.connection.execute("update store_state set generation = 7")
        assert store.generation == 7


def test_log_of_a_killed_writer_is_read(path: Path, tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from audcli.store import open_store\n"
        "store = open_store(Path(sys.argv[1]), write=True)\n"
        "store.connection.execute('update store_state set generation = 3'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.with_name("store.duckdb.wal").exists()
    with open_store(path, write=False) as store:
        assert store.generation == 3


def test_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / ".audcli").write_text("a file", encoding="utf-8")
    with pytest.raises(AudcliError, match="cannot be made"):
        open_store(tmp_path / STORE_FILE, write=True, create=True)


def test_copy_of_a_store_opens(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "copy.duckdb")
    store = open_store(tmp_path / "copy.duckdb", write=False)
    assert isinstance(store, Store)
    store.close()


def test_the_engine_prints_nothing_itself(tmp_path: Path) -> None:
    with open_store(tmp_path / STORE_FILE, write=True, create=True) as store:
        found = store.connection.execute("select value from duckdb_settings() where name = 'enable_progress_bar'")
        assert found.fetchall() == [("false",)]


@pytest.mark.parametrize("name", ["work", "slice", "temp", "main", "memory", "my store"])
def test_a_store_may_have_any_name(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / f"{name}.duckdb", write=True, create=True) as store:
        assert store.generation == 0


@pytest.mark.parametrize("name", [WORK, SLICE.upper()])
def test_names_of_databases_beside_the_store_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"a store cannot be named `{name}`"):
        open_store(tmp_path / f"{name}.duckdb", write=True, create=True)
