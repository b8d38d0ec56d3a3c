"""Workers of a Dask cluster: the same answers, whatever happens to them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from sennit import BOUNDED, UNKNOWN
from sennit.errors import Misuse
from sennit.run.asking import Ask, Unwatched, check, run
from sennit.run.suite import load
from sennit.run.userfile import sources
from sennit.run.worker import Task
from sennit.run.workers import Done, Running
from unit.cli.conftest import COUNTER

distributed = pytest.importorskip("distributed", reason="distributed is not installed: no cluster to try")
from sennit.run import cluster as beyond  # noqa: E402  # it needs distributed
from sennit.run.cluster import Cluster  # noqa: E402  # it needs distributed

HERE = "unit.run.stand_ins"
# Dask warns of a port that another run on this machine has taken, and leaves sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


class Local(Protocol):
    """A cluster on this machine."""

    scheduler_address: str


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    """A scheduler with two workers as threads of this process; what they run is in processes all the same."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
    ) as found:
        yield found


def task(question: str, *engines: str, seconds: float | None = 20.0, target: str = "lock") -> Task:
    return Task(target, (), question, engines or None, seconds)


def all_of(cluster: Cluster, count: int, limit: float = 60.0) -> list[Done]:
    ended: list[Done] = []
    deadline = time.monotonic() + limit
    while len(ended) < count and time.monotonic() < deadline:
        ended += cluster.wait(0.1)
    assert len(ended) == count
    return ended


def begun(cluster: Cluster) -> list[Running]:
    """Once something is heard of a task."""
    deadline = time.monotonic() + 60
    while not (running := [r for r in cluster.running() if r.text]):
        assert time.monotonic() < deadline
        assert cluster.wait(0.1) == []
    return running


def test_a_cluster_says_what_this_process_says(local: Local) -> None:
    """Answers and traces are the same, and come in the same order."""
    with Cluster(local.scheduler_address) as cluster:
        apart, here = run([load("lock")], Ask(seconds=60.0), cluster), check("lock", budget=60.0)
    assert [r.asked.id for r in apart] == [r.asked.id for r in here]
    assert [r.verdict.answer for r in apart] == [r.verdict.answer for r in here]
    assert [r.verdict.trace for r in apart] == [r.verdict.trace for r in here]
    assert len(list(here)) > 5


def test_an_engine_that_dies_takes_no_worker_along(local: Local) -> None:
    """Its question is undecided, with how far it was, as on one machine; the budget is kept as there, too."""
    with Cluster(local.scheduler_address) as cluster:
        cluster.submit(task("Lock.mutex[client=2]", f"{HERE}.dies"))
        cluster.submit(task("Lock.mutex[client=2]", f"{HERE}.takes_its_time", seconds=0.2))
        ended = {done.engine: done for done in all_of(cluster, 2)}
        assert len(cluster._client.nthreads()) == 2
    assert ended["dies"].why.startswith("its process died (SIGKILL, as when memory runs out) after")
    (late,) = [done for engine, done in ended.items() if engine != "dies"]
    assert (late.why, len(late.verdicts)) == ("", 1)


def test_stopping_takes_back_all_that_is_not_done(local: Local) -> None:
    """What runs says how far it was, what waits that it was not begun; the workers are free again at once."""
    with Cluster(local.scheduler_address) as cluster:
        for _ in range(3):
            cluster.submit(task("Lock.mutex[client=2]", f"{HERE}.hangs", seconds=None))
        running = begun(cluster)
        assert running[0].text == "hangs: depth 7"
        whys = sorted(done.why for done in cluster.stop())
        cluster.submit(task("Lock.mutex[client=2]"))
        (done,) = all_of(cluster, 1)
    assert whys[-1].startswith("interrupted")
    assert [why for why in whys if why.endswith("s at hangs: depth 7")]
    assert "interrupted before it was begun" in whys
    assert done.why == ""


def test_a_worker_that_dies_loses_nothing() -> None:
    """The machine goes down in the middle of a task, and another one does it again from the start."""

    class Killer(Unwatched):
        """Kills the first worker that says that it has begun."""

        killed = False

        def tick(self, running: object, done: int, total: int) -> None:
            assert isinstance(running, list)
            if not self.killed and running:
                self.killed = True
                pids = cluster._client.run(os.getpid)
                busy = cluster._client.processing()
                os.kill(next(pid for worker, pid in pids.items() if busy[worker]), signal.SIGKILL)

    ask, killer = Ask(engines=(f"{HERE}.takes_its_time", f"{HERE}.knows_to_3"), seconds=6.0), Killer()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local,
        Cluster(local.scheduler_address) as cluster,
    ):
        report = run([load("lock::never_stuck")], ask, cluster, killer)
    assert killer.killed
    assert {r.verdict.answer for r in report} == {BOUNDED}


def test_a_cluster_without_workers_is_not_waited_for_without_end() -> None:
    """All questions are undecided, and say why."""
    with (
        distributed.LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0") as local,
        Cluster(local.scheduler_address, patience=0.3) as cluster,
    ):
        report = run([load("lock::contested")], Ask(seconds=5.0), cluster)
    assert {r.verdict.answer for r in report} == {UNKNOWN}
    assert next(iter(report)).tail().startswith(": the cluster has had no worker for 0.")


def test_a_lost_scheduler_ends_the_run(local: Local) -> None:
    """No question hangs; each says that the connection was lost."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
    ) as short:
        cluster = Cluster(short.scheduler_address)
        cluster.submit(task("Lock.mutex[client=2]", f"{HERE}.hangs", seconds=None))
        begun(cluster)
    (done,) = all_of(cluster, 1)
    cluster.__exit__(None, None, None)
    assert done.why == "the connection to the cluster was lost"


def test_a_user_s_file_goes_along_with_what_it_imports(local: Local, tmp_path: Path) -> None:
    """Its System lies in model/, its claims in properties/; the worker finds neither where they lie here."""
    for folder in ("model", "properties"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    system, claims = COUNTER.split("@always", 1)
    (tmp_path / "model" / "counting.py").write_text(system)
    file = tmp_path / "properties" / "claims.py"
    heading = '"""Claims."""\n\nfrom counting import Counter\n\nfrom sennit import Expr, always, sometimes\n\n\n@always'
    file.write_text(heading + claims)
    (tmp_path / "properties" / "unused.py").write_text("SECRET = 1\n")
    sent = sources(file)
    assert next(iter(sent)) == "properties/claims.py"
    assert sorted(sent) == [
        "model/.keep", "model/counting.py", "properties/.keep", "properties/claims.py", "pyproject.toml"
    ]  # fmt: skip
    placed = beyond._placed(task("?", target=f"{file}::Counter.low[end=2]"), sent, tmp_path / "there")
    assert placed.target == f"{tmp_path / 'there' / 'properties' / 'claims.py'}::Counter.low[end=2]"
    suite = load(str(file))
    with Cluster(local.scheduler_address) as cluster:
        report = run([suite], Ask(seconds=60.0), cluster)
    assert [r.verdict.answer for r in report] == [r.verdict.answer for r in check(str(file), budget=60.0)]


def test_an_address_where_nobody_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the few seconds that are given, with a reason."""
    monkeypatch.setattr(beyond, "_TO_CONNECT", 0.3)
    with pytest.raises(Misuse, match=r"no Dask scheduler could be reached at '127\.0\.0\.1:1' within 0\.3 s: .+"):
        Cluster("127.0.0.1:1")


def test_a_worker_with_another_sennit_is_refused(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked, and with the version that it takes."""
    with distributed.Client(local.scheduler_address, set_as_default=False) as client:
        monkeypatch.setattr(client, "run", lambda *_, **__: {"tcp://there:1": "0.0.1"})
        with pytest.raises(Misuse, match=r"the worker tcp://there:1 of there has sennit 0\.0\.1: install sennit"):
            beyond._refuse_others(client, "there")
