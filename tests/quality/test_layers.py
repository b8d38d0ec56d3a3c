"""Imports point down, and heavy libraries enter only where the architecture lets them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sennit
import sennit_properties

PACKAGE = Path(sennit.__file__).parent
PROPERTIES = Path(sennit_properties.__file__).parent

# Lowest first; a module may import modules of its own layer and of those before it.
LAYERS = (
    (
        "errors",
        "sort",
        "values",
        "meaning",
        "expr",
        "binders",
        "rewrite",
        "every",
        "words",
        "notation",
        "definedness",
        "canonical",
        "budget",
        "trend",
    ),
    ("symmetry", "machine", "orbits", "clock", "declare", "system", "fairness"),
    ("claim",),
    ("trace", "verdict"),
    ("ledger",),
    ("__init__",),
    ("lower", "certificate", "fair_runs"),
    ("engines", "reference"),
    ("protocols",),
    ("run",),
    ("record",),
    ("show",),
    ("cli", "__main__"),
)
# Inside the lowest layer the files read each other; late imports inside functions count too, except this one.
LATE = {("expr", "notation")}  # a formula prints itself
HEAVY = {"z3", "cvc5", "hypothesis", "networkx", "numba", "llvmlite", "numpy", "nacl"}
MAY_BE_HEAVY = {"lower", "engines", "reference"}


def modules() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20, "the test found the package"
    return found


def part(path: Path) -> str:
    """The first name below the package: a file's stem, or its folder."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Every imported module, also those inside functions; `if TYPE_CHECKING` imports are left out."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and isinstance(test.test, ast.Name) and test.test.id == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively: write the full name"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def level(name: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if name in layer)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """No module imports one of a higher layer, and every module has a layer."""
    mine = part(path)
    for imported in imports(path):
        names = imported.split(".")
        if names[0] == "sennit_properties":
            assert mine in ("run", "cli"), f"{path.name} knows claims: {imported}"
        if names[0] != "sennit":
            continue
        theirs = names[1] if len(names) > 1 and (PACKAGE / names[1]).with_suffix(".py").exists() else None
        theirs = theirs or (names[1] if len(names) > 1 and (PACKAGE / names[1]).is_dir() else "__init__")
        if (mine, theirs) in LATE:
            continue
        if mine == "protocols":
            assert theirs in ("__init__", "protocols"), f"{path.name} imports {imported}: protocols use public names"
        elif theirs == "__init__" and mine != "cli":
            assert level(mine) > level("__init__"), f"{path.name} imports the package itself"
        else:
            assert level(theirs) <= level(mine), f"{path.name} ({mine}) imports {imported} from above"


@pytest.mark.parametrize("path", sorted((PACKAGE / "engines").glob("*.py")), ids=lambda p: p.name)
def test_engines_import_neither_each_other_nor_a_protocol(path: Path) -> None:
    """An engine knows machines and claims, and nothing of the other engines."""
    for imported in imports(path):
        assert not imported.startswith(("sennit.engines.", "sennit.protocols")), f"{path.name} imports {imported}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_libraries_stay_below(path: Path) -> None:
    """Solvers, Hypothesis, NetworkX, Numba and PyNaCl are imported in lower/, engines/ and reference/ only."""
    heavy = {name.split(".")[0] for name in imports(path)} & HEAVY
    assert not heavy or part(path) in MAY_BE_HEAVY, f"{path} imports {heavy}"


@pytest.mark.parametrize("path", sorted(PROPERTIES.rglob("*.py")), ids=lambda p: p.name)
def test_properties_use_public_names_and_protocols(path: Path) -> None:
    """Claims are written with what a user has: sennit, its protocols, and each other."""
    for imported in imports(path):
        if imported.startswith("sennit.") and not imported.startswith("sennit.protocols."):
            name = imported.removeprefix("sennit.")
            assert name in sennit.__all__, f"{path.name} imports {imported}"


def test_importing_sennit_loads_the_standard_library_alone() -> None:
    """`import sennit` pulls in no third-party package at all."""
    code = "import sys, sennit; print(' '.join(sorted({m.split('.')[0] for m in sys.modules})))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "sennit" in loaded
    assert not set(loaded) & (HEAVY | {"typer", "rich", "msgspec", "itf_py"})


def test_nothing_makes_a_package_of_a_source_root() -> None:
    """`import model` and `import properties` never work: the roots hold no __init__.py."""
    root = Path(__file__).resolve().parents[2]
    assert (root / "pyproject.toml").exists()
    assert [d for d in ("model", "properties", "proofs") if (root / d / "__init__.py").exists()] == []


def test_no_file_is_longer_than_a_reader_bears() -> None:
    """600 lines at most: past that the design is asking for something."""
    root = Path(__file__).resolve().parents[2]
    files = [p for d in ("model", "properties", "tests", "benchmarks", "examples") for p in (root / d).rglob("*.py")]
    assert len(files) > 30
    assert [(p.name, n) for p in files if (n := len(p.read_text().splitlines())) > 600] == []
