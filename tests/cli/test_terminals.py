"""On a terminal there is colour, progress and a width to fit in; NO_COLOR and pipes are respected."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from cli.commands import AUDCLI, environment

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(\d;)*(3[0-8]|9[0-7])")
COLUMNS = 80


def on_a_terminal(*arguments: str, cwd: Path, program: str = AUDCLI, keys: str = "", **extra: str) -> str:
    """Run a command on a pseudo-terminal of 80 columns, press some keys, and give all that it showed."""
    master, slave = pty.openpty()
    os.write(master, keys.encode())
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    settings = {**environment(), "TERM": "xterm-256color", **extra}
    with subprocess.Popen([program, *arguments], cwd=cwd, env=settings, stdin=slave, stdout=slave, stderr=slave):
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
    os.close(master)
    return shown.decode()


@pytest.mark.parametrize("arguments", [["list"], ["show", "nobody"], ["compute", "--dry-run"]])
def test_colour_is_for_terminals_that_want_it(shop: Path, binaries: Path, arguments: list[str]) -> None:
    program = str(binaries / "audcli")
    assert ESCAPE.search(on_a_terminal(*arguments, cwd=shop, program=program))
    assert not ESCAPE.search(on_a_terminal(*arguments, cwd=shop, program=program, NO_COLOR="1"))
    assert not ESCAPE.search(on_a_terminal(*arguments, cwd=shop, program=program, TERM="dumb"))


def test_help_without_colour(tmp_path: Path) -> None:
    assert COLOUR.search(on_a_terminal("compute", "--help", cwd=tmp_path))
    assert not COLOUR.search(on_a_terminal("compute", "--help", cwd=tmp_path, NO_COLOR="1"))


def test_a_list_fits_the_terminal_and_loses_nothing(shop: Path, binaries: Path) -> None:
    key = "people_whose_key_is_as_long_as_a_key_may_be_which_is_63_letters"
    assert len(key) == 63
    (shop / "audiences" / f"{key}.yaml").write_text(f"audience: {key}\nwhere: {{everyone: true}}\n", "utf-8")
    shown = ESCAPE.sub("", on_a_terminal("list", cwd=shop, program=str(binaries / "audcli")))
    lines = shown.replace("\r\n", "\n").split("\n")
    assert max(map(len, lines)) <= COLUMNS
    first_column = "".join(line.split(" ")[0] for line in lines)
    assert key in first_column


def test_progress_of_what_takes_long_is_drawn_and_taken_away(crowd: Path) -> None:
    calls = (crowd / "calls.jsonl").read_text("utf-8")
    (crowd / "others.jsonl").write_text(calls.replace('"u', '"other'), "utf-8")
    shown = on_a_terminal("ingest", "--dry-run", "calls.jsonl", "others.jsonl", cwd=crowd)
    assert re.search(r"\r\x1b\[K *\d+%  [\d,]+ read  0 rejected  \d+ s", shown)
    *_, rest = shown.split("\r\x1b[K")
    assert ESCAPE.sub("", rest).startswith("file")


@pytest.mark.parametrize(("seconds", "quiet"), [(2.2, False), (0.2, False), (1.2, True)])
def test_the_time_of_what_takes_long_is_shown_and_taken_away(tmp_path: Path, seconds: float, quiet: bool) -> None:
    code = (
        "import time; from audcli.cli import progress, render\n"
        f"with progress.showing_time(render.Voice(quiet={quiet}), 'computing'): time.sleep({seconds})\n"
        "print('done')"
    )
    shown = on_a_terminal("-c", code, cwd=tmp_path, program=sys.executable)
    drawn = "".join(f"\r\x1b[Kcomputing  {second} s" for second in range(1, int(seconds) + 1))
    assert shown == ("done\r\n" if quiet or seconds < 1 else f"{drawn}\r\x1b[Kdone\r\n")


def test_export_to_a_terminal_is_the_file(shop: Path, binaries: Path) -> None:
    shown = on_a_terminal("export", "people", "--line-ending", "lf", cwd=shop, program=str(binaries / "audcli"))
    assert shown.startswith("key,external_ids\r\nuse_")
    assert shown.count("\n") == 4


@pytest.mark.parametrize(("answer", "is_there"), [("y\n", False), ("n\n", True), ("\n", True)])
def test_forgetting_asks_first(shop: Path, binaries: Path, answer: str, is_there: bool) -> None:
    program = str(binaries / "audcli")
    shown = on_a_terminal("forget", "ann", cwd=shop, program=program, keys=answer)
    assert "(email:ann@x.example, user_id:ann) and 1 call" in ESCAPE.sub("", shown)
    assert "forget them for good? [y/N]: " in shown
    assert ("nothing was changed" in shown) == is_there
    assert ("there is no profile" not in on_a_terminal("profile", "ann", cwd=shop, program=program)) == is_there
