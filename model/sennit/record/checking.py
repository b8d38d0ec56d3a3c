"""Second opinions on certificates, from the files of a ledger alone; each function runs in a process of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Final, TypeVar

from sennit.budget import Budget
from sennit.canonical import value_from_data
from sennit.certificate import Recheck, recheck
from sennit.claim import Answer, Kind
from sennit.errors import Misuse
from sennit.expr import not_, true
from sennit.record import stored
from sennit.record.entry import ONE_SOLVER, REFERENCE, RERUN, TWO_SOLVERS, Artefact
from sennit.run import portfolio
from sennit.run.suite import load
from sennit.symmetry import invariant
from sennit.verdict import ClosedSet, Inductive

T = TypeVar("T")
SOLVER_SECONDS: Final = 60.0  # of one solver for one obligation


@dataclass(frozen=True)
class Opinion:
    """Whether the evidence establishes the answer, who looked at it, and what is wrong with it if it does not."""

    ok: bool
    second: str = ""
    reason: str = ""


def certificate_passes(
    folder: Path, artefact: Artefact, leans: tuple[str, ...], seconds: float = SOLVER_SECONDS
) -> Opinion:
    """Whether a certificate establishes its question, granted the lemmas that it leans on.

    Of a closed set only the claim is looked at, state by state: `set_is_closed` is the other half. Raises Disagreement
    where solvers contradict each other.
    """
    try:
        found = stored.read(folder, artefact)
        question = found.question
        lemmas = [lemma for lemma in question.lemmas if lemma.id in leans]
        unknown = [name for name in leans if name not in [lemma.id for lemma in lemmas]]
        if unknown:
            return Opinion(False, reason=f"it leans on {', '.join(unknown)}, which is no lemma of the claim")
        if isinstance(found.certificate, Inductive):
            return _opinion(recheck(question, found.certificate, lemmas, seconds=seconds))
        if found.states is None:
            return Opinion(True, RERUN)
        machine = question.machine
        listed = stored.read_states(folder, found.states, machine)
        if listed.count != found.certificate.count or listed.symmetry != found.certificate.symmetry:
            return Opinion(False, reason=f"it counts {found.certificate.count:,} states, and lists {listed.count:,}")
        if question.live:  # the steps between the states count too
            return _opinion(recheck(question, listed))
        safe = not_(question.target)
        for symmetry in listed.symmetry:
            if not invariant(machine, symmetry, question.target):
                return Opinion(False, reason=f"what is claimed tells the members of {symmetry.index} apart")
        for row in listed.states or ():
            state = tuple(value_from_data(x, v.sort) for x, v in zip(row, machine.variables, strict=True))
            if not machine.holds(safe, state):
                return Opinion(False, reason=f"the listed state {row} is one that must not be reachable")
    except (Misuse, ValueError) as error:
        return Opinion(False, reason=str(error))
    return Opinion(True, REFERENCE)


def set_is_closed(folder: Path, machine_file: Artefact, states: Artefact) -> Opinion:
    """Whether the listed states are all that the machine reaches, by the reference semantics."""
    try:
        machine = stored.read_machine(folder, machine_file)
        question = stored.bare(f"{machine.name}.closed", Kind.ALWAYS, machine, true())
        return _opinion(recheck(question, stored.read_states(folder, states, machine)))
    except Misuse as error:
        return Opinion(False, reason=str(error))


def found_again(folder: Path, artefact: Artefact, engine: str, seconds: float | None) -> Opinion:
    """Whether another run of the engine, on the formulas on file, counts the same states and answers alike."""
    try:
        found = stored.read(folder, artefact)
        engines = portfolio.chosen([engine])  # of those that are shipped: a ledger names no code to load
    except Misuse as error:
        return Opinion(False, reason=str(error))
    (verdict,) = portfolio.verdicts(found.question, Budget(seconds), engines)
    if verdict.answer is not found.question.unreachable:
        return Opinion(False, reason=f"another run of {engine} says {verdict.answer.name}: {verdict.why}")
    now, then = verdict.certificate, found.certificate
    if not (
        isinstance(now, ClosedSet)
        and isinstance(then, ClosedSet)
        and (now.count, now.symmetry) == (then.count, then.symmetry)
    ):
        return Opinion(False, reason=f"another run of {engine} counts another number of states")
    return Opinion(True, RERUN)


def bounded_again(target: str, question_id: str, engine: str, depth: int, seconds: float | None) -> Opinion:
    """Whether another run of the engine, on today's specification, gets as deep without finding anything."""
    try:
        question, engines = load(target).find(question_id).question, portfolio.chosen([engine])
    except Misuse as error:
        return Opinion(False, reason=str(error))
    (verdict,) = portfolio.verdicts(question, Budget(seconds, depth), engines)
    if verdict.answer in (question.reached, Answer.UNKNOWN) or (verdict.scope.depth or 0) < depth:
        reach = f"{verdict.answer.name} {verdict.why}".strip()
        return Opinion(False, reason=f"another run of {engine} does not get {depth} steps deep: {reach}")
    return Opinion(True, RERUN)


def _opinion(result: Recheck) -> Opinion:
    second = ONE_SOLVER if result.one_solver else RERUN if result.rerun else ""
    if not second and result.ok:
        second = REFERENCE if any("listed" in line for line in result.checked) else TWO_SOLVERS
    return Opinion(result.ok, second, result.reason)


# -- processes --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Checks:
    """Runs second opinions in `jobs` processes, or with 0 here and now. Use it as a context."""

    jobs: int
    _pool: ProcessPoolExecutor | None = None
    _closed: dict[tuple[Artefact, Artefact], Future[Opinion]] = field(default_factory=dict)

    def __enter__(self) -> Checks:
        if self.jobs:
            self._pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=_alone)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.terminate()  # nobody waits for what is still going on
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def certificate(self, folder: Path, artefact: Artefact, leans: tuple[str, ...]) -> list[Future[Opinion]]:
        """The opinions that a certificate needs, all of them. Raises Misuse where it cannot be read."""
        found = stored.read(folder, artefact)
        return [*self.closed(folder, found), self._submit(certificate_passes, folder, artefact, leans)]

    def closed(self, folder: Path, found: stored.Stored) -> list[Future[Opinion]]:
        """The opinion on a closed set of states, formed once for all certificates that list it."""
        if found.states is None:
            return []
        key = (found.machine, found.states)
        if key not in self._closed:
            self._closed[key] = self._submit(set_is_closed, folder, *key)
        return [self._closed[key]]

    def again(self, folder: Path, artefact: Artefact, engine: str, seconds: float | None) -> Future[Opinion]:
        """The opinion of another run of the engine."""
        return self._submit(found_again, folder, artefact, engine, seconds)

    def bounded(self, target: str, question: str, engine: str, depth: int, seconds: float | None) -> Future[Opinion]:
        """The opinion of another run of the engine on a question that was answered to some depth."""
        return self._submit(bounded_again, target, question, engine, depth, seconds)

    def _submit(self, job: Callable[..., T], *args: object) -> Future[T]:
        if self._pool is not None:
            return self._pool.submit(job, *args)
        future: Future[T] = Future()
        try:
            future.set_result(job(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def _alone() -> None:
    """Ctrl-C is for the parent to hear; a process whose parent is gone has nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
