"""`sennit audit`: re-checks a ledger from its files.

`--json` prints one document:

    {"exit_code": 0 | 1 | 3, "ledger": folder, "entries": count, "answers": count, "certificates": count re-checked,
     "traces": count replayed, "finished": bool, "signer": fingerprint | null,
     "faults": [{"where": file or question, "what": sentence}], "notes": [sentence], "seconds": number}
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.writing import write_line
from sennit.errors import Misuse

if TYPE_CHECKING:  # what audits is loaded when something is to be audited
    from sennit.record.audit import Audit
    from sennit.record.book import Book
    from sennit.run.suite import Suite

HELP: Final = """Re-check a ledger: digests, certificates, traces, assumptions, signature, and the braid of its entries.

\b
sennit audit                          the ledger in proofs/
sennit audit theirs --signer "$F"     another one, which must be signed by the key of that fingerprint
sennit audit --no-recompute           ask nothing again where the ledger keeps no more than a number of states
sennit audit mine --file claims.py    a ledger about a file of your own

\b
Nothing is believed because the ledger says so. Specifications are those of the Sennit that you run.
Accepted signers stand under [tool.sennit] in the pyproject.toml above you: signers = ["FINGERPRINT"].

\b
Exit codes: 0 everything checks · 1 something does not · 2 misuse, or no ledger
            3 what is there checks, and it is unfinished
"""


def audit(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The ledger's folder.")] = Path("proofs"),
    recompute: Annotated[
        bool, typer.Option("--recompute/--no-recompute", help="Run again what only a run re-checks.")
    ] = True,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="Time for each question asked again.")] = 300.0,
    signer: Annotated[
        list[str] | None, typer.Option(metavar="FINGERPRINT", help="Whose signature it must bear. Repeatable.")
    ] = None,
    file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE.py", help="A file that the ledger is about. Repeatable.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="Processes. Default: one a core.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Re-check a ledger: digests, certificates, traces, assumptions, signature, and the braid of its entries."""
    from sennit.cli.prove import processes
    from sennit.record.audit import audit as audited
    from sennit.record.book import Book
    from sennit.record.checking import Checks

    if not 0 < budget < float("inf"):
        raise Misuse(f"--budget {budget:g}: a budget is a number of seconds above 0")
    accepted = [_fingerprint(text) for text in signer] if signer else _accepted(Path.cwd())
    book = Book.read(folder)
    with Checks(processes(jobs)) as checks:
        result = audited(
            book,
            _suites(book, file or ()),
            checks,
            accepted,
            must_be_signed=bool(signer),
            recompute=budget if recompute else None,
            progress=_progress,
        )
    if missing := _not_covered(book):
        result = replace(result, notes=(*result.notes, f"it is not about {', '.join(missing)}, shipped with Sennit"))
    code = 1 if result.faults else 0 if result.finished else 3
    if as_json:
        write_line(json.dumps(_data(result, folder, code), indent=1))
    else:
        _show(result, folder)
    raise typer.Exit(code)


def _show(result: Audit, folder: Path) -> None:
    from sennit.run.words import counted, duration, plain

    for fault in result.faults:
        _coloured(plain(str(fault)), typer.colors.RED)
    for note in result.notes:
        write_line(f"note: {plain(note)}")
    if result.signer is not None:
        write_line(f"signed by {result.signer}")
    looked = (
        f"{counted(result.entries, 'claim')}, {counted(result.answers, 'answer')}: "
        f"{counted(result.certificates, 'certificate')} re-checked, {counted(result.traces, 'trace')} replayed"
    )
    found = counted(len(result.faults), "fault") if result.faults else "everything checks"
    found += "" if result.finished or result.faults else " so far, and it is unfinished"
    colour = typer.colors.RED if result.faults else typer.colors.GREEN if result.finished else typer.colors.YELLOW
    _coloured(f"{folder}: {looked}; {found}; {duration(result.seconds)}", colour)


def _coloured(text: str, colour: str) -> None:
    write_line(typer.style(text, fg=colour) if sys.stdout.isatty() else text)


def _data(result: Audit, folder: Path, code: int) -> dict[str, object]:
    return {
        "exit_code": code,
        "ledger": str(folder),
        "entries": result.entries,
        "answers": result.answers,
        "certificates": result.certificates,
        "traces": result.traces,
        "finished": result.finished,
        "signer": result.signer,
        "faults": [{"where": fault.where, "what": fault.what} for fault in result.faults],
        "notes": list(result.notes),
        "seconds": round(result.seconds, 3),
    }


def _suites(book: Book, given: Sequence[Path]) -> list[Suite]:
    """Today's suites under the names that the ledger has for them. Code is loaded only from where the user says.

    Raises Misuse for a file that the ledger is about and nobody named. A suite that is shipped no longer is left out:
    its entries are found to be stale.
    """
    from sennit.cli.project import files
    from sennit.run.suite import load, shipped

    known = {file.name: file for file in (*(files(Path.cwd()) or ()), *given)}
    suites: list[Suite] = []
    for name in book.genesis.suites:
        if name.endswith(".py"):
            if name not in known:
                raise Misuse(f"the ledger is about {name}: say where that file is with --file")
            suites.append(load(str(known[name])))
        elif name in shipped():
            suites.append(load(name))
    return suites


def _not_covered(book: Book) -> list[str]:
    """The shipped suites that a ledger about shipped suites leaves out."""
    from sennit.run.suite import shipped

    about = set(book.genesis.suites)
    return [name for name in shipped() if name not in about] if about.intersection(shipped()) else []


def _accepted(folder: Path) -> list[str]:
    """The fingerprints in the nearest pyproject.toml that names any. Raises Misuse where it cannot be read."""
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            signers = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("sennit", {}).get("signers")
        except (OSError, ValueError, AttributeError) as error:
            raise Misuse(f"pyproject.toml cannot be read: {error}") from error
        if signers is not None:
            if not isinstance(signers, list):
                raise Misuse(f"pyproject.toml: signers = {signers!r} under [tool.sennit] is no list of fingerprints")
            return [_fingerprint(str(text)) for text in signers]
    return []


def _fingerprint(text: str) -> str:
    digits = text.strip().lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise Misuse(f"{text!r} is no fingerprint: `sennit key show FILE` prints one, 64 hex digits")
    return digits


def _progress(done: int, total: int) -> None:
    """On a terminal, how far it is."""
    if sys.stderr.isatty():
        end = "\r" if done < total else "\r\x1b[K"
        print(f"{done} of {total} second opinions", end=end, file=sys.stderr, flush=True)
