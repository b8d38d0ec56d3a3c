"""`sennit new`: a project that is green from the first moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unit.cli.conftest import Command


@pytest.fixture
def project(sennit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project called my-relay, to be in."""
    monkeypatch.chdir(tmp_path)
    done = sennit("new", "my-relay")
    assert (done.code, done.err) == (0, "")
    monkeypatch.chdir(tmp_path / "my-relay")
    return tmp_path / "my-relay"


def test_a_new_project_is_checked_green_at_once(sennit: Command, project: Path) -> None:
    """`sennit check` without names checks the project around, from any folder in it."""
    done = sennit("check")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("properties/my_relay_claims.py\n")
    assert "✓     without counts" in done.out
    assert [line for line in done.out.splitlines() if "3 claims, asked at 4 sizes: 3 HOLDS, 1 SEEN" in line]


def test_what_its_tests_need_is_said(project: Path) -> None:
    """Before the command that needs it."""
    assert "`pip install -e '.[test]'`" in (project / "README.md").read_text()


def test_its_own_tests_pass(project: Path) -> None:
    """Pytest finds model/ and properties/ by the project's pyproject.toml."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_what_its_readme_says_can_be_done(sennit: Command, project: Path) -> None:
    """The commands in its files work, with the names that stand there."""
    readme = (project / "README.md").read_text() + (project / "proofs" / "README.md").read_text()
    for command in (
        ("trace", "show", "MyRelay.within_permits", "--without", "counts"),
        ("trace", "export", "MyRelay.busy", "-o", "proofs/busy.json"),
        ("trace", "replay", "proofs/busy.json"),
    ):
        assert f"sennit {' '.join(command)}" in readme
        assert sennit(*command).code == 0, command
    model = project / "model" / "my_relay.py"
    model.write_text(model.read_text().replace("self.running() < self.permits", "self.running() <= self.permits"))
    broken = sennit("check")
    assert broken.code == 1
    assert "MyRelay.within_permits" in broken.out
    assert "FAILS in 3 steps" in broken.out


def test_its_files_are_its_own(project: Path) -> None:
    """No word of the template is left, and every folder is there."""
    files = sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())
    assert files == [
        ".gitignore",
        "README.md",
        "model/my_relay.py",
        "proofs/README.md",
        "properties/my_relay_claims.py",
        "pyproject.toml",
        "tests/test_my_relay.py",
    ]
    text = "".join((project / name).read_text() for name in files)
    assert "$" not in text
    assert "NAME" not in text


def test_names_of_the_project_come_before_shipped_ones(sennit: Command, project: Path) -> None:
    """And shipped ones can still be named."""
    assert "properties/my_relay_claims.py" in sennit("check", "MyRelay").out
    assert "Lock.mutex" in sennit("check", "Lock.mutex").out
    assert sennit("check", "MyRelay.nothing").code == 2


def test_an_existing_folder_is_never_touched(sennit: Command, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even an empty one, nor a file or a dangling link."""
    monkeypatch.chdir(project.parent)
    Path("empty").mkdir()
    Path("file").write_text("mine")
    Path("link").symlink_to("nowhere")
    for name in ("my-relay", "empty", "file", "link"):
        done = sennit("new", name)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"sennit: {name} exists already: choose another name, or move it away\n"
    assert sorted(p.name for p in Path().iterdir()) == ["empty", "file", "link", "my-relay"]


@pytest.mark.parametrize(
    "name",
    ["", "My-Relay", "1relay", "re lay", "../relay", "/relay", "re--lay", "relay-", "class", "json", "tests", "x" * 99,
     "sennit", "répéter"],
)  # fmt: skip
def test_a_name_that_cannot_be_one_is_misuse(
    sennit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nothing is made, and one line says what a name looks like, or that it is taken."""
    monkeypatch.chdir(tmp_path)
    done = sennit("new", name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert not list(tmp_path.iterdir())


def test_a_project_whose_settings_are_wrong_says_so(sennit: Command, project: Path) -> None:
    """A folder that is not there, or a file that is no TOML."""
    (project / "pyproject.toml").write_text("[tool.sennit]\nproperties = 'props'\n")
    assert "names no folder beside it" in sennit("check").err
    (project / "pyproject.toml").write_text("[tool.sennit\n")
    done = sennit("check")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "pyproject.toml cannot be read" in done.err


def test_a_project_without_claims_says_so(sennit: Command, project: Path) -> None:
    """An empty check is not a green one."""
    (project / "properties" / "my_relay_claims.py").write_text("")
    done = sennit("check")
    assert (done.code, done.out) == (2, "")
    assert "no file of this project has claims" in done.err
