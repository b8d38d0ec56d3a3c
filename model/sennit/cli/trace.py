"""`sennit trace`: counterexamples and witnesses, shown, replayed and handed to other tools."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.check import asked
from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse, did_you_mean

if TYPE_CHECKING:  # what runs claims is loaded when one is to be run
    from sennit.claim import Question
    from sennit.run.asking import Ask
    from sennit.run.suite import Suite
    from sennit.verdict import Verdict

_SHOWN: Final = ("text", "mermaid", "markdown")
_EXPORTED: Final = ("itf", "json", "mermaid", "markdown")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

_SHOW: Final = """Show the trace of a claim, step by step: who does what, and what changes.

\b
sennit trace show DieHard.never_four            run the claim, show its counterexample or witness
sennit trace show Lock.mutex --without guarded  the attack that appears without this switch
sennit trace show mine.py::Gate.alone --at car=3
sennit trace show saved.json                    a trace that was exported as JSON

\b
Exit codes: 0 shown · 1 the claim has no trace, or a saved one no longer replays · 2 misuse · 3 not decided
"""

_REPLAY: Final = """Replay a saved trace on the specification as it is now.

\b
Exit codes: 0 it replays and shows what it did · 1 it does not · 2 the file or its specification cannot be read
"""

_EXPORT: Final = """Write the trace of a claim for other tools, or for later.

\b
json      what `sennit trace replay` reads: it names its claim, and notices when that has changed
itf       the Informal Trace Format of other model checkers' viewers
mermaid   a sequence diagram by actor; markdown: a table
"""

Claim = Annotated[str, typer.Argument(metavar="CLAIM|FILE.json", help="A claim, or a trace saved as JSON.")]
At = Annotated[str | None, typer.Option(metavar="SIZE=N", help="Sizes and switches, as in client=5,guarded=off.")]
Without = Annotated[str | None, typer.Option(metavar="SWITCH", help="Run the claim with this switch off.")]
Engine = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Ask this engine alone; repeatable.")]
Seconds = Annotated[float, typer.Option("--budget", metavar="SECONDS", help="Time to find a trace.")]
Seed = Annotated[int, typer.Option(metavar="N", help="For random choices.")]


@app.callback()
def trace() -> None:
    """Show, replay and export counterexamples and witnesses."""


@app.command(help=_SHOW, short_help="Show a trace, step by step.")
def show(
    claim: Claim,
    at: At = None,
    without: Without = None,
    form: Annotated[str, typer.Option("--format", metavar="|".join(_SHOWN), help="How to show it.")] = "text",
    engine: Engine = None,
    budget: Seconds = 30.0,
    seed: Seed = 0,
) -> None:
    """Show a trace, step by step."""
    _one_of(form, _SHOWN)
    verdict, _ = _verdict(claim, at, without, engine, budget, seed)
    write_line("\n".join(_text(verdict, form, _width())))


@app.command(help=_REPLAY, short_help="Replay a saved trace on the specification as it is now.")
def replay(file: Annotated[Path, typer.Argument(metavar="FILE.json", help="A trace saved as JSON.")]) -> None:
    """Replay a saved trace on the specification as it is now."""
    from sennit.run import saved
    from sennit.run.suite import title
    from sennit.run.words import for_ever
    from sennit.trace import NotATrace

    changed = False
    try:
        found = saved.read(file)
        changed = found.changed
        found.replay()
    except NotATrace as error:
        reason = "; the specification has changed since it was saved" if changed else ""
        write_line(f"{file}: does not replay: {' '.join(str(error).split())}{reason}")
        raise typer.Exit(1) from None
    how = f"in {len(found.trace)} steps" if found.trace.loop is None else for_ever(found.trace)
    note = " (the specification has changed since it was saved, and the trace is still one of it)" if changed else ""
    note = note or (" (the claim's statement has other words now)" if found.restated else "")
    write_line(f"{file}: replays: {title(found.question)} {found.question.reached.name} {how}{note}")


@app.command(help=_EXPORT, short_help="Write a trace for other tools, or for later.")
def export(
    claim: Claim,
    form: Annotated[str, typer.Option("--format", metavar="|".join(_EXPORTED), help="What to write.")] = "json",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: stdout.")] = None,
    at: At = None,
    without: Without = None,
    engine: Engine = None,
    budget: Seconds = 30.0,
    seed: Seed = 0,
) -> None:
    """Write a trace for other tools, or for later."""
    _one_of(form, _EXPORTED)
    folder = None if output is None else output.absolute().parent
    if output is not None and folder is not None and (output.is_dir() or not folder.is_dir()):
        raise Misuse(f"-o {output}: " + ("that is a folder" if output.is_dir() else "there is no such folder"))
    verdict, target = _verdict(claim, at, without, engine, budget, seed)
    lines = _exported(verdict, target, form, folder)
    if output is None:
        write_line("\n".join(lines))
    else:
        write_whole(output, "\n".join(lines) + "\n")


def _exported(verdict: Verdict, target: str, form: str, folder: Path | None) -> list[str]:
    if form == "itf":
        from sennit.show.itf import to_itf

        return [json.dumps(to_itf(verdict), indent=1, ensure_ascii=False)]
    if form == "json":
        from sennit.run.saved import to_data

        return [json.dumps(to_data(verdict, target, folder), indent=1, ensure_ascii=False)]
    return _text(verdict, form, 100)


def _text(verdict: Verdict, form: str, width: int) -> list[str]:
    from sennit.show.mermaid import diagram
    from sennit.show.text import explained, markdown

    if form == "mermaid":
        return diagram(verdict)
    return markdown(verdict) if form == "markdown" else explained(verdict, width)


def _verdict(
    claim: str, at: str | None, without: str | None, engine: Sequence[str] | None, budget: float, seed: int
) -> tuple[Verdict, str]:
    """The verdict with its trace, and what it is about. Exits where there is none, saying so."""
    if claim.endswith(".json"):
        if at or without:
            raise Misuse(f"{claim} has its own sizes and switches: leave --at and --without away")
        return _saved(Path(claim))
    ask = asked(engine, [at] if at else None, budget, None, seed)
    suite, question = _question(claim, ask, without)
    verdict, line = _run(suite, question, ask)
    if verdict.trace is not None:
        return verdict, suite.target
    decided = verdict.answer is question.unreachable
    hint = ""
    if question.claim.rests_on and without is None and decided:
        hint = f"; --without {question.claim.rests_on[0]} shows what happens without it"
    write_line(f"sennit: there is no trace: {line}{hint}", sys.stderr)
    raise typer.Exit(1 if decided else 3)


def _saved(path: Path) -> tuple[Verdict, str]:
    from sennit.run import saved
    from sennit.trace import NotATrace
    from sennit.verdict import By, reached

    try:
        found = saved.read(path)
        return replace(reached(found.question, found.trace, By("saved")), trace=found.trace), found.target
    except NotATrace as error:
        write_line(f"sennit: {path} does not replay: {' '.join(str(error).split())}", sys.stderr)
        raise typer.Exit(1) from None


def _question(claim: str, ask: Ask, without: str | None) -> tuple[Suite, Question]:
    """The suite at the sizes of the one question that is meant, and the question."""
    from sennit.cli.project import files, suites_of
    from sennit.run.suite import parts

    suite, *others = suites_of(claim, [dict(settings) for settings in ask.at], files(Path.cwd()))
    if others:
        raise Misuse(f"{claim} is in {suite.name} and in {others[0].name}: name one, as in {suite.name}::{claim}")
    base, wanted, _ = parts(claim)
    name = wanted or base
    unsaid = name.rpartition(".")[2] != "in_range"  # the claim that every System has, where nobody asked for it
    every = [a.question for a in suite.asked if not (a.without or (unsaid and a.question.claim.name == "in_range"))]
    meant = [q for q in every if name in (q.claim.id, q.claim.name)] or every
    claims = list(dict.fromkeys(question.claim.id for question in meant))
    if len(claims) > 1:
        raise Misuse(
            f"{claim} has {len(claims)} claims, and a trace belongs to one: name it, as in {_named(claim, claims)}"
        )
    question = meant[0]
    settings = dict(question.machine.settings)
    if without is not None:
        switches = [n for n, v in settings.items() if isinstance(v, bool)]
        if without not in switches:
            raise Misuse(f"{question.claim.id} has no switch {without!r}{did_you_mean(without, switches)}")
        settings[without] = False
        question = question.claim.question(settings)
    return suite, question


def _named(claim: str, claims: Sequence[str]) -> str:
    return f"{claim}::{claims[0]}" if claim.endswith((".py", ".graphml")) else claims[0]


def _run(suite: Suite, question: Question, ask: Ask) -> tuple[Verdict, str]:
    """The settled verdict on one question, and the line that says it."""
    from sennit.cli.progress import Shown
    from sennit.run.asking import run
    from sennit.run.suite import Asked, parts
    from sennit.run.workers import Pool

    settings = question.machine.settings
    base, wanted, _ = parts(suite.target)
    target = f"{base}::{wanted}" if wanted else base
    alone = replace(suite, target=target, asked=(Asked(question, None),))
    with Shown(lines=False) as shown, Pool(1) as pool:
        report = run(
            [alone], replace(ask, at=(settings,) if settings else (), evidence=False, survey=False), pool, shown
        )
    if report.interrupted:
        raise KeyboardInterrupt
    (result,) = report.results
    return result.verdict, result.line()


def _one_of(form: str, forms: Sequence[str]) -> None:
    if form not in forms:
        raise Misuse(f"--format {form}: there is {', '.join(forms)}")


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
