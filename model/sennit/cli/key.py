"""`sennit key`: Ed25519 keys that sign ledgers. A key is never written over, and never into a repository."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from sennit.cli.writing import write_line
from sennit.errors import Misuse

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def key() -> None:
    """Make keys that sign ledgers, and show their fingerprints."""


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key goes; it must not be there yet.")],
) -> None:
    """Make a key, in a file that only you can read, and print its fingerprint."""
    from sennit.reference import ed25519

    _refuse_repository(file)
    public = ed25519.new_key(file)
    write_line(ed25519.fingerprint(public))


@app.command()
def show(file: Annotated[Path, typer.Argument(metavar="FILE", help="A key that `sennit key new` made.")]) -> None:
    """Print the fingerprint of a key: what `sennit audit --signer` takes."""
    from sennit.reference import ed25519

    write_line(ed25519.fingerprint(ed25519.public_key(ed25519.read_key(file))))


def _refuse_repository(file: Path) -> None:
    """Raises Misuse for a place in a Git work tree that Git does not ignore: one commit, and the key is everybody's."""
    place = file.absolute()
    folder = place.parent.resolve()
    if not folder.is_dir():
        raise Misuse(f"{file} cannot be written: there is no folder {file.parent}")
    tree = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if tree is None:
        return
    command = ["git", "-C", str(tree), "check-ignore", "--quiet", str(folder / place.name)]
    try:
        ignored = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        ignored = False
    if not ignored:
        raise Misuse(f"{file} lies in a Git work tree: keep keys elsewhere, as in ~/.config/sennit/release.key")
