"""Runs tasks in processes of their own, which may die, or hang past their time and be killed.

Workers are fresh interpreters, neither forked nor `__main__` run again: nothing that the caller has loaded, locked or
started is in their way, and it works from a script, a test, a notebook or a thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType

import msgspec

from sennit.run.words import duration
from sennit.run.worker import Task

_TO_LOAD = 300.0  # seconds to read a specification, which the caller has read already
_GRACE = (
    5.0  # seconds beyond the budget, and a tenth of it: a solver checks its clock now and then, a trace is shortened
)
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from sennit.run.worker import main; main()"


@dataclass(frozen=True)
class Done:
    """A task that has come to an end, with its verdicts as data; `why` says what ended it before it was through."""

    task: Task
    verdicts: tuple[object, ...] = ()
    why: str = ""
    engine: str = "none"
    seconds: float = 0.0


@dataclass(frozen=True)
class Running:
    """A task in progress: how long it has run, and what was last heard of it."""

    task: Task
    seconds: float
    text: str


@dataclass(eq=False)
class _Worker:
    """One process and what is known of its task."""

    process: subprocess.Popen[bytes]
    task: Task | None = None
    since: float = 0.0
    deadline: float = 0.0
    text: str = ""
    unread: list[bytes] = field(default_factory=list)  # a closed set comes in many pieces
    verdicts: list[object] = field(default_factory=list)
    cores: int = 1  # that it was told it may use


class Pool:
    """At most `jobs` processes. Use it as a context: leaving it ends them all."""

    def __init__(self, jobs: int, grace: float = _GRACE) -> None:
        self.jobs, self.grace, self.interrupted = jobs, grace, False
        self._waiting: deque[Task] = deque()
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Queues a task; `first` puts it before all others that wait."""
        (self._waiting.appendleft if first else self._waiting.append)(task)

    def wait(self, seconds: float) -> list[Done]:
        """The tasks that ended within the given time, which may be over sooner."""
        ended = self._assign()
        self._share_out()
        if not ended:
            for key, _ in self._selector.select(seconds):
                ended += self._read(key.data)
        now = time.monotonic()
        for worker in [w for w in self._workers if w.task is not None and now > w.deadline]:
            ended.append(self._overdue(worker))
        return ended

    def stop(self) -> list[Done]:
        """Kills everything; all that was not done comes back, with how far it was."""
        ended = []
        for worker in list(self._workers):
            if worker.task is not None:
                reached = f" at {worker.text}" if worker.text else ""
                ended.append(self._end(worker, f"interrupted after {duration(self._age(worker))}{reached}"))
            self._discard(worker)
        ended += [Done(task, why="interrupted before it was begun") for task in self._waiting]
        self._waiting.clear()
        return ended

    def running(self) -> list[Running]:
        """What is going on, the longest-running first."""
        now = time.monotonic()
        return [Running(w.task, now - w.since, w.text) for w in self._workers if w.task is not None]

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._selector.close()

    # -- one worker ---------------------------------------------------------------------------------------------------

    def _assign(self) -> list[Done]:
        """Gives waiting tasks to idle workers, starting those that are missing."""
        ended: list[Done] = []
        while self._waiting:
            idle = next((w for w in self._workers if w.task is None), None)
            if idle is None and len(self._workers) >= self.jobs:
                break
            worker = idle or self._start()
            worker.task = self._waiting.popleft()
            worker.since = time.monotonic()
            worker.deadline = worker.since + _TO_LOAD
            worker.text, worker.verdicts = "", []
            assert worker.process.stdin is not None
            try:
                worker.process.stdin.write(worker.task.to_json())
                worker.process.stdin.flush()
            except BrokenPipeError:
                ended.append(self._died(worker))
        return ended

    def _share_out(self) -> None:
        """Tells those at work how many cores each may use: those that nobody else has use for."""
        busy = [worker for worker in self._workers if worker.task is not None]
        each = 1 if self._waiting or not busy else max(1, self.jobs // len(busy))
        for worker in busy:
            if worker.cores != each:
                worker.cores = each
                assert worker.process.stdin is not None
                with contextlib.suppress(BrokenPipeError):  # that it died is noticed when it is read from
                    worker.process.stdin.write(json.dumps({"cores": each}).encode() + b"\n")
                    worker.process.stdin.flush()

    def _start(self) -> _Worker:
        errors = None if os.environ.get("SENNIT_TRACEBACK") else subprocess.DEVNULL
        command = [sys.executable, "-P", "-c", _START, json.dumps(sys.path)]
        with _unmoved_by_interrupts():
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        worker = _Worker(process)
        assert process.stdout is not None
        self._selector.register(process.stdout, selectors.EVENT_READ, worker)
        self._workers.append(worker)
        return worker

    def _read(self, worker: _Worker) -> list[Done]:
        assert worker.process.stdout is not None
        data = os.read(worker.process.stdout.fileno(), 1 << 20)
        if not data:
            return [self._died(worker)] if worker.task is not None else self._discard(worker)
        *lines, last = data.split(b"\n")
        if not lines:
            worker.unread.append(last)
            return []
        lines[0] = b"".join([*worker.unread, lines[0]])
        worker.unread = [last]
        return [done for line in lines if (done := self._event(worker, msgspec.json.decode(line))) is not None]

    def _event(self, worker: _Worker, event: dict[str, object]) -> Done | None:
        """Notes what a worker says; the end of its task comes back."""
        assert worker.task is not None
        match event:
            case {"event": "begun"}:
                worker.since = time.monotonic()
                seconds = worker.task.seconds
                spare = 0.0 if seconds is None else seconds * 1.1 + self.grace
                endless = seconds is None or worker.task.seeds > 0  # how long so many seeds take, nobody knows
                worker.deadline = float("inf") if endless else worker.since + spare
            case {"event": "progress", "text": str(text)}:
                worker.text = text
            case {"event": "verdict", "data": data}:
                worker.verdicts.append(data)
            case {"event": "done"}:
                return self._end(worker, "")
            case {"event": "failed", "why": str(why)}:
                return self._end(worker, why)
        return None

    def _end(self, worker: _Worker, why: str) -> Done:
        assert worker.task is not None
        engine = worker.text.partition(":")[0] or "none"
        done = Done(worker.task, tuple(worker.verdicts), why, engine, self._age(worker))
        worker.task = None
        return done

    def _overdue(self, worker: _Worker) -> Done:
        assert worker.task is not None
        spent, budget = duration(self._age(worker)), worker.task.seconds
        late = f"it did not end with its budget of {duration(budget)}" if budget is not None else "it did not load"
        reached = f", last heard of at {worker.text}" if worker.text else ""
        done = self._end(worker, f"stopped after {spent}: {late}{reached}")
        self._discard(worker)
        return done

    def _died(self, worker: _Worker) -> Done:
        code = worker.process.wait()
        names = {-number.value: number.name for number in signal.Signals}
        name = names.get(code, f"exit code {code}")
        memory = ", as when memory runs out" if code == -signal.SIGKILL else ""
        reached = f" at {worker.text}" if worker.text else ""
        done = self._end(worker, f"its process died ({name}{memory}) after {duration(self._age(worker))}{reached}")
        self._discard(worker)
        return done

    def _discard(self, worker: _Worker) -> list[Done]:
        """Ends a worker's process, whatever it does."""
        self._workers.remove(worker)
        stdin, stdout = worker.process.stdin, worker.process.stdout
        assert stdin is not None
        assert stdout is not None
        self._selector.unregister(stdout)
        worker.process.kill()
        worker.process.wait()
        stdout.close()
        with contextlib.suppress(BrokenPipeError):  # what was not sent is lost on nobody
            stdin.close()
        return []

    @staticmethod
    def _age(worker: _Worker) -> float:
        return time.monotonic() - worker.since


@contextlib.contextmanager
def _unmoved_by_interrupts() -> Iterator[None]:
    """Processes started inside never see Ctrl-C, which a terminal sends to the whole group: their parent decides."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
