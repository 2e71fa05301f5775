"""Finding a project, and keeping the paths that it names inside it (SPEC section 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from audcli.confinement import OutsideProject
from audcli.errors import UsageError
from audcli.project import Project, find_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "shop"
    for folder in ("audiences/deep", ".git", "lists"):
        (root / folder).mkdir(parents=True)
    (root / "audcli.yaml").write_text("")
    (tmp_path / "elsewhere").mkdir()
    return find_project(root, None)


def test_found_from_a_folder_below(project: Project) -> None:
    found = find_project(project.root / "audiences" / "deep", None)
    assert found == project
    assert found.store_path == project.root / ".audcli" / "store.duckdb"
    assert found.definitions_folder == project.root / "audiences"


def test_the_nearest_one_counts(project: Project) -> None:
    (project.root / "audiences" / "audcli.yaml").write_text("definitions: deep")
    found = find_project(project.root / "audiences" / "deep", None)
    assert found.root == project.root / "audiences"
    assert found.definitions_folder == project.root / "audiences" / "deep"


def test_an_explicit_folder_counts_alone(project: Project, tmp_path: Path) -> None:
    assert find_project(tmp_path, project.root) == project
    with pytest.raises(UsageError, match="there is no project in") as raised:
        find_project(project.root, project.root / "audiences")
    assert "audcli init" in str(raised.value.hint)


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no `audcli.yaml` in") as raised:
        find_project(tmp_path, None)
    assert "audcli init" in str(raised.value.hint)
    assert raised.value.exit_code == 2


def test_settings_are_read(project: Project) -> None:
    (project.root / "audcli.yaml").write_text("store: data/../kept/store.duckdb\n")
    assert find_project(project.root, None).store_path == project.root / "kept" / "store.duckdb"


@pytest.mark.parametrize(
    "path", ["lists/vips.csv", "./lists/../lists/vips.csv", "new/not/there.csv", "vips:2026.csv", "."]
)
def test_places_inside(project: Project, path: str) -> None:
    assert project.inside(path) == (project.root / path).resolve()


def test_an_absolute_path_can_lie_inside(project: Project) -> None:
    assert project.inside(str(project.root / "lists")) == project.root / "lists"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("..", "it leads outside"),
        ("../elsewhere/x.csv", "it leads outside"),
        ("lists/../../elsewhere", "it leads outside"),
        ("../shop-of-another", "it leads outside"),
        ("/etc/passwd", "it leads outside"),
        (".git", "nothing is read from `.git`"),
        (".git/config", "nothing is read from `.git`"),
        ("lists/../.git/config", "nothing is read from `.git`"),
        ("lists/.GIT/config", "nothing is read from `.git`"),
        ("https://example.com/x.csv", "URLs are not read"),
        ("file:///etc/passwd", "URLs are not read"),
        ("data:text/csv,a", "URLs are not read"),
        ("s3://bucket/x.csv", "URLs are not read"),
        ("a\0b", "it cannot be followed to its end"),
        ("x" * 5000, "it cannot be followed to its end"),
    ],
)
def test_places_outside(project: Project, path: str, reason: str) -> None:
    with pytest.raises(OutsideProject) as raised:
        project.inside(path)
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("../../elsewhere", "it leads outside"),
        ("/etc", "it leads outside"),
        ("../.git", "nothing is read from `.git`"),
        ("link", "it cannot be followed to its end"),
    ],
)
def test_links_are_followed_before_they_are_judged(project: Project, target: str, reason: str) -> None:
    (project.root / "lists" / "link").symlink_to(target)
    with pytest.raises(OutsideProject) as raised:
        project.inside("lists/link/x.csv")
    assert raised.value.reason == reason


def test_what_git_links_to_is_git(project: Project) -> None:
    (project.root / ".git").rmdir()
    (project.root / "kept").mkdir()
    (project.root / ".git").symlink_to("kept")
    with pytest.raises(OutsideProject, match="nothing is read"):
        project.inside("kept/config")


def test_a_project_reached_through_a_link(project: Project, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to("shop")
    found = find_project(tmp_path / "alias", None)
    assert found.root == project.root
    assert found.inside("lists") == project.root / "lists"
