"""Help is instant, fits the screen, and has an example."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from audcli.cli.app import COMMANDS
from cli.commands import AUDCLI, REPOSITORY, audcli, environment

HEAVY = ("duckdb", "sqlglot", "pydantic", "pyarrow", "yaml", "phonenumbers")
NAMES = [command.NAME for command in COMMANDS]
PROGRAM = """\
import atexit, sys
atexit.register(lambda: print("loaded:", *sys.modules, file=sys.stderr))
sys.argv = ["audcli", *{arguments}]
from audcli.__main__ import main
main()
"""


def modules_loaded_by(*arguments: str, folder: Path) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=list(arguments))],
        cwd=folder, env=environment(), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    [loaded] = [line for line in run.stderr.splitlines() if line.startswith("loaded: ")]
    return set(loaded.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([*name.split(), "--help"] for name in NAMES)])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    loaded = modules_loaded_by(*arguments, folder=tmp_path)
    # To read the options before a command, even where none is given, Typer itself takes pydantic up.
    allowed = {"pydantic"} if len(arguments) > 1 else set()
    assert not loaded & set(HEAVY) - allowed
    assert "audcli.cli.app" in loaded


def test_an_ingest_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "audcli.yaml").write_text("identity: {blocked_values: [guest]}\n", "utf-8")
    call = '{"type": "track", "event": "A", "userId": "u", "timestamp": "2026-01-01T00:00:00Z"}\n'
    (tmp_path / "calls.jsonl").write_text(call, "utf-8")
    loaded = modules_loaded_by("ingest", "calls.jsonl", folder=tmp_path)
    assert "pyarrow.lib" in loaded
    assert not [name for name in loaded if name.startswith(("numpy.", "pandas.", "pyarrow.parquet", "sqlglot"))]
    assert "audcli.definitions.conditions" not in loaded


@pytest.mark.parametrize("arguments", [[], *(name.split() for name in NAMES)])
def test_help_fits_80_columns(arguments: list[str], tmp_path: Path, binaries: Path) -> None:
    shown = audcli(*arguments, "--help", cwd=tmp_path, binaries=binaries).stdout
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "[[" not in shown
    assert shown == audcli(*arguments, "-h", cwd=tmp_path, binaries=binaries).stdout


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example(name: str, tmp_path: Path, binaries: Path) -> None:
    assert f"Example: audcli {name}" in audcli(*name.split(), "--help", cwd=tmp_path, binaries=binaries).stdout


@pytest.mark.parametrize("name", NAMES)
def test_readme_names_every_command(name: str) -> None:
    assert f"audcli {name}" in (REPOSITORY / "README.md").read_text("utf-8")


def test_without_arguments_help_is_shown(tmp_path: Path, binaries: Path) -> None:
    run = audcli(cwd=tmp_path, binaries=binaries)
    assert run.returncode == 2
    assert all(f" {name.split()[0]} " in run.stdout for name in NAMES)


def test_audcli_is_a_module_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "audcli", "--version"]
    run = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8")
    assert run.stdout == audcli("--version", cwd=tmp_path).stdout


def test_readme_names_no_command_that_is_not_there() -> None:
    named = re.findall(r"`audcli ([a-z]+)|^\$ audcli ([a-z]+)", (REPOSITORY / "README.md").read_text("utf-8"), re.M)
    assert {one or other for one, other in named} <= {name.split()[0] for name in NAMES}


def test_the_shell_completes_commands(tmp_path: Path) -> None:
    asked = {"_AUDCLI_COMPLETE": "complete_bash", "COMP_WORDS": "audcli hist", "COMP_CWORD": "1"}
    ended = subprocess.run(
        [AUDCLI], cwd=tmp_path, env={**environment(), **asked}, capture_output=True, encoding="utf-8"
    )
    assert ended.stdout.split() == ["history"]
