from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.agent.samples import BROKEN, MENDED
from trinity.agent import files, workspace
from trinity.agent.workspace import MAX_TEXT_BYTES, Workspace
from trinity.errors import InvalidRequest, NotFound, TooLarge, TrinityError


def copy_of(folder: Path) -> Workspace:
    return Workspace(folder, folder.parent / "copy")


def test_a_copy_has_the_files_and_says_what_it_leaves_out(project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text("secret")
    (project / "part" / "__pycache__").mkdir(parents=True)
    (project / "part" / "deep.txt").write_text("deep")
    (project / "elsewhere").symlink_to("/etc")
    (project / "hosts").symlink_to("/etc/hosts")
    os.mkfifo(project / "pipe")
    made = copy_of(project)
    assert made.files() == ["part/deep.txt", "sums.py", "test_sums.py"]
    assert made.skipped == {
        "not part of the work": [".git", "part/__pycache__"],
        "links": ["elsewhere", "hosts"],
        "no plain files": ["pipe"],
    }
    assert stat.S_IMODE(made.root.stat().st_mode) == 0o700


def test_a_folder_over_a_limit_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_FILES", 1)
    with pytest.raises(TooLarge, match=r"more than 1 files or 64 MB; give a smaller one"):
        copy_of(project)


def test_a_large_file_stays_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_FILE_BYTES", 100)
    (project / "data.bin").write_bytes(bytes(101))
    made = copy_of(project)
    assert "data.bin" not in made.files()
    assert "data.bin" in made.skipped["large files"]


def test_a_folder_that_holds_its_own_copy_is_copied_once(project: Path) -> None:
    made = Workspace(project, project / "copy")
    assert made.files() == ["sums.py", "test_sums.py"]


def test_only_folders_are_copied(project: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        copy_of(project / "sums.py")


@pytest.mark.parametrize(
    "path",
    [
        "../other.py",
        "part/../../other.py",
        "/etc/passwd",
        "//etc/passwd",
        "./sums.py",
        "a//b",
        "",
        ".",
        "..",
        "part/",
        "a\0b",
        "a\nb",
        "\ud800",
        "a" * 500,
        "a" * 101,
        ".git/hooks/pre-commit",
        ".GIT/config",
        "part/.venv/bin/python",
    ],
)
def test_no_path_leads_out_of_the_copy(path: str, workspace: Workspace) -> None:
    with pytest.raises(InvalidRequest):
        workspace.read(path)
    with pytest.raises(InvalidRequest):
        workspace.write(path, "x")
    assert workspace.changes() == []
    assert not (workspace.root.parent / "other.py").exists()


def test_no_link_leads_out_of_the_copy(workspace: Workspace) -> None:
    (workspace.root / "out").symlink_to(workspace.folder)
    (workspace.root / "file").symlink_to(workspace.folder / "sums.py")
    for path in ("out/sums.py", "out/new.py", "file"):
        with pytest.raises(InvalidRequest, match="is not a file"):
            workspace.write(path, "x")
    assert (workspace.folder / "sums.py").read_text() == BROKEN
    assert not (workspace.folder / "new.py").exists()


def test_what_is_no_text_is_not_read(workspace: Workspace) -> None:
    (workspace.root / "picture.png").write_bytes(b"\x89PNG\xff")
    (workspace.root / "long.txt").write_bytes(bytes(MAX_TEXT_BYTES + 1))
    with pytest.raises(InvalidRequest, match="not a text file"):
        workspace.read("picture.png")
    with pytest.raises(InvalidRequest, match="larger than"):
        workspace.read("long.txt")
    with pytest.raises(InvalidRequest, match="there is no file"):
        workspace.read("missing.py")


def test_what_cannot_be_written_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidRequest, match="larger than"):
        workspace.write("new.txt", "x" * (MAX_TEXT_BYTES + 1))
    with pytest.raises(InvalidRequest, match="no character"):
        workspace.write("new.txt", "\ud800")
    with pytest.raises(InvalidRequest, match=r"sums\.py/x cannot be written"):
        workspace.write("sums.py/x", "x")
    assert workspace.files() == ["sums.py", "test_sums.py"]


def test_writing_changes_the_copy_alone(workspace: Workspace) -> None:
    workspace.write("sums.py", MENDED)
    assert workspace.read("sums.py") == MENDED
    assert (workspace.folder / "sums.py").read_text() == BROKEN
    assert workspace.revision == 1


def test_windows_lines_stay_windows_lines(project: Path) -> None:
    (project / "sums.py").write_bytes(BROKEN.replace("\n", "\r\n").encode())
    made = copy_of(project)
    assert made.read("sums.py") == BROKEN
    made.write("sums.py", MENDED)
    assert (made.root / "sums.py").read_bytes() == MENDED.replace("\n", "\r\n").encode()


def test_a_file_that_is_as_it_was_is_no_change(workspace: Workspace) -> None:
    workspace.write("sums.py", MENDED)
    workspace.write("sums.py", BROKEN)
    assert workspace.changes() == []
    assert workspace.diff() == ""


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.parametrize("end", ["\n", ""])
def test_the_diff_is_one_that_patch_takes(project: Path, end: str) -> None:
    (project / "sums.py").write_text(f"one\ntwo{end}")
    made = copy_of(project)
    made.write("sums.py", "one\nthree")
    made.write("new/file.txt", f"new{end}")
    command = ["patch", "-p1", "--silent"]
    patched = subprocess.run(
        command, cwd=project, input=made.diff(), text=True, capture_output=True, check=False
    )
    assert patched.returncode == 0, patched.stdout
    assert (project / "sums.py").read_text() == "one\nthree"
    assert (project / "new/file.txt").read_text() == f"new{end}"


def test_an_empty_new_file_shows_in_the_diff(workspace: Workspace) -> None:
    workspace.write("empty.txt", "")
    assert workspace.diff() == "diff --git a/empty.txt b/empty.txt\nnew file mode 100644\n"


def test_applying_keeps_permissions_and_makes_folders(project: Path) -> None:
    (project / "sums.py").chmod(0o750)
    made = copy_of(project)
    made.write("sums.py", MENDED)
    made.write("deep/er/new.py", "x = 1\n")
    assert made.apply() == ["deep/er/new.py", "sums.py"]
    assert (project / "sums.py").read_text() == MENDED
    assert stat.S_IMODE((project / "sums.py").stat().st_mode) == 0o750
    assert (project / "deep/er/new.py").read_text() == "x = 1\n"
    assert not [path for path in project.rglob("*") if path.name.startswith(".trinity-")]


def edit(folder: Path) -> None:
    (folder / "sums.py").write_text("theirs\n")


def delete(folder: Path) -> None:
    (folder / "sums.py").unlink()


def make(folder: Path) -> None:
    (folder / "part").mkdir()
    (folder / "part/new.py").write_text("theirs\n")


def link(folder: Path) -> None:
    (folder.parent / "outside").mkdir()
    (folder / "part").symlink_to(folder.parent / "outside")


@pytest.mark.parametrize("happens", [edit, delete, make, link])
def test_what_changed_meanwhile_is_not_overwritten(
    happens: Callable[[Path], None], workspace: Workspace
) -> None:
    workspace.write("sums.py", MENDED)
    workspace.write("part/new.py", "mine\n")
    happens(workspace.folder)
    before = contents(workspace.folder.parent)
    with pytest.raises(TrinityError, match=r"Nothing was applied: .* changed in the folder"):
        workspace.apply()
    assert contents(workspace.folder.parent) == before


def contents(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_write_that_fails_leaves_the_old_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write("sums.py", MENDED)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(TrinityError, match=r"sums\.py cannot be written .*No space left"):
        workspace.apply()
    assert (workspace.folder / "sums.py").read_text() == BROKEN
    assert sorted(os.listdir(workspace.folder)) == ["sums.py", "test_sums.py"]  # noqa: PTH208
