"""The project folder: nothing outside it is read, whatever a path says."""

import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from discoscript.project import Project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="symbolic links")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    (root / "refs").mkdir(parents=True)
    Image.new("RGB", (6, 4)).save(root / "refs" / "Sea.png")
    Image.new("RGB", (6, 4)).save(tmp_path / "secret.png")
    (root / "link.png").symlink_to("../secret.png")
    (root / "inside.png").symlink_to("refs/Sea.png")
    (root / "loop.png").symlink_to("loop.png")
    (root / "notes.png").write_text("no picture")
    return Project(root)


@pytest.mark.parametrize(
    ("path", "outside"),
    [("refs/Sea.png", False), ("inside.png", False), ("refs/../inside.png", False),
     ("link.png", True), ("../secret.png", True), ("refs/../../secret.png", True),
     ("/etc/passwd", True), ("nowhere/../../secret.png", True), ("a\0b", True)],
)  # fmt: skip
def test_what_leaves_the_project(project: Project, path: str, outside: bool) -> None:
    assert project.leaves(path) == outside
    if outside:
        with pytest.raises((OSError, ValueError)):
            project.read(path)


def test_files_are_found_with_the_case_the_disk_has(project: Project) -> None:
    found = project.find("REFS/sea.PNG")
    assert found is not None and (found.path, found.pixels) == ("refs/Sea.png", 24)


@pytest.mark.parametrize("path", ["refs", "refs/none.png", "link.png", "loop.png", "../secret.png"])
def test_these_are_not_found(project: Project, path: str) -> None:
    assert project.find(path) is None


def test_a_file_that_is_no_picture_has_no_pixels(project: Project) -> None:
    found = project.find("notes.png")
    assert found is not None and found.pixels == 0


@pytest.mark.parametrize("width", [121_000, 900_000])
def test_a_huge_picture_has_its_pixels_and_nothing_is_said(
    project: Project, width: int, recwarn: pytest.WarningsRecorder
) -> None:
    """Pillow warns of such pictures, or refuses them; D507 is what a user sees."""
    header = struct.pack(">IIBBBBB", width, 1000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    data = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (project.root / "huge.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + data + bytes(4) + b"IDAT" + bytes(4)
    )
    found = project.find("huge.png")
    assert found is not None and found.pixels == width * 1000
    assert not recwarn.list


def test_pictures_near_by(project: Project) -> None:
    assert set(project.near("x")) == {
        "inside.png", "link.png", "loop.png", "notes.png", "refs/Sea.png",
    }  # fmt: skip
