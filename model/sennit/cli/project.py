"""The project that a command is run in: its files with claims, and the names in them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from sennit.claim import Settings
from sennit.errors import Misuse
from sennit.run.suite import NoClaims, NoSuchClaim, Suite, load, parts
from sennit.run.userfile import shown_path


def suites_of(target: str, at: Sequence[Settings], own: Sequence[Path] | None) -> list[Suite]:
    """What `target` names: a System or claim in the project's own `files` before one that is shipped. Raises Misuse."""
    base, wanted, _ = parts(target)
    found: list[Suite] = []
    if own and not wanted and "/" not in base and not base.endswith((".py", ".graphml")):
        for file in own:
            try:
                found.append(load(f"{file}::{target}", at))
            except (NoClaims, NoSuchClaim):
                continue
    return found or [load(target, at)]


def files(folder: Path) -> list[Path] | None:
    """The files that may have claims, of the nearest project above with `[tool.sennit]`; None outside of any.

    Raises Misuse where its pyproject.toml cannot be read or names no folder.
    """
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            settings = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("sennit")
        except (OSError, ValueError) as error:
            raise Misuse(f"{shown_path(file)} cannot be read: {error}") from error
        if settings is None or (isinstance(settings, dict) and settings.keys() == {"signers"}):
            continue  # who may sign a ledger says nothing of where claims lie
        name = settings.get("properties", "properties") if isinstance(settings, dict) else None
        if not isinstance(name, str) or not (parent / name).is_dir():
            raise Misuse(f"{shown_path(file)}: properties = {name!r} under [tool.sennit] names no folder beside it")
        return [path for path in sorted((parent / name).rglob("*.py")) if not path.name.startswith("_")]
    return None
