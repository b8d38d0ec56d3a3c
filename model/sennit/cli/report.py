"""`sennit report`: the ledger as one page to look at, that works from disk and loads nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

HELP: Final = """Write the ledger as one HTML file: claims, scope, attacks to step through, dependencies, assumptions.

\b
sennit report                        proofs/ as report.html
sennit report old/proofs -o old.html

The page repeats what the files say, and loads nothing; `sennit audit` is what re-checks them.
Exit codes: 0 written · 2 the ledger cannot be read, or the file not be written
"""


def report(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The ledger's folder.")] = Path("proofs"),
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Write the ledger as one HTML file."""
    from sennit.cli.writing import write_line, write_whole
    from sennit.run.words import counted, plain
    from sennit.show.html.ledger import read
    from sennit.show.html.page import page

    ledger = read(folder)
    write_whole(output, page(ledger))
    write_line(f"{plain(str(output))}: {counted(len(ledger.entries), 'claim')}; open it in a browser")
