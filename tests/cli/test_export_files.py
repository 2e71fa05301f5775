"""Exports into files as a shell does them: full disks, kills, closed pipes, links, places that take no file."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from cli.commands import AUDCLI, STORE, audcli, environment
from cli.test_terminals import on_a_terminal

FILE_SIZE_LIMIT = 100_000


def export(folder: Path, target: str, *options: str) -> subprocess.CompletedProcess[str]:
    return audcli("export", "people", "--format", "indexed", "--output", target, *options, cwd=folder)


@pytest.fixture
def target(crowd: Path, tmp_path: Path) -> Path:
    """A file of an earlier export, in a folder of its own."""
    path = tmp_path / "out" / "people.csv"
    path.parent.mkdir()
    path.write_text("key,external_ids\r\n", "utf-8")
    path.chmod(0o640)
    return path


def is_untouched(target: Path) -> bool:
    return target.read_bytes() == b"key,external_ids\r\n" and stat.S_IMODE(target.stat().st_mode) == 0o640


def test_no_more_room_leaves_the_file_of_before(crowd: Path, target: Path) -> None:
    run = subprocess.run(
        ["bash", "-c", f"ulimit -f {FILE_SIZE_LIMIT // 1024}; exec {AUDCLI} export people --output {target}"],
        cwd=crowd, env=environment(), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"error: `{target}` cannot be written: it would be larger than a file may be here\n"
    assert is_untouched(target)
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_export_leaves_the_file_of_before(crowd: Path, target: Path, how: signal.Signals) -> None:
    command = [AUDCLI, "export", "people", "--format", "indexed", "--output", str(target)]
    with subprocess.Popen(command, cwd=crowd, env=environment(), stderr=subprocess.PIPE) as process:
        while list(target.parent.iterdir()) == [target] and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(how)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (-how, 130)
    assert b"Traceback" not in errors
    assert is_untouched(target)
    assert export(crowd, str(target)).returncode == 0
    assert hashlib.sha256(target.read_bytes()).hexdigest() in export(crowd, str(target)).stderr


def test_a_pipe_that_is_closed_early_by_the_name_of_a_device(crowd: Path) -> None:
    script = f"set -o pipefail; {AUDCLI} export people --output /dev/stdout --quiet | head -1"
    run = subprocess.run(["bash", "-c", script], cwd=crowd, env=environment(), capture_output=True, encoding="utf-8")
    assert (run.returncode, run.stdout, run.stderr) == (0, "key,external_ids\n", "")


def test_a_symbolic_link_is_followed(crowd: Path, target: Path) -> None:
    link = target.with_name("latest.csv")
    link.symlink_to(target.name)
    assert export(crowd, str(link)).returncode == 0
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"key,external_ids,email,user_id\r\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_is_private_whatever_the_umask(shop: Path) -> None:
    script = f"umask 0; {AUDCLI} export people --output new.csv --max-rows 2"
    subprocess.run(["bash", "-c", script], cwd=shop, env=environment(), check=True, capture_output=True)
    assert {stat.S_IMODE(path.stat().st_mode) for path in shop.glob("new-*.csv")} == {0o600}


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("no/such/people.csv", "`no/such/people.csv` cannot be written: its folder does not exist"),
        (".", "`.` cannot be written: it is a folder"),
        ("people.csv/x", "`people.csv/x` cannot be written: not a directory"),
        (str(STORE), f"`{STORE}` is the store, and a file in its place would destroy it"),
        ("link.duckdb", "`link.duckdb` is the store, and a file in its place would destroy it"),
    ],
)
def test_places_that_take_no_file(shop: Path, binaries: Path, place: str, message: str) -> None:
    (shop / "people.csv").touch()
    (shop / "link.duckdb").symlink_to(STORE)
    before = (shop / STORE).read_bytes()
    run = audcli("export", "people", "--output", place, cwd=shop, binaries=binaries)
    assert run.returncode in (1, 2)
    assert run.stderr.startswith(f"error: {message}\n")
    assert (shop / STORE).read_bytes() == before


def test_the_summary_tells_the_digest_of_the_file(shop: Path, binaries: Path) -> None:
    run = audcli("export", "people", "--output", "people.csv", "--json", cwd=shop, binaries=binaries)
    written, receipt = (shop / "people.csv").read_bytes(), json.loads(run.stdout)
    assert receipt["sha256"] == hashlib.sha256(written).hexdigest()
    assert (receipt["size"], receipt["members"], receipt["written"]) == (len(written), 3, 3)


@pytest.mark.parametrize("format_", ["unformatted", "indexed", "single-column"])
def test_bytes_do_not_depend_on_threads(crowd: Path, binaries: Path, format_: str) -> None:
    files = {
        audcli("export", "people", "--format", format_, "--threads", threads, cwd=crowd, binaries=binaries).stdout
        for threads in ("1", "2")
    }
    assert len(files) == 1


@pytest.fixture
def phones(crowd: Path, tmp_path: Path) -> Path:
    """The crowd with phone numbers, which take long to read."""
    folder = shutil.copytree(crowd, tmp_path / "phones")
    with duckdb.connect(str(folder / STORE)) as connection:
        connection.execute("""
            insert into identifiers
                select 1000000 + profile, 'phone', printf('+1 212 %d', 2000000 + profile), profile from profile_keys;
            insert into identity select 1000000 + profile, profile, timestamp '2001-01-01', 1, null from profile_keys""")
    return folder


def test_long_exports_tell_so_and_how_far_they_are(phones: Path) -> None:
    options = ("--format", "single-column", "--id-type", "phone", "--output", "phones.csv")
    run = audcli("export", "people", *options, cwd=phones)
    estimate, summary = run.stderr.splitlines()
    assert re.fullmatch(r"this takes some \d+ seconds", estimate)
    assert summary.startswith("50,000 members · 50,000 with that id · 50,000 written · 3,300,007 bytes · SHA-256 ")
    shown = on_a_terminal("export", "people", *options, cwd=phones)
    assert re.search(r"\r\x1b\[K[\d,]+ of 50,000 phone numbers read  \d+ s", shown)
    assert "this takes" not in audcli("export", "people", "--output", "quick.csv", cwd=phones).stderr
