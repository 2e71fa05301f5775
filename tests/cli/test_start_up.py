"""Help is instant, fits the screen, and has an example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from audcli.cli.app import COMMANDS
from cli.commands import REPOSITORY, audcli, environment

HEAVY = ("duckdb", "sqlglot", "pyarrow", "yaml", "phonenumbers")
NAMES = [command.NAME for command in COMMANDS]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in NAMES)])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    # Typer itself takes pydantic up to read the options before a command, even where none is given.
    heavy = (*HEAVY, "pydantic") if len(arguments) == 1 else HEAVY
    program = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('heavy:', [name for name in {heavy} if name in sys.modules], file=sys.stderr))\n"
        f"sys.argv = ['audcli', *{arguments}]\n"
        "from audcli.__main__ import main\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0
    assert "heavy: []" in run.stderr


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_and_fits_80_columns(name: str, tmp_path: Path) -> None:
    shown = audcli(name, "--help", cwd=tmp_path).stdout
    assert f"Example: audcli {name}" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_readme_names_every_command(name: str) -> None:
    assert f"audcli {name}" in (REPOSITORY / "README.md").read_text("utf-8")


def test_shared_options_stand_before_and_after(tmp_path: Path) -> None:
    audcli("init", "shop", cwd=tmp_path)
    before = audcli("--project", "shop", "--json", "validate", cwd=tmp_path)
    after = audcli("validate", "--project", "shop", "--json", cwd=tmp_path)
    assert before.stdout == after.stdout
    assert '"valid": true' in after.stdout
    assert audcli("--project", "nowhere", "validate", "--project", "shop", cwd=tmp_path).returncode == 0
