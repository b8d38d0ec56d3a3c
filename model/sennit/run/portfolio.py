"""Chooses engines for a question and asks them in turn until one decides."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from sennit.budget import Budget
from sennit.claim import Answer, Question
from sennit.errors import Misuse, did_you_mean
from sennit.ledger import Disagreement
from sennit.verdict import By, Verdict, unknown

Check: TypeAlias = Callable[[Question, Budget], Verdict]
Turn: TypeAlias = tuple[str, float]  # an engine, and its share of the time that is left

_SMALL = 300_000  # states that the domains allow; the explorer is through in seconds
_OVER = 0.6  # seconds past its time after which an engine is reminded
_AGAIN = 1.0  # seconds between two reminders, in which an engine says how far it is
_LEAST = 0.05  # seconds below which no engine is worth starting
EXPLORE: Final = "explore"
INDUCTION: Final = "induction"
BMC: Final = "bmc"
STATEFUL: Final = "stateful"
MINING: Final = "mining"
IC3: Final = "ic3"
SPACER: Final = "spacer"
EVERYSIZE: Final = "everysize"
LIVENESS: Final = "liveness"
TO_SAFETY: Final = "to_safety"
_USUAL: Final = (EXPLORE, INDUCTION, MINING, IC3, SPACER, BMC, STATEFUL, LIVENESS, TO_SAFETY)


def check(question: Question, budget: Budget, engines: Sequence[str] | None = None) -> list[Verdict]:
    """The verdicts of the engines in the order they were asked. Only the last one can be a complete answer."""
    return list(verdicts(question, budget, engines))


def verdicts(question: Question, budget: Budget, engines: Sequence[str] | None = None) -> Iterator[Verdict]:
    """Each verdict as it comes; ends with the first complete answer, or with the time or the engines.

    `engines` restricts the choice, each with an equal share of the time. An engine that stopped of itself before its
    time was up has said what it can, and is not asked again.
    """
    turns = plan(question) if engines is None else [(name, 1 / (len(engines) - i)) for i, name in enumerate(engines)]
    finished: set[str] = set()
    for number, (engine, share) in enumerate(turns):
        seconds = None if budget.seconds is None else budget.left() * share
        if engine in finished or (number > 0 and seconds is not None and seconds < _LEAST):
            continue
        turn = replace(budget, seconds=seconds, started=time.monotonic())
        verdict = _ask(engine, question, turn)
        yield verdict
        if verdict.answer in (question.reached, question.unreachable):
            return
        if not turn.over():
            finished.add(engine)


def plan(question: Question) -> list[Turn]:
    """Who is asked, in which order, with which share of what is left.

    A machine without rules is a formula, and induction asks whether it is true. One whose domains are small is explored
    first, to the end. A larger finite one gets a short exploration first, since what can be reached is often little of
    what the domains allow, then engines that prove: induction, which is the quickest where its lemmas suffice, and
    those that find invariants; then a long exploration. Where a counterexample or a witness is expected, engines that
    search come first.
    """
    machine = question.machine
    if question.every_size:
        return [(EVERYSIZE, 1.0)]
    if question.live:
        return [(LIVENESS, 0.6), (TO_SAFETY, 1.0)]
    small = machine.finite and (machine.state_bound or 0) <= _SMALL
    if not machine.rules:
        return [(INDUCTION, 0.5), *([(EXPLORE, 0.6)] if small else []), (BMC, 1.0)]
    if small:
        return [(EXPLORE, 0.8), (INDUCTION, 0.4), (IC3, 0.5), (BMC, 0.7), (STATEFUL, 1.0)]
    if _searches(question):
        if not machine.finite:
            return [(BMC, 0.5), (STATEFUL, 0.5), (INDUCTION, 0.5), (SPACER, 1.0)]
        return [(EXPLORE, 0.3), (BMC, 0.4), (STATEFUL, 0.4), (INDUCTION, 0.3), (IC3, 0.4), (EXPLORE, 1.0)]
    if machine.finite:
        proofs = [(INDUCTION, 0.2), (MINING, 0.25), (IC3, 0.4)]
        return [(EXPLORE, 0.2), *proofs, (EXPLORE, 0.7), (BMC, 0.7), (STATEFUL, 1.0)]
    # What induction proves it proves soon. There may be little to explore all the same, and what is false may be deep.
    return [(INDUCTION, 0.05), (EXPLORE, 0.1), (INDUCTION, 0.3), (SPACER, 0.5), (BMC, 0.7), (STATEFUL, 1.0)]


def available() -> list[str]:
    """The names of the engines that are there, those of the usual order first. Imports none of them."""
    package = importlib.import_module("sennit.engines")
    files = sorted(file for folder in package.__path__ for file in Path(folder).glob("*.py"))
    found = [
        file.stem for file in files if "\ndef check(question: Question, budget: Budget)" in file.read_text("utf-8")
    ]
    return [name for name in _USUAL if name in found] + [name for name in found if name not in _USUAL]


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The engines of these names, each once. Raises Misuse for an unknown one."""
    known = available()
    for name in names:
        if name not in known:
            raise Misuse(f"there is no engine {name!r}{did_you_mean(name, known)}")
    return tuple(dict.fromkeys(names))


def _searches(question: Question) -> bool:
    """Whether a run that decides the question is expected to exist."""
    off = [switch for switch in question.claim.rests_on if not dict(question.machine.settings)[switch]]
    return question.claim.expect in (Answer.FAILS, Answer.SEEN) or bool(off)


def _ask(engine: str, question: Question, budget: Budget) -> Verdict:
    """The engine's verdict. One that raises has not decided, and the verdict says what it raised.

    Raises Disagreement where solvers contradict each other, which no verdict can say.
    """
    if question.every_size and engine != EVERYSIZE:
        return unknown(
            question, f"it answers at given sizes, and {EVERYSIZE} for every size", By(engine, budget.spent())
        )
    last = [""]

    def hear(text: str) -> None:
        last[0] = text.partition(": ")[2] or text
        budget.progress(text)

    try:
        with _in_time(budget) as rung:
            verdict = _engine(engine)(question, replace(budget, progress=_named(engine, hear)))
        return verdict if not rung else _said_in_time(verdict, budget)
    except OverTime:
        reached = f", at {last[0]}" if last[0] else ""
        why = f"{_used_up(budget)}{reached}"
    except Disagreement:
        raise
    except Misuse as error:
        why = str(error)
    except ModuleNotFoundError as error:
        why = f"the engine needs {error.name}, which is not installed"
    except MemoryError:
        why = "out of memory"
    except Exception as error:
        if os.environ.get("SENNIT_TRACEBACK"):
            traceback.print_exc()
        why = f"a bug in Sennit, {type(error).__name__}: {error} (SENNIT_TRACEBACK=1 shows where)"
    return unknown(question, " ".join(why.split()), By(engine, budget.spent()))


class OverTime(KeyboardInterrupt):
    """An engine is past its time; those that hear of Ctrl-C say how far they are, as then."""


def remind(seconds: float) -> None:
    """Has whatever engine is asked in this thread reminded in so many seconds, and again each second."""
    if signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN, None):  # somebody is being asked
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN)


@contextlib.contextmanager
def _in_time(budget: Budget) -> Iterator[list[bool]]:
    """Reminds an engine that is past its time and does not look at the clock. What it yields is true once it has.

    Formulas are built, and evidence is written, in steps that may be long, so each engine gets a little more than its
    time. What is raised where Python lets nothing through, as in a finalizer, is lost: hence the reminding goes on.
    Only the main thread can be reminded.
    """
    rung: list[bool] = []
    if threading.current_thread() is not threading.main_thread():
        yield rung
        return

    def ring(*_: object) -> None:
        rung.append(True)
        raise OverTime

    before = signal.signal(signal.SIGALRM, ring)
    try:
        if budget.seconds is not None:
            remind(budget.left() + _OVER)
        yield rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _said_in_time(verdict: Verdict, budget: Budget) -> Verdict:
    """What an engine says that was reminded: it takes that for Ctrl-C."""
    return replace(verdict, why=verdict.why.replace("interrupted", _used_up(budget)))


def _used_up(budget: Budget) -> str:
    return f"the {budget.seconds or 0.0:.3g} s are used up"


def _engine(name: str) -> Check:
    """The `check` of an engine. A dotted name is a module anywhere; a plain one lies in sennit.engines."""
    module = importlib.import_module(name if "." in name else f"sennit.engines.{name}")
    check: Check = module.check
    return check


def _named(engine: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    name = engine.rpartition(".")[2]
    return lambda text: progress(f"{name}: {text}")
