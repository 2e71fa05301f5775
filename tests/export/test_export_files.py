"""Files are there whole or not at all, with the right mode, and pipes are written straight."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from export_stores import KEY, exported, profiles_store

from audcli.errors import AudcliError, UsageError
from audcli.export import ExportOptions, export_key
from audcli.export.files import opened

MANY = {f"use_{n:05}": [("email", f"person{n}@example.com")] for n in range(2000)}


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        with opened(tmp_path / "new.csv") as begin:
            begin().write(b"whole")
    finally:
        os.umask(previous)
    assert (tmp_path / "new.csv").read_bytes() == b"whole"
    assert mode(tmp_path / "new.csv") == 0o600


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "old.csv"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with opened(target) as begin:
        begin().write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o640


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to("there/real.csv")
    for content in (b"first", b"second"):
        with opened(link) as begin:
            begin().write(content)
        assert link.is_symlink()
        assert (tmp_path / "there/real.csv").read_bytes() == content
    assert names_in(tmp_path / "there") == ["real.csv"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_midway_leaves_the_target_untouched(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "old.csv"
    target.write_bytes(b"old")

    def fail(what: str, done: int, total: int | None) -> None:
        raise failure

    connection = profiles_store(MANY)
    with pytest.raises(failure):
        export_key(connection, KEY, ExportOptions("indexed"), target, progress=fail)
    assert target.read_bytes() == b"old"
    assert names_in(tmp_path) == ["old.csv"]
    assert exported(connection, ExportOptions("indexed"))[1].written == len(MANY)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("audcli.export.files.os.write", full)
    with pytest.raises(AudcliError, match=r"big.csv` cannot be written: the disk is full"):
        export_key(profiles_store(MANY), KEY, ExportOptions(), tmp_path / "big.csv")
    assert names_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_named() -> None:
    with pytest.raises(AudcliError, match="`/dev/full` cannot be written: the disk is full"):
        export_key(profiles_store(MANY), KEY, ExportOptions(), Path("/dev/full"))
    stream = Path("/dev/full").open("wb")  # noqa: SIM115 - closing it fails, as its buffer cannot be emptied
    with pytest.raises(AudcliError, match="the output cannot be written: the disk is full"):
        export_key(profiles_store({}), KEY, ExportOptions(), stream)
    with suppress(OSError):
        stream.close()


@pytest.mark.parametrize(
    ("name", "reason"), [("no/such/folder.csv", "its folder does not exist"), (".", "it is a folder")]
)
def test_a_place_that_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(AudcliError, match=reason), opened(tmp_path / name) as begin:
        begin()


def test_a_fifo_is_written_straight(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()), daemon=True)
    reader.start()
    connection = profiles_store(MANY)
    receipt = export_key(connection, KEY, ExportOptions(), fifo)
    reader.join()
    assert read == [exported(connection, ExportOptions())[0]]
    assert receipt.size == len(read[0])
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_standard_output_is_not_replaced_nor_cut_off(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\nfrom audcli.export.files import opened\n"
        "with opened(Path('/dev/stdout')) as begin:\n    begin().write(b'data')\n"
    )
    target = tmp_path / "redirected"
    with target.open("wb") as stream:
        stream.write(b"before ")
        stream.flush()
        subprocess.run([sys.executable, "-c", program], stdout=stream, check=True)
        stream.write(b"")
    assert target.read_bytes() == b"before data"


def test_a_closed_pipe_is_a_broken_pipe() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    connection = profiles_store(MANY)
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        with pytest.raises(BrokenPipeError):
            export_key(connection, KEY, ExportOptions(), pipe)
        with pytest.raises(BrokenPipeError):
            export_key(connection, KEY, ExportOptions(), Path(f"/dev/fd/{writing}"))
    assert exported(connection, ExportOptions())[1].written == len(MANY)


def test_a_stream_that_takes_little_at_a_time_gets_everything() -> None:
    class Narrow(io.BytesIO):
        def write(self, data: memoryview) -> int:  # type: ignore[override]
            return super().write(data[:1000])

    connection = profiles_store(MANY)
    out = Narrow()
    receipt = export_key(connection, KEY, ExportOptions(), out)
    assert out.getvalue() == exported(connection, ExportOptions())[0]
    assert receipt.size == len(out.getvalue())


def test_rows_are_split_into_numbered_files(tmp_path: Path) -> None:
    connection = profiles_store({f"use_{n}": [("email", f"a{n}@x.com")] for n in range(7)})
    options = ExportOptions("single-column", raw=True, max_rows=3)
    receipt = export_key(connection, KEY, options, tmp_path / "emails.csv")
    contents = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert contents == {
        "emails-001.csv": b"email\r\na0@x.com\r\na1@x.com\r\na2@x.com\r\n",
        "emails-002.csv": b"email\r\na3@x.com\r\na4@x.com\r\na5@x.com\r\n",
        "emails-003.csv": b"email\r\na6@x.com\r\n",
    }
    assert [(Path(str(file.path)).name, file.rows) for file in receipt.files] == [
        ("emails-001.csv", 3), ("emails-002.csv", 3), ("emails-003.csv", 1),
    ]  # fmt: skip
    for file in receipt.files:
        written = Path(str(file.path)).read_bytes()
        assert (file.size, file.sha256) == (len(written), hashlib.sha256(written).hexdigest())
    assert (receipt.written, receipt.repeated, receipt.size) == (7, 0, sum(map(len, contents.values())))
    assert receipt.sha256 is None
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(("members", "files"), [(0, [0]), (3, [3]), (6, [3, 3])])
def test_full_files_are_not_followed_by_empty_ones(tmp_path: Path, members: int, files: list[int]) -> None:
    connection = profiles_store({f"use_{n}": [("email", f"a{n}@x.com")] for n in range(members)})
    receipt = export_key(connection, KEY, ExportOptions(max_rows=3), tmp_path / "all.csv")
    assert [file.rows for file in receipt.files] == files
    assert sorted(names_in(tmp_path)) == [f"all-{number:03}.csv" for number in range(1, len(files) + 1)]


def test_numbered_files_together_are_the_whole_file(tmp_path: Path) -> None:
    connection = profiles_store(MANY)
    whole, _ = exported(connection, ExportOptions("indexed", line_ending="lf"))
    export_key(connection, KEY, ExportOptions("indexed", line_ending="lf", max_rows=300), tmp_path / "parts")
    parts = [path.read_bytes().split(b"\n", 1) for path in sorted(tmp_path.iterdir())]
    assert len(parts) == 7
    assert {header for header, _ in parts} == {whole.split(b"\n", 1)[0]}
    assert b"".join(rows for _, rows in parts) == whole.split(b"\n", 1)[1]


def test_a_failure_midway_puts_no_numbered_file_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "all-001.csv").write_bytes(b"old")
    written = 0

    def full(descriptor: int, data: memoryview) -> int:
        nonlocal written
        written += len(data)
        if written > 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)

    monkeypatch.setattr("audcli.export.files.os.write", full)
    with pytest.raises(AudcliError, match=r"all-\d+.csv` cannot be written: the disk is full"):
        export_key(profiles_store(MANY), KEY, ExportOptions(max_rows=100), tmp_path / "all.csv")
    assert names_in(tmp_path) == ["all-001.csv"]
    assert (tmp_path / "all-001.csv").read_bytes() == b"old"


def test_numbered_files_of_an_earlier_export_are_named(tmp_path: Path) -> None:
    connection = profiles_store(MANY)
    export_key(connection, KEY, ExportOptions(max_rows=500), tmp_path / "all.csv")
    receipt = export_key(connection, KEY, ExportOptions(max_rows=1000), tmp_path / "all.csv")
    assert receipt.left_over == (str(tmp_path / "all-003.csv"), str(tmp_path / "all-004.csv"))
    assert export_key(connection, KEY, ExportOptions(), tmp_path / "all.csv").left_over == ()


@pytest.mark.parametrize("out", [io.BytesIO(), Path("/dev/stdout"), Path("/dev/null")], ids=str)
def test_what_is_written_straight_cannot_be_split(out: io.BytesIO | Path) -> None:
    with pytest.raises(UsageError, match="cannot be split into numbered files"):
        export_key(profiles_store({}), KEY, ExportOptions(max_rows=1), out)


def test_progress_is_told_in_bytes() -> None:
    told: list[tuple[str, int, int | None]] = []
    receipt = export_key(
        profiles_store(MANY), KEY, ExportOptions(), io.BytesIO(), progress=lambda *all_: told.append(all_)
    )
    assert told == sorted(told)
    assert told[-1] == ("bytes written", receipt.size, None)


def test_too_little_memory_is_explained(tmp_path: Path) -> None:
    connection = profiles_store({})
    connection.execute("insert into profile_keys select n, md5(n::varchar) from range(300000) as numbers (n)")
    connection.execute("insert into memberships select 1, n, 1, null, null from range(300000) as numbers (n)")
    connection.execute("set temp_directory = ''")
    connection.execute("set memory_limit = '32MB'")
    with pytest.raises(AudcliError, match="there is not enough memory and disk to export `big_spenders`"):
        export_key(connection, KEY, ExportOptions(), tmp_path / "big.csv")
    assert names_in(tmp_path) == []
