"""`sennit new`: lays out a project of one's own, with a small protocol to change into another."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shutil
import string
import tempfile
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final

import typer

from sennit.errors import Misuse

HELP: Final = """Lay out a project of your own: a protocol, its claims, a test.

\b
sennit new relay && cd relay && sennit check
"""


def new(name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits, - and _.")]) -> None:
    """Lay out a project of your own: a protocol, its claims, a test."""
    module = _module(name)
    folder = Path.cwd() / name
    if folder.exists() or folder.is_symlink():
        raise Misuse(f"{name} exists already: choose another name, or move it away")
    words = {"name": name, "module": module, "Name": "".join(part.capitalize() for part in module.split("_"))}
    try:
        _lay_out(folder, words)
    except OSError as error:
        raise Misuse(f"{name} cannot be written here: {error.strerror}") from error
    typer.echo(
        f"{name}/ is laid out. Next:\n  cd {name}\n  sennit check\n  pip install -e '.[test]'\n  python -m pytest"
    )


def _lay_out(folder: Path, words: dict[str, str]) -> None:
    """Writes the whole folder, or nothing."""
    workplace = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        project = workplace / folder.name
        project.mkdir()
        _copy(resources.files("sennit.cli") / "starter", project, words)
        project.rename(folder)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _copy(source: Traversable, target: Path, words: dict[str, str]) -> None:
    for entry in sorted(source.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            (target / entry.name).mkdir()
            _copy(entry, target / entry.name, words)
        elif entry.name.endswith(".txt"):
            name = entry.name.removesuffix(".txt").replace("NAME", words["module"])
            text = string.Template(entry.read_text("utf-8")).substitute(words)
            (target / (".gitignore" if name == "gitignore" else name)).write_text(text, "utf-8")


def _module(name: str) -> str:
    """The name as a module; raises Misuse where it cannot be one."""
    module = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", name) or len(name) > 60:
        raise Misuse(f"{name!r} is no name for a project: use lower-case letters, digits, - and _, as in my-relay")
    taken = module in ("model", "properties", "proofs", "tests") or keyword.iskeyword(module)
    if (
        taken
        or importlib.util.find_spec(module) is not None
        or importlib.util.find_spec(f"{module}_claims") is not None
    ):
        raise Misuse(f"{name!r} is taken: a module of that name would hide another; choose another name")
    return module
