"""A new project: whole or not at all, never over an existing file, its events ending at the given instant."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from audcli.errors import AudcliError
from audcli.scaffold import write_project

NOW = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
FILES = [
    ".gitignore",
    "README.md",
    "audcli.yaml",
    "audiences/active_users.yaml",
    "audiences/big_spenders.yaml",
    "audiences/cart_abandoners.yaml",
    "audiences/newsletter_readers.yaml",
    "audiences/tests.yaml",
    "audiences/win_back.yaml",
    "events/sample.jsonl",
]


def everything_in(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def calls_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events/sample.jsonl").read_text("utf-8").splitlines()]


def test_every_file_is_written_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "project"
    assert write_project(folder, now=NOW) == [folder / name for name in FILES]
    assert [name for name, content in sorted(everything_in(folder).items()) if content] == sorted(FILES)
    assert (folder / ".gitignore").read_text().endswith("\n.audcli/\n")


def test_the_events_end_now(tmp_path: Path) -> None:
    write_project(tmp_path, now=NOW)
    calls = calls_of(tmp_path)
    times = [call["timestamp"] for call in calls]
    assert times == sorted(times)
    assert times[-1] == "2026-07-01T12:30:15.123Z"
    assert times[0] > "2026-05-01"
    assert 850 < len(calls) < 1000
    assert len({call["userId"] for call in calls if "userId" in call}) == 60
    assert len({call["messageId"] for call in calls}) == len(calls)


def test_the_same_story_is_told_on_any_date(tmp_path: Path) -> None:
    later = NOW + timedelta(days=400)
    write_project(tmp_path / "first", now=NOW)
    write_project(tmp_path / "again", now=NOW.astimezone(timezone(timedelta(hours=5))))
    write_project(tmp_path / "naive", now=NOW.replace(tzinfo=None))
    write_project(tmp_path / "later", now=later)
    assert everything_in(tmp_path / "first") == everything_in(tmp_path / "again")
    assert everything_in(tmp_path / "first") == everything_in(tmp_path / "naive")
    changing = ("timestamp", "messageId")
    first, second = (
        [{name: value for name, value in call.items() if name not in changing} for call in calls_of(folder)]
        for folder in (tmp_path / "first", tmp_path / "later")
    )
    assert first == second


def test_the_people_are_invented(tmp_path: Path) -> None:
    write_project(tmp_path, now=NOW)
    traits = [call["traits"] for call in calls_of(tmp_path) if call["type"] == "identify"]
    assert len({(person["first_name"], person["last_name"]) for person in traits}) == 60
    assert all(person["email"].endswith("@example.com") for person in traits)
    assert all(person.get("phone", "+1 212 555 01").startswith("+1 212 555 01") for person in traits)


def test_a_folder_with_other_files_is_fine(tmp_path: Path) -> None:
    (tmp_path / "audiences").mkdir()
    (tmp_path / "audiences" / "mine.yaml").write_text("audience: mine\n")
    write_project(tmp_path, now=NOW)
    assert (tmp_path / "audiences" / "mine.yaml").read_text() == "audience: mine\n"


@pytest.mark.parametrize("name", FILES)
def test_an_existing_file_is_never_overwritten(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    before = everything_in(tmp_path)
    with pytest.raises(AudcliError) as refusal:
        write_project(tmp_path, now=NOW)
    assert refusal.value.message == f"`{path}` exists already; nothing was written"
    assert everything_in(tmp_path) == before


def test_the_first_of_several_existing_files_is_named(tmp_path: Path) -> None:
    for name in ("audcli.yaml", "README.md"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(AudcliError, match=r"README\.md` exists"):
        write_project(tmp_path, now=NOW)


def test_links_are_not_written_through(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "project"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "audcli.yaml").symlink_to(elsewhere / "settings.yaml")
    with pytest.raises(AudcliError, match=r"audcli\.yaml` exists already"):
        write_project(folder, now=NOW)
    (folder / "audcli.yaml").unlink()
    (folder / "audiences").symlink_to(elsewhere)
    with pytest.raises(AudcliError, match="leads out of the project"):
        write_project(folder, now=NOW)
    assert everything_in(elsewhere) == {}


def test_what_cannot_be_finished_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "events").write_text("a file where a folder must be")
    before = everything_in(folder)
    with pytest.raises(AudcliError, match=r"cannot write `.*sample\.jsonl`: not a directory"):
        write_project(folder, now=NOW)
    assert everything_in(folder) == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "project"
    file.write_text("mine")
    with pytest.raises(AudcliError, match="cannot write"):
        write_project(file, now=NOW)
    assert file.read_text() == "mine"
