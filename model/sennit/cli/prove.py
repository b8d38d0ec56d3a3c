"""`sennit prove`: asks every claim with time to spare, and writes what was shown into a ledger that others re-check."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.errors import Misuse

if TYPE_CHECKING:  # what proves is loaded when something is to be proved
    from sennit.cli.progress import Shown
    from sennit.record.prove import Proved, Sign
    from sennit.run.suite import Suite

HELP: Final = """Prove what is claimed, and write the ledger that `sennit audit` re-checks.

\b
sennit prove                          the suites of this project, or else all that are shipped, into proofs/
sennit prove two_phase --out mine     one suite; a ledger that is there already keeps what it has
sennit prove claims.py                a file of your own
sennit prove --sign release.key       and sign the whole; `sennit key new` makes a key

\b
A claim whose questions are on file is not asked again, so a run that was killed goes on where it was.
HOLDS and NEVER are written once their certificate has passed a second opinion, and not before.

\b
Exit codes: 0 every answer is the expected one · 1 some answer is another · 2 misuse
            3 some answer is undetermined · 130 interrupted
"""


def prove(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME|FILE.py]...", show_default=False, help="Suites to prove.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The ledger's folder.")] = Path("proofs"),
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="Time for each question.")] = 120.0,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="Processes. Default: one a core.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="For random choices.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what is on file already.")] = False,
    sign: Annotated[Path | None, typer.Option(metavar="KEYFILE", help="Sign the ledger with this key.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what is not as expected, and the sum.")] = False,
) -> None:
    """Prove what is claimed, and write the ledger that `sennit audit` re-checks."""
    from sennit.cli.check import asked
    from sennit.cli.progress import Shown
    from sennit.record.checking import Checks
    from sennit.record.prove import prove as proved
    from sennit.run.workers import Pool

    ask, count = asked(None, None, budget, None, seed), processes(jobs)
    signing = None if sign is None else signer(sign)
    if out.exists() and not out.is_dir():
        raise Misuse(f"{out} is no folder: name one with --out")
    with Shown(quiet=quiet) as shown:
        suites = _suites(names or (), out, shown)
        with Pool(count) as pool, Checks(count) as checks:
            result = proved(suites, out, ask, pool, checks, shown, fresh=fresh, sign=signing)
    raise typer.Exit(_sum_up(result, out, shown))


def processes(jobs: int | None) -> int:
    """How many to use: as asked, or one a core. Raises Misuse for less than one."""
    if jobs is not None and jobs < 1:
        raise Misuse(f"--jobs {jobs}: a number of processes is at least 1")
    return jobs or os.cpu_count() or 1


def signer(path: Path) -> Sign:
    """Signs with the key in a file. Raises Misuse where it holds none."""
    import base64

    from sennit.record.book import Signature
    from sennit.reference import ed25519

    seed = ed25519.read_key(path)

    def sign(message: bytes) -> Signature:
        parts = (ed25519.public_key(seed), ed25519.sign(seed, message))
        return Signature(*(base64.b64encode(part).decode("ascii") for part in parts))

    return sign


def _suites(names: Sequence[str], folder: Path, shown: Shown) -> list[Suite]:
    """The suites of these names, and those that the ledger is about already; shipped ones first, in their order."""
    from sennit.cli.project import files
    from sennit.record.book import Book
    from sennit.run.suite import NoClaims, load, shipped

    own = files(Path.cwd())
    targets = [_target(name) for name in names] or (shipped() if own is None else [str(file) for file in own])
    known = Book.read(folder).genesis.suites if (folder / "genesis.json").is_file() else ()
    there = {Path(target).name for target in targets}
    targets += [_file(suite, own or ()) for suite in known if suite not in there]
    order = [name for name in shipped() if name in targets] + [name for name in targets if name.endswith(".py")]
    suites: list[Suite] = []
    for number, target in enumerate(dict.fromkeys(order), 1):
        shown.reading(target, number, len(order))
        try:
            suites.append(load(target))
        except NoClaims:
            if names:
                raise
    if not suites:
        raise Misuse("no file of this project has claims: write one in its properties/")
    return suites


def _target(name: str) -> str:
    """A name as a suite's target. Raises Misuse for what is less than a suite: a ledger has whole ones."""
    from sennit.errors import did_you_mean
    from sennit.run.suite import shipped

    if (name.endswith(".py") and "::" not in name) or name in shipped():
        return name
    raise Misuse(f"{name!r} is neither a shipped suite nor a .py file{did_you_mean(name, shipped())}")


def _file(suite: str, own: Sequence[Path]) -> str:
    """The target of a suite that the ledger is about. Raises Misuse where its file is not known."""
    if not suite.endswith(".py"):
        return suite
    for file in own:
        if file.name == suite:
            return str(file)
    raise Misuse(f"the ledger is about {suite} too: name that file as well, or choose another folder with --out")


def _sum_up(result: Proved, folder: Path, shown: Shown) -> int:
    from sennit.claim import Answer
    from sennit.record.entry import PROVED
    from sennit.run.words import counted, listed, plain

    code = result.report.exit_code
    answers = {said.question: said for entry in result.entries for said in entry.answers}
    refused = [
        answers[r.asked.id]
        for r in result.report.results
        if r.verdict.answer in PROVED and r.asked.id in answers and answers[r.asked.id].answer is Answer.UNKNOWN
    ]
    for said in refused:
        shown.paragraph(f"{said.question} is UNKNOWN: {plain(said.why)}", "red")
        code = code or 1
    first, *more = result.report.summary()
    shown.paragraph(first, {0: "green", 1: "red"}.get(code, "yellow"))
    for line in more:
        shown.paragraph(line)
    state = "complete" if not result.missing else f"unfinished, without {listed(list(result.missing))}"
    shown.paragraph(
        f"{folder}: {counted(len(result.entries), 'claim')} on file, {result.kept} of them from before; {state}"
    )
    sys.stdout.flush()
    return code or (3 if result.missing else 0)
