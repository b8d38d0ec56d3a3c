"""`sennit schema`: the schema of what `sennit check --json` prints."""

from __future__ import annotations

from importlib import resources
from typing import Final

from sennit.cli.writing import write_line

HELP: Final = """Print the JSON Schema (2020-12) that the output of `sennit check --json` keeps to.

\b
Its $id ends in a number, which changes when a reader of the old form would not understand the new one.
"""


def schema() -> None:
    """Print the JSON Schema that the output of `sennit check --json` keeps to."""
    file = resources.files("sennit.show") / "schema" / "check.schema.json"
    write_line(file.read_text("utf-8").rstrip("\n"))
