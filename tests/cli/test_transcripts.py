"""Console transcripts that run: README, the docs, and the pages beside this file.

In a ```console block every line `$ command` is run by bash, and what follows it is its output, both streams as a
terminal shows them. `…` stands for any text within a line, a line of only `…` for any lines. The blocks of a page run
in one folder: a copy of the sample project, or an empty one where the page begins with `<!-- empty folder -->`.
A block after `<!-- not run -->` is left out. A block whose info string ends in a path (`csv crm/users.csv`) is a file of
that folder.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.commands import REPOSITORY, environment, sample_project

PAGES = [
    REPOSITORY / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *sorted(Path(__file__).parent.glob("*.md")),
]
BLOCK = re.compile(r"(<!-- not run -->\n)?```console\n(.*?)```", re.DOTALL)
FILE = re.compile(r"^```\w+ (\S+\.\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SET_UP = ["bash sample_data/run", "bash tests/run"]


@dataclass(frozen=True)
class Command:
    line: str
    output: list[str]


def commands_of(text: str, *, run: bool = True) -> list[Command]:
    found: list[Command] = []
    for skipped, block in BLOCK.findall(text):
        if bool(skipped) == run:
            continue
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:], []))
            elif line.startswith("> ") and not found[-1].output:
                found[-1] = Command(f"{found[-1].line}\n{line[2:]}", [])
            else:
                found[-1].output.append(line.rstrip())
    return found


def matches(expected: list[str], actual: list[str]) -> bool:
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def outputs_of(commands: list[Command], folder: Path, binaries: Path) -> list[list[str]]:
    """Run the commands in one shell and give the lines that each of them printed."""
    end = "--- end of output ---"
    script = "\n".join(
        f"{{ {command.line}\n}} 2>&1; (exit $?); s=$?; echo; echo '{end}'; (exit $s)" for command in commands
    )
    settings = environment()
    settings["PATH"] = f"{binaries}{os.pathsep}{settings['PATH']}"
    run = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=settings, stdout=subprocess.PIPE, encoding="utf-8", timeout=300
    )
    pieces = run.stdout.split(f"\n{end}\n")[:-1]
    return [[line.rstrip() for line in piece.rstrip("\n").splitlines()] for piece in pieces]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_transcript(page: Path, tmp_path: Path, binaries: Path) -> None:
    text = page.read_text("utf-8")
    commands = commands_of(text)
    if not commands:
        return
    folder = tmp_path if text.startswith("<!-- empty folder -->") else sample_project(tmp_path)
    for name, content in FILE.findall(text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    for command, actual in zip(commands, outputs_of(commands, folder, binaries), strict=True):
        if not matches(command.output, actual):
            difference = difflib.unified_diff(command.output, actual, page.name, "what happened", lineterm="")
            pytest.fail("\n".join([f"$ {command.line}", *difference]), pytrace=False)


def test_only_the_set_up_is_not_run() -> None:
    skipped = [command.line for page in PAGES for command in commands_of(page.read_text("utf-8"), run=False)]
    assert skipped == SET_UP
