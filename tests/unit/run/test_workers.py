"""Processes that may die or hang, and nothing is lost by it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.context import ForkContext, SpawnContext
from pathlib import Path

import pytest

from sennit import BOUNDED, FAILS, HOLDS, UNKNOWN
from sennit.run.asking import Ask, check, run
from sennit.run.report import Report
from sennit.run.suite import load
from sennit.run.worker import Task
from sennit.run.workers import Done, Pool

HERE = "unit.run.stand_ins"


def task(question: str, *engines: str, seconds: float | None = 20.0, target: str = "lock") -> Task:
    return Task(target, (), question, engines or None, seconds)


def all_of(pool: Pool, count: int, limit: float = 25.0) -> list[Done]:
    ended: list[Done] = []
    deadline = time.monotonic() + limit
    while len(ended) < count and time.monotonic() < deadline:
        ended += pool.wait(0.1)
    assert len(ended) == count
    return ended


def test_a_task_is_its_own_text() -> None:
    """What a worker reads is what was written."""
    written = Task("lock", ((("client", 2), ("guarded", False)),), "Lock.mutex", ("bmc",), 1.5, 4, 9, False)
    assert Task.from_json(written.to_json()) == written
    assert Task.from_json(task("Lock.mutex").to_json()) == task("Lock.mutex")


def test_a_worker_that_dies_leaves_an_answer_and_room_for_others() -> None:
    """Its question is undecided, with how far it was; the next one gets a new process."""
    with Pool(1) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.dies"))
        pool.submit(task("Lock.mutex[client=2]"))
        first, second = all_of(pool, 2)
    assert first.why.startswith("its process died (SIGKILL, as when memory runs out) after")
    assert first.why.endswith("at dies: depth 3")
    assert (first.verdicts, first.engine) == ((), "dies")
    assert second.why == ""
    assert len(second.verdicts) == 1


def test_an_engine_that_hangs_is_killed_after_its_time() -> None:
    """What others had said before it is kept."""
    started = time.monotonic()
    with Pool(1, grace=0.5) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.knows_to_3", f"{HERE}.hangs", seconds=0.5))
        (done,) = all_of(pool, 1)
    assert 0.5 < time.monotonic() - started < 15
    assert "it did not end with its budget of 0.5 s, last heard of at hangs: depth 7" in done.why
    assert len(done.verdicts) == 1


def test_stopping_gives_back_all_that_is_not_done() -> None:
    """What runs says how far it was, what waits that it was not begun; no process is left."""
    with Pool(1) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.hangs"))
        pool.submit(task("Lock.mutex[client=3]"))
        while not any(running.text for running in pool.running()):
            assert pool.wait(0.1) == []
        processes = [worker.process for worker in pool._workers]
        hanging, waiting = pool.stop()
    assert hanging.why.endswith("at hangs: depth 7")
    assert waiting.why == "interrupted before it was begun"
    assert [process.poll() is not None for process in processes] == [True]


def test_a_worker_goes_when_nobody_is_left_to_answer() -> None:
    """A killed parent leaves no solver behind: the worker watches the other end of its pipe."""
    with Pool(1) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.hangs"))
        while not any(running.text for running in pool.running()):
            pool.wait(0.1)
        process = pool._workers[0].process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0
        (done,) = all_of(pool, 1)
    assert done.why.startswith("its process died (exit code 0)")


def test_a_worker_may_use_the_cores_that_nobody_else_has_use_for() -> None:
    """One at first, for others wait; all that are left once it is the last. With one job there are never more."""
    with Pool(3) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.waits_for_cores"))
        for number in range(4):
            pool.submit(task("Lock.mutex[client=2]", f"{HERE}.knows_to_3", seconds=1.0 + number / 100))
        ended = all_of(pool, 5)
    (last,) = (done for done in ended if done.engine == "waits_for_cores")
    assert isinstance(verdict := last.verdicts[0], dict)
    assert verdict["why"] == "told [1, 3]"
    with Pool(1) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.waits_for_cores", seconds=0.3))
        (done,) = all_of(pool, 1)
    assert isinstance(verdict := done.verdicts[0], dict)
    assert verdict["why"] == "told [1]"


def test_a_question_that_a_worker_does_not_find_is_an_answer_too() -> None:
    """The file may have changed meanwhile."""
    with Pool(1) as pool:
        pool.submit(task("Lock.nothing"))
        (done,) = all_of(pool, 1)
    assert done.why == "lock has no question 'Lock.nothing': its file has changed"


def suite_report() -> Report:
    with Pool(2) as pool:
        return run([load("lock")], Ask(seconds=20.0), pool)


def test_processes_say_what_this_process_says() -> None:
    """Answers and traces are the same, and come in the same order."""
    apart, here = suite_report(), check("lock")
    assert [r.asked.id for r in apart] == [r.asked.id for r in here]
    assert [r.verdict.answer for r in apart] == [r.verdict.answer for r in here]
    assert [r.verdict.trace for r in apart] == [r.verdict.trace for r in here]
    assert {r.verdict.answer for r in apart} >= {HOLDS, FAILS}


def _in_child(answer: Callable[[], Report], results: multiprocessing.Queue[list[str]]) -> None:
    results.put([result.verdict.answer.name for result in answer()])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_it_works_in_a_process_however_that_was_started(method: str) -> None:
    """Workers are neither forked nor `__main__` run again, so the caller may be any process."""
    fork, spawn = multiprocessing.get_context("fork"), multiprocessing.get_context("spawn")
    context: SpawnContext | ForkContext = fork if method == "fork" else spawn
    results = context.Queue()
    process = context.Process(target=_in_child, args=(suite_report, results))
    process.start()
    assert results.get(timeout=30) == [result.verdict.answer.name for result in check("lock")]
    process.join(timeout=10)
    assert process.exitcode == 0


def test_hanging_and_dying_engines_are_undetermined_claims() -> None:
    """A whole suite comes to its end, and says why each claim is not decided."""
    ask = Ask(engines=(f"{HERE}.knows_to_3", f"{HERE}.dies"), seconds=5.0)
    with Pool(2) as pool:
        report = run([load("lock::Lock.contested"), load("lock::never_stuck")], ask, pool)
    answers = {r.asked.question.claim.name: r.verdict.answer for r in report}
    assert answers == {"contested": UNKNOWN, "in_one_place": BOUNDED, "never_stuck": BOUNDED}
    assert report.exit_code == 3
    assert "its process died" in next(r for r in report if r.verdict.answer is UNKNOWN).tail()


def test_a_worker_takes_no_module_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A json.py that happens to lie there is not ours; the caller's own search path is."""
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    with Pool(1) as pool:
        pool.submit(task("Lock.mutex[client=2]", f"{HERE}.gives_up"))
        (done,) = all_of(pool, 1)
    assert (done.why, len(done.verdicts)) == ("", 1)
