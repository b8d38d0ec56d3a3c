"""Answers from memory what is on file, and gets from others a certificate that is fit to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sennit.claim import Question
from sennit.record import stored
from sennit.record.entry import PROVED, Artefact
from sennit.record.plan import Planned
from sennit.run.asking import Hands
from sennit.run.portfolio import IC3, INDUCTION
from sennit.run.worker import Task
from sennit.run.workers import Done, Running
from sennit.verdict import symmetries_from_data

LISTED: Final = 700_000  # states times rule instances up to which a closed set is listed: the reference takes 20 s
SMALL: Final = 20_000  # of the same, up to which nobody looks for an inductive invariant instead
ATTEMPT: Final = 40.0  # seconds that looking for one may take


@dataclass(eq=False)
class Remembering:
    """Hands that answer from memory what is on file, and get from others a certificate that is fit to be kept.

    A large closed set is worth an attempt at an inductive invariant, which is shorter and re-checked by two solvers.
    Sets that are kept are written to their files, and go on as counts.
    """

    hands: Hands
    folder: Path
    planned: Mapping[str, Planned]
    memory: Mapping[str, dict[str, object]]
    states: dict[str, Artefact] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    _ready: list[Done] = field(default_factory=list)
    _held: dict[tuple[str, str], Done] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._questions: dict[str, tuple[str, Question]] = {
            question.id: (one.suite, question) for one in self.planned.values() for question in one.questions()
        }

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C was heard."""
        return self.hands.interrupted

    @interrupted.setter
    def interrupted(self, value: bool) -> None:
        self.hands.interrupted = value

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Takes a task, or remembers its answer."""
        if task.question in self.memory:
            self._ready.append(Done(task, (self.memory[task.question],)))
        else:
            self.hands.submit(task, first=first)

    def wait(self, seconds: float) -> list[Done]:
        """The tasks that have ended."""
        if self._ready:
            ready, self._ready = self._ready, []
            return ready
        return [through for done in self.hands.wait(seconds) for through in self._through(done)]

    def running(self) -> list[Running]:
        """The tasks in progress."""
        return self.hands.running()

    def stop(self) -> list[Done]:
        """Gives up, save what is decided already."""
        ended: list[Done] = []
        for done in self.hands.stop():
            held = self._held.pop(_key(done), None)
            if held is None:
                self.given_up.add(done.task.question)
            ended.append(self._listed(held or done))
        return [*self._ready, *ended]

    def _through(self, done: Done) -> list[Done]:
        held = self._held.pop(_key(done), None)
        if held is not None:
            last = done.verdicts[-1] if done.verdicts else {}
            if isinstance(last, dict) and last.get("answer") in [answer.name for answer in PROVED]:
                return [replace(done, task=held.task)]
            return [self._listed(held)]
        if done.task.engines is None and self._worth_an_invariant(done):
            self._held[_key(done)] = done
            seconds = min(done.task.seconds or ATTEMPT, ATTEMPT)
            self.hands.submit(replace(done.task, engines=(INDUCTION, IC3), seconds=seconds), first=True)
            return []
        return [self._listed(done)]

    def _worth_an_invariant(self, done: Done) -> bool:
        _, question = self._questions.get(done.task.question, ("", None))
        counts = [count for verdict in done.verdicts if (count := _counted(verdict)) is not None]
        if question is None or not counts:
            return False
        return not question.machine.rules or counts[-1] * len(question.machine.instances) > SMALL

    def _listed(self, done: Done) -> Done:
        """The same with closed sets as counts, their states in a file where they are few enough."""
        suite, question = self._questions.get(done.task.question, ("", None))
        verdicts: list[object] = []
        for verdict in done.verdicts:
            count = _counted(verdict)
            if count is None or not isinstance(verdict, dict):
                verdicts.append(verdict)
                continue
            closed = verdict["certificate"]["closed_set"]
            rows, symmetry = closed["states"], symmetries_from_data(closed.get("symmetry", []))
            if question is not None and rows is not None and count * len(question.machine.instances) <= LISTED:
                self.states[question.id] = stored.write_states(self.folder, suite, question.machine, rows, symmetry)
            verdicts.append({**verdict, "certificate": {"closed_set": {**closed, "states": None}}})
        return replace(done, verdicts=tuple(verdicts))


def _counted(verdict: object) -> int | None:
    """How many states a verdict's closed set has; None where it rests on none."""
    match verdict:
        case {"certificate": {"closed_set": {"count": int(count)}}}:
            return count
    return None


def _key(done: Done) -> tuple[str, str]:
    return done.task.target, done.task.question
