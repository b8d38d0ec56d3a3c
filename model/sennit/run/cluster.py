"""Runs tasks on the machines of a dask.distributed cluster: a third kind of hands, beside this process and its own.

A worker of the cluster answers each task in a fresh process of its own, as `workers` does on one machine: an engine
that hangs is killed after its time, one that crashes takes no worker along, and nothing stays behind. Dask gives what
a lost worker had begun to another one. A worker needs this version of Sennit; a user's file is sent along with the
modules that it imports from beside it, and with nothing else that it may read.

Verdicts come back as JSON and are read beside the same questions, so none about another specification is believed.
But Dask itself pickles: whoever runs the cluster can run code here, and whoever checks can run code there.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import queue
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import distributed
import msgspec

from sennit.errors import Misuse
from sennit.run.suite import parts
from sennit.run.userfile import sources
from sennit.run.words import duration
from sennit.run.worker import Task
from sennit.run.workers import Done, Pool, Running

_TO_CONNECT = 5.0  # seconds
_PATIENCE = 60.0  # seconds without any worker, which a cluster that grows by itself may need to start one
_LOOK = 2.0  # seconds between two counts of the workers
_TICK = 0.1  # seconds between two looks at a task, where it runs
_EVERY = 0.5  # seconds between two words of progress
_TOPIC = "sennit"
_ENDING = ("closing", "closed", "failed", "stopping")  # states of a worker that waits for its threads only


@dataclass(eq=False)
class _Sent:
    """A task on its way, and what was last heard of it."""

    task: Task
    future: distributed.Future
    since: float | None = None  # None before a worker has begun
    text: str = ""


class Cluster:
    """Whoever works for the scheduler at `address`. Use it as a context: leaving it takes back what is not done.

    Raises Misuse if nobody answers there within a few seconds, or a worker has another Sennit.
    """

    def __init__(self, address: str, patience: float = _PATIENCE) -> None:
        self.interrupted = False
        self._patience, self._seen, self._looked = patience, time.monotonic(), 0.0
        self._sent: dict[str, _Sent] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._sources: dict[str, dict[str, bytes]] = {}
        self._client = _connected(address)
        try:
            _refuse_others(self._client, address)
            self._client.subscribe_topic(_TOPIC, self._heard)
        except BaseException:
            self._client.close()
            raise

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Hands a task to the cluster; `first` puts it before all others that wait."""
        base, _, _ = parts(task.target)
        if base not in self._sources:
            self._sources[base] = sources(Path(base)) if base.endswith((".py", ".graphml")) else {}
        future = self._client.submit(
            answer, task.to_json(), self._sources[base], pure=False, priority=1 if first else 0
        )
        self._sent[future.key] = _Sent(task, future)
        future.add_done_callback(lambda done: self._ended.put(done.key))

    def wait(self, seconds: float) -> list[Done]:
        """The tasks that ended within the given time, which may be over sooner."""
        keys: list[str] = []
        with contextlib.suppress(queue.Empty):
            keys.append(self._ended.get(timeout=seconds))
            while True:
                keys.append(self._ended.get_nowait())
        sent = [self._sent.pop(key) for key in keys if key in self._sent]  # what was taken back ends, too
        return [_done(one) for one in sent] or self._abandoned()

    def running(self) -> list[Running]:
        """What is going on, the longest-running first."""
        now = time.monotonic()
        begun = sorted((s for s in self._sent.values() if s.since is not None), key=lambda s: s.since or 0.0)
        return [Running(s.task, now - (s.since or now), s.text) for s in begun]

    def stop(self) -> list[Done]:
        """Takes back all that is not done, with how far it was. Its processes end within a moment."""
        ended = []
        for sent in self._sent.values():
            why = "interrupted before it was begun"
            if sent.since is not None:
                why = f"interrupted after {duration(_age(sent))}" + (f" at {sent.text}" if sent.text else "")
            ended.append(_undone(sent, why))
        self._take_back()
        return ended

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take_back()
        self._client.close()

    # -- what comes back ----------------------------------------------------------------------------------------------

    def _abandoned(self) -> list[Done]:
        """Everything, where no worker has been seen for long; nothing else ends a wait for workers."""
        now = time.monotonic()
        if not self._sent or now - self._looked < min(_LOOK, self._patience):
            return []
        self._looked = now
        if self._client.status == "running" and self._client.nthreads():
            self._seen = now
        if now - self._seen < self._patience:
            return []
        why = f"the cluster has had no worker for {duration(now - self._seen)}"
        ended = [_undone(sent, why) for sent in self._sent.values()]
        self._take_back()
        return ended

    def _take_back(self) -> None:
        if self._sent and self._client.status == "running":
            self._client.cancel([sent.future for sent in self._sent.values()], force=True)
        self._sent.clear()

    def _heard(self, event: tuple[float, Mapping[str, object]]) -> None:
        """Notes progress, in the thread of the client."""
        match event[1]:
            case {"key": str(key), "seconds": int() | float() as seconds, "text": str(text)}:
                if (sent := self._sent.get(key)) is not None:
                    sent.since, sent.text = time.monotonic() - seconds, text


def _connected(address: str) -> distributed.Client:
    try:
        distributed.comm.resolve_address(address)  # a client that began with a wrong one would not end in peace
        return distributed.Client(address, timeout=_TO_CONNECT, set_as_default=False, name="sennit")
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise Misuse(f"no Dask scheduler could be reached at {address!r} within {_TO_CONNECT:g} s: {why}") from error


def _refuse_others(client: distributed.Client, address: str) -> None:
    """Raises Misuse where a worker has no Sennit, or another one."""
    mine = version()
    for worker, theirs in client.run(version, on_error="return").items():
        if theirs != mine:
            has = f"has sennit {theirs}" if isinstance(theirs, str) else f"has no sennit ({theirs})"
            raise Misuse(f"the worker {worker} of {address} {has}: install sennit {mine} there")


def version() -> str:
    """The version of Sennit where this runs."""
    return importlib.metadata.version("sennit")


def _done(sent: _Sent) -> Done:
    """What came back for a task whose future has ended, one way or another."""
    try:
        if sent.future.status == "cancelled":
            return _undone(sent, "the connection to the cluster was lost")
        event = msgspec.json.decode(sent.future.result())
    except distributed.KilledWorker as error:
        return _undone(sent, f"{error.allowed_failures + 1} workers of the cluster died with it")
    except Exception as error:  # whatever went wrong over there is said here
        why = " ".join(str(error).split())
        return _undone(sent, f"the cluster did not answer: {type(error).__name__}: {why}")
    return Done(sent.task, tuple(event["verdicts"]), event["why"], event["engine"], event["seconds"])


def _undone(sent: _Sent, why: str) -> Done:
    return Done(sent.task, (), why, sent.text.partition(":")[0] or "none", _age(sent))


def _age(sent: _Sent) -> float:
    return 0.0 if sent.since is None else time.monotonic() - sent.since


# -- on a worker of the cluster ---------------------------------------------------------------------------------------


def answer(line: bytes, files: Mapping[str, bytes]) -> bytes:
    """What came of a task, as JSON. `files` are the user's, by path; the first is the one that the target names."""
    worker = distributed.get_worker()
    key, told = worker.get_current_task(), -_EVERY
    with tempfile.TemporaryDirectory(prefix="sennit-") as folder, Pool(1) as pool:
        pool.submit(_placed(Task.from_json(line), files, Path(folder)))
        while not (ended := pool.wait(_TICK)):
            held = worker.state.tasks.get(key)
            if held is None or held.state != "executing" or worker.status.name in _ENDING:
                return b""  # it was taken back, nobody is left who would know, or the worker goes
            for running in pool.running():
                if time.monotonic() - told >= _EVERY:
                    told = time.monotonic()
                    worker.log_event(_TOPIC, {"key": key, "seconds": running.seconds, "text": running.text})
    (done,) = ended
    return msgspec.json.encode(
        {"verdicts": done.verdicts, "why": done.why, "engine": done.engine, "seconds": done.seconds}
    )


def _placed(task: Task, files: Mapping[str, bytes], folder: Path) -> Task:
    """The same task on the files as they lie here."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if not files:
        return task
    base, _, _ = parts(task.target)
    return replace(task, target=f"{folder / next(iter(files))}{task.target.removeprefix(base)}")
