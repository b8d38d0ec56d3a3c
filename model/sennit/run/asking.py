"""Asks all questions of suites, and settles what the answers together establish."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from sennit.claim import Answer, Claim, Settings
from sennit.errors import Misuse
from sennit.ledger import settle
from sennit.run import caveats, coverage, portfolio
from sennit.run.coverage import Coverage
from sennit.run.probes import engines_for
from sennit.run.report import NOBODY, Group, Report, Result
from sennit.run.second import Row, answered, kept
from sennit.run.suite import Asked, Suite, load, suite_of
from sennit.run.vacuity import Survey, Surveyor
from sennit.run.worker import Task
from sennit.run.workers import Done, Running
from sennit.trace import NotATrace
from sennit.verdict import By, Verdict, unknown

_CONDITIONAL = (Answer.HOLDS, Answer.NEVER, Answer.BOUNDED)
_TICK = 0.1  # seconds between two looks at what goes on
_HEARD = 1.0  # seconds after Ctrl-C in which an engine says how far it is
_NOT_BEGUN = "interrupted before it was begun"
_PROBE = 5.0  # seconds for each question of a survey, where nobody asks for more


@dataclass(frozen=True)
class Ask:
    """How to ask: which engines, for how many seconds a question, how deep, from which seed, at which sizes.

    Without `evidence`, closed sets come back as counts: enough to report, not enough to keep as a certificate. `keep`
    is a folder in which big searches keep what they have reached, so that one that was killed goes on from there.
    A `survey` looks for what makes answers worth less than they look; a `strict` one takes the time it needs, and what
    it finds is an error. From so many `seeds`, each solver is asked once more for every proof that rests on one. With
    `coverage`, each System is searched once more at each of its sizes, to count how often each rule fires.
    """

    engines: tuple[str, ...] | None = None
    seconds: float | None = 30.0
    depth: int | None = None
    seed: int = 0
    at: tuple[tuple[tuple[str, int], ...], ...] = ()
    evidence: bool = True
    keep: str | None = None
    survey: bool = True
    strict: bool = False
    seeds: int = 0
    coverage: bool = False


class Watch(Protocol):
    """Who wants to know meanwhile. Results come in the order of the suites, each once it is final."""

    def suite(self, suite: Suite) -> None:
        """The results that follow belong to this suite."""

    def result(self, result: Result) -> None:
        """One result is final."""

    def tick(self, running: Sequence[Running], done: int, total: int) -> None:
        """This is going on; called several times a second."""


class Unwatched:
    """Nobody wants to know."""

    def suite(self, suite: Suite) -> None:
        """Nothing."""

    def result(self, result: Result) -> None:
        """Nothing."""

    def tick(self, running: Sequence[Running], done: int, total: int) -> None:
        """Nothing."""


class Hands(Protocol):
    """Whoever does the work: processes, or this one. `interrupted` is set by Ctrl-C."""

    interrupted: bool

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Takes a task."""

    def wait(self, seconds: float) -> list[Done]:
        """The tasks that have ended."""

    def running(self) -> list[Running]:
        """The tasks in progress."""

    def stop(self) -> list[Done]:
        """Gives up; returns every task that is not done."""


def check(
    claims: Claim | Sequence[Claim] | str,
    at: Settings | Sequence[Settings] = (),
    budget: float | None = 30.0,
    engines: Sequence[str] | None = None,
    depth: int | None = None,
    seed: int = 0,
    strict: bool = False,
    coverage: bool = False,
) -> Report:
    """Checks claims, or the suite of that name, here and now. `budget` is in seconds a question.

    A claim that rests on switches is also asked without each of them. The report prints itself; `report["mutex"]` is
    one verdict, `report.ok` whether all is as expected; with `strict`, also whether nothing is vacuous. With
    `coverage` it says how often each rule fires. Raises Misuse for what cannot be asked.
    """
    settings = [at] if isinstance(at, Mapping) else list(at)
    if isinstance(claims, str):
        suite = load(claims, settings)
    else:
        given = [claims] if isinstance(claims, Claim) else list(claims)
        suite = replace(suite_of(given, listed_owners(given), at=settings), whole=False)
    if budget is not None and not budget > 0:
        raise Misuse(f"a budget is a number of seconds above 0, not {budget!r}")
    chosen = None if engines is None else portfolio.chosen(engines)
    ask = Ask(chosen, budget, depth, seed, tuple(tuple(s.items()) for s in settings), strict=strict,
              coverage=coverage)  # fmt: skip
    return run([suite], ask, Here(suite))


def run(suites: Sequence[Suite], ask: Ask, hands: Hands, watch: Watch | None = None) -> Report:
    """Asks everything, and reports in the order of the suites. Ctrl-C ends it early, with all that is known by then.

    Raises Disagreement where engines contradict each other: nothing may be believed until it is found out.
    """
    watch, started = watch or Unwatched(), time.monotonic()
    books = {suite.target: Book(suite) for suite in suites}
    for target, book in books.items():
        caveats.reasons(book.suite)  # what is wrong there is said before anything is run
        for asked in book.suite.asked:
            hands.submit(_task(target, asked.id, ask))
    waiting = deque((book, asked) for book in books.values() for asked in book.suite.asked)
    total, current = len(waiting), None
    with _patient(hands) as heard:
        while waiting or any(book.probing or book.counting for book in books.values()):
            for done in hands.stop() if hands.interrupted else hands.wait(_TICK):
                book = books[done.task.target]
                for extra in book.enter(done):
                    more = _task(book.suite.target, extra, ask)
                    hands.submit(_as_probe(more, ask) if extra in book.probing else more, first=True)
            while waiting and (result := waiting[0][0].result(waiting[0][1])) is not None:
                book, _ = waiting.popleft()
                if book is not current:
                    current = book
                    watch.suite(book.suite)
                book.results.append(result)
                watch.result(result)
                if len(book.results) == len(book.suite.asked) and not hands.interrupted:
                    for task in _afterwards(book, ask):
                        hands.submit(task)
            watch.tick(hands.running(), min(sum(len(b.said) for b in books.values()), total), total)
    for book in books.values():
        settle(verdict for said in book.said.values() for verdict in said)
    groups = tuple(book.group(coverage=ask.coverage) for book in books.values())
    return Report(groups, time.monotonic() - started, hands.interrupted, ask.strict, signal.SIGTERM in heard)


@dataclass(eq=False)
class Book:
    """What has been said about the questions of one suite, and which results are final."""

    suite: Suite
    said: dict[str, list[Verdict]] = field(default_factory=dict)
    extra: dict[str, Asked] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    drift: dict[str, tuple[Row, ...]] = field(default_factory=dict)  # of proofs that solvers were asked for once more
    probing: dict[str, None] = field(default_factory=dict)  # the probes that are being asked
    counting: dict[str, Asked] = field(default_factory=dict)  # the probes that count, while they are being asked
    counted: dict[str, Coverage] = field(default_factory=dict)
    surveyor: Surveyor | None = None

    def begin_survey(self, *, thorough: bool) -> list[str]:
        """Once all is answered: the probes of what the answers leave open."""
        self.surveyor = Surveyor(self.suite, {r.asked.id: r.verdict for r in self.results}, thorough=thorough)
        return self._probes(self.surveyor.begin())

    def begin_count(self) -> list[str]:
        """Once all is answered: the probes that count how often rules fire, where that may come to an end."""
        for name, asked in coverage.machines(self.suite).items():
            if (found := coverage.out_of_reach(asked, self.said.values())) is not None:
                self.counted[name] = found
            else:
                self.counting[name] = asked
        return list(self.counting)

    def group(self, *, coverage: bool = False) -> Group:
        """What it all came to."""
        survey = Survey() if self.surveyor is None else self.surveyor.result()
        suite = self.suite
        counts = self._counts() if coverage else None
        return Group(suite.name, suite.target, tuple(self.results), suite.left_out, survey, dict(self.drift), counts)

    def _counts(self) -> tuple[Coverage, ...]:
        """Of every System and size, in the order of the suite."""
        wanted = coverage.machines(self.suite)
        return tuple(self.counted.get(name) or coverage.of(asked, (), _NOT_BEGUN) for name, asked in wanted.items())

    def enter(self, done: Done) -> list[str]:
        """Enters the verdicts of a task; returns what is to be asked because of them, and nobody has asked."""
        verdicts = self._read(done)
        if (counting := self.counting.pop(done.task.question, None)) is not None:
            self.counted[done.task.question] = coverage.of(counting, verdicts, done.why)
            return []
        if done.task.question in self.probing:
            assert self.surveyor is not None
            del self.probing[done.task.question]
            if done.why.startswith("interrupted"):
                return []
            farthest = max(verdicts, key=lambda v: (v.answer is not Answer.UNKNOWN, v.scope.depth or -1))
            return self._probes(self.surveyor.enter(done.task.question, farthest))
        self.said[done.task.question] = verdicts
        asked = {a.id for a in self.suite.asked} | set(self.extra)
        new = [need for need in dict.fromkeys(_needs(verdicts)) if need not in asked]
        for need in list(new):
            try:
                self.extra[need] = self.suite.find(need)
            except Misuse:  # nobody can establish it, and the ledger withdraws what leans on it
                new.remove(need)
        return new

    def _probes(self, names: list[str]) -> list[str]:
        self.probing |= dict.fromkeys(names)
        return names

    def _read(self, done: Done) -> list[Verdict]:
        """The verdicts of a task, each replayed here; of one that came to none, why."""
        question = self.suite.find(done.task.question).question
        verdicts: list[Verdict] = []
        why = done.why
        for data in done.verdicts:
            match data:
                case {"disagreement": found}:
                    raise kept(found, Path.cwd())
                case {"drift": {"rows": list(rows)}}:
                    self.drift[question.id] = tuple(map(Row.from_data, rows))
                    continue
            try:
                verdicts.append(Verdict.from_data(data, question))
            except (Misuse, NotATrace, ValueError, KeyError) as error:
                why = f"a verdict was not believed: {error}"
        if why or not verdicts:
            engine = done.engine if done.why else NOBODY
            verdicts.append(unknown(question, why or "no engine had time", By(engine, done.seconds)))
        return verdicts

    def result(self, asked: Asked) -> Result | None:
        """The result, once everything that it may lean on is answered; None before."""
        reach: dict[str, None] = {asked.id: None}
        pending = [asked.id]
        while pending:
            name = pending.pop()
            if name not in self.said:
                if name == asked.id or name in self.extra or any(a.id == name for a in self.suite.asked):
                    return None
                continue
            for need in _needs(self.said[name]):
                if need not in reach:
                    reach[need] = None
                    pending.append(need)
        verdicts = [verdict for name in reach for verdict in self.said.get(name, ())]
        return Result(asked, settle(verdicts)[asked.id], tuple(self.said[asked.id]))


class Here:
    """Does the work in this process: no process to start, and none to kill."""

    def __init__(self, suite: Suite) -> None:
        self.interrupted = False
        self._suite = suite
        self._waiting: deque[Task] = deque()

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queues a task."""
        (self._waiting.appendleft if first else self._waiting.append)(task)

    def wait(self, seconds: float) -> list[Done]:
        """Does the next task, however long it takes."""
        del seconds
        task, started, last, why = self._waiting.popleft(), time.monotonic(), [""], ""
        question = self._suite.find(task.question).question
        budget = task.budget(lambda text: last.__setitem__(0, text), lambda: os.cpu_count() or 1)
        found: list[object] = []
        try:
            with _on_signal(signal.SIGINT, self._stop_engine):
                for data in answered(question, budget, task.engines, task.seeds, evidence=True):
                    found.append(data)
                    if self.interrupted:  # an engine may have caught it
                        break
        except KeyboardInterrupt:
            self.interrupted = True
        if self.interrupted:
            why = f"interrupted at {last[0]}" if last[0] else "interrupted"
        return [Done(task, tuple(found), why, last[0].partition(":")[0] or NOBODY, time.monotonic() - started)]

    def running(self) -> list[Running]:
        """Nothing: between two tasks nothing is in progress."""
        return []

    def stop(self) -> list[Done]:
        """Gives up what waits."""
        ended = [Done(task, why=_NOT_BEGUN) for task in self._waiting]
        self._waiting.clear()
        return ended

    def _stop_engine(self, _number: int) -> None:
        self.interrupted = True
        portfolio.remind(_HEARD)
        raise KeyboardInterrupt


def listed_owners(claims: Sequence[Claim]) -> str:
    """The Systems that claims are about, as the name of their suite."""
    return ", ".join(dict.fromkeys(claim.owner for claim in claims)) or "nothing"


def _task(target: str, question: str, ask: Ask) -> Task:
    limits = (ask.seconds, ask.depth, ask.seed)
    return Task(target, ask.at, question, ask.engines, *limits, evidence=ask.evidence, keep=ask.keep, seeds=ask.seeds)


def _as_probe(task: Task, ask: Ask) -> Task:
    """The task of a survey: by the engines that suit, and unless it is a strict one, in less time."""
    seconds = ask.seconds if ask.strict else min(_PROBE, _PROBE if ask.seconds is None else ask.seconds)
    engines = engines_for(task.question)
    return replace(task, engines=engines, seconds=seconds, depth=None, evidence=False, keep=None, seeds=0)


def _afterwards(book: Book, ask: Ask) -> Iterator[Task]:
    """What is asked once all questions of a suite are answered: what is open about them, and how often rules fire."""
    if ask.survey:
        for probe in book.begin_survey(thorough=ask.strict):
            yield _as_probe(_task(book.suite.target, probe, ask), ask)
    if ask.coverage:
        for probe in book.begin_count():
            task = _task(book.suite.target, probe, ask)
            yield replace(
                task, engines=engines_for(probe), depth=None, evidence=False, keep=None, seeds=0, coverage=True
            )


def _needs(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What positive verdicts are worth nothing without."""
    for verdict in verdicts:
        if verdict.answer in _CONDITIONAL:
            yield from verdict.leans
            if verdict.question.gate is not None:
                yield verdict.question.gate


@contextlib.contextmanager
def _patient(hands: Hands) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM are noted and looked at between two events, so that nothing is lost in the middle of one."""
    heard: list[int] = []
    if isinstance(hands, Here):
        yield heard
        return

    def note(number: int) -> None:
        heard.append(number)
        hands.interrupted = True

    with _on_signal(signal.SIGINT, note), _on_signal(signal.SIGTERM, note):
        yield heard


@contextlib.contextmanager
def _on_signal(number: signal.Signals, act: Callable[[int], None]) -> Iterator[None]:
    """Does this on a signal, where this thread is the one that hears of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, lambda number, _: act(number))
    try:
        yield
    finally:
        signal.signal(number, before)
