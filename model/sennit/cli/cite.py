"""`sennit cite`: an entry of the ledger in words for a design review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from sennit.errors import Misuse

_FORMS: Final = ("text", "markdown", "bibtex")

HELP: Final = """Quote what the ledger says about a claim: what was shown, for which sizes, on which assumptions.

\b
sennit cite BRAID-1                      by short id, which never changes its meaning
sennit cite TwoPhase.consistent          by claim
sennit cite BRAID-1 --format markdown    for a review; bibtex for a paper

\b
It repeats what the files say, and leaves out nothing that limits it; `sennit audit` is what re-checks them.
Exit codes: 0 quoted · 2 there is no such entry, or the ledger cannot be read
"""


def cite(
    name: Annotated[str, typer.Argument(metavar="CLAIM|ID", help="A claim, or its short id.")],
    form: Annotated[str, typer.Option("--format", metavar="|".join(_FORMS), help="How to write it.")] = "text",
    ledger: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="The ledger. Default: proofs/ here, or above."),
    ] = None,
) -> None:
    """Quote what the ledger says about a claim."""
    from sennit.cli.writing import write_line
    from sennit.record.book import Book
    from sennit.record.cite import bibtex, citation, markdown, text

    if form not in _FORMS:
        raise Misuse(f"--format {form}: there is {', '.join(_FORMS)}")
    cited = citation(Book.read(ledger or _nearest(Path.cwd())), name)
    write_line("\n".join({"text": text, "markdown": markdown, "bibtex": bibtex}[form](cited)))


def _nearest(folder: Path) -> Path:
    """The ledger of the nearest folder that has one; the place for one here where none has."""
    for parent in (folder, *folder.parents):
        if (parent / "proofs" / "genesis.json").is_file():
            return parent / "proofs"
    return folder / "proofs"
