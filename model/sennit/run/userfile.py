"""Runs a user's file as a module of its own, and says in one line where it went wrong."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from sennit.errors import Misuse

_OURS = ("sennit", "sennit_properties")


@contextlib.contextmanager
def module_of(path: Path) -> Iterator[ModuleType]:
    """The module that the file makes. Inside the context, its own imports work; afterwards no trace of it is left.

    Imports are looked for beside the file, and in `model` and `properties` of the project it belongs to. Raises
    Misuse, with file and line, for whatever goes wrong in it.
    """
    file = path.resolve()
    digest = hashlib.sha256(os.fsencode(file)).hexdigest()[:12]
    # The last part names the owner of theorems; the first keeps two files of one name apart.
    name = f"sennit_file_{digest}.{path.stem.replace('.', '_')}"
    roots = project_roots(file)
    path_before, modules_before = list(sys.path), set(sys.modules)
    sys.path[:0] = [str(root) for root in roots]
    try:
        with as_error_here(path), contextlib.redirect_stdout(sys.stderr):
            module = _executed(file, path, name)
        yield module
    finally:
        sys.path[:] = path_before
        for loaded in [m for m in sys.modules if m not in modules_before]:
            if loaded == name or _lies_in(sys.modules[loaded], roots):
                del sys.modules[loaded]


def sources(path: Path) -> dict[str, bytes]:
    """The file first, then the files of the modules that it imports from its project, by path below one folder.

    Written into an empty folder elsewhere, they read as they do here. Raises Misuse where the file cannot be read.
    """
    file = path.resolve()
    if file.suffix != ".py":
        return {file.name: file.read_bytes()}
    roots = project_roots(file)
    with module_of(path):
        modules = [module for module in list(sys.modules.values()) if _lies_in(module, roots)]
        files = dict.fromkeys([file, *(Path(str(module.__file__)).resolve() for module in modules)])
    base = Path(os.path.commonpath(roots))
    found = {str(one.relative_to(base)): one.read_bytes() for one in files if one.is_relative_to(base)}
    if len(roots) > 1:  # what makes it a project, and its roots be found
        found |= {"pyproject.toml": b"", **{str(base.joinpath(r, ".keep").relative_to(base)): b"" for r in roots}}
    return found


def project_roots(file: Path) -> list[Path]:
    """The file's folder, and `model` and `properties` beside the nearest pyproject.toml above that has both."""
    roots = [file.parent]
    for folder in file.parents:
        if (folder / "pyproject.toml").is_file():
            both = [folder / "model", folder / "properties"]
            roots += [root for root in both if all(r.is_dir() for r in both) and root != file.parent]
            break
    return roots


@contextlib.contextmanager
def as_error_here(path: Path) -> Iterator[None]:
    """Whatever is raised inside becomes a Misuse of one line: file, line, and what is wrong."""
    try:
        yield
    except SyntaxError as error:
        raise Misuse(
            f"{shown_path(path if error.filename is None else Path(error.filename))}:{error.lineno or 1}: "
            f"this is no Python: {error.msg}"
        ) from error
    except Misuse as error:
        place = _place(error, path)
        raise Misuse(f"{place}: {_line(error)}" if place else _line(error)) from error
    except RecursionError as error:
        raise Misuse(f"{_place(error, path) or shown_path(path)}: recursion without end") from error
    except SystemExit as error:
        raise Misuse(f"{_place(error, path) or shown_path(path)}: it calls exit() while it is read") from error
    except Exception as error:
        where = _place(error, path) or shown_path(path)
        raise Misuse(f"{where}: {type(error).__name__}: {_line(error)}") from error


def shown_path(path: Path) -> str:
    """The path from the current folder, where it lies below; else as it is."""
    absolute = Path(os.path.normpath(path.absolute()))
    try:
        return str(absolute.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(absolute)


def _executed(file: Path, path: Path, name: str) -> ModuleType:
    try:
        source = file.read_bytes()
        tree = ast.parse(source, str(file))
    except OSError as error:
        raise Misuse(f"{shown_path(path)} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Misuse(f"{shown_path(path)} is no Python: {_line(error)}") from error
    _refuse_hidden(tree, path)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and typing look their module up
    exec(compile(tree, str(file), "exec"), vars(module))
    return module


def _refuse_hidden(tree: ast.Module, path: Path) -> None:
    """Two claims of one name would leave only the second, and nobody would miss the first."""
    first: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            if node.name in first:
                where = f"{shown_path(path)}:{node.lineno}"
                raise Misuse(f"{where}: a second {node.name} hides the one of line {first[node.name]}: rename it")
            first[node.name] = node.lineno


def _place(error: BaseException, path: Path) -> str:
    """The innermost line of the user's own code; empty where the error did not pass through any."""
    folders = [str(root) + os.sep for root in project_roots(path.resolve())]
    own = str(Path(__file__).resolve().parents[1]) + os.sep
    chain = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    for link in reversed(chain):  # what a rule's body raised is the cause of what the class around it raised
        for frame in reversed(traceback.extract_tb(link.__traceback__)):
            file = frame.filename
            mine = any(file.startswith(folder) for folder in folders) and not file.startswith(own)
            if mine and "site-packages" not in file:
                return f"{shown_path(Path(file))}:{frame.lineno}"
    return ""


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or "no reason given"


def _lies_in(module: ModuleType | None, roots: list[Path]) -> bool:
    """Whether a module was loaded from the user's folders; parts of Sennit itself stay, wherever they lie."""
    file = getattr(module, "__file__", None)
    if module is None or not isinstance(file, str) or module.__name__.split(".")[0] in _OURS:
        return False
    return any(file.startswith(str(root) + os.sep) for root in roots) and "site-packages" not in file
