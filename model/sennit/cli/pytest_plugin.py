"""A pytest plugin: `pytest --sennit FILE.py` collects an item a question of the file's claims.

    pytest --sennit properties/relay_claims.py           these claims alone
    pytest --sennit properties/relay_claims.py tests     these beside other tests
    pytest --sennit a.py 'a.py::Gate.alone[car=3]'       one of them

An item passes where the answer is the one that is expected, and fails where it is another, with the trace. It fails
also where the answer is undetermined, and says so: what was not shown is never skipped or passed.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:  # what checks is loaded when claims are to be checked: most runs of pytest have none
    from sennit.run.report import Result
    from sennit.run.suite import Asked, Suite
    from sennit.run.worker import Task
    from sennit.run.workers import Done, Pool, Running

_WIDTH: Final = 100  # columns of a trace
_POOL: Final = pytest.StashKey["Pool"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("sennit", "claims of specifications")
    group.addoption("--sennit", action="append", default=[], metavar="FILE.py", help="check the claims of this file")
    group.addoption(
        "--sennit-budget", type=float, default=30.0, metavar="SECONDS", help="time for each claim (default: 30)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the files with claims to what is collected; where nothing else is named, they are all there is."""
    files = _files(config)
    if not files:
        return
    if not 0 < config.getoption("--sennit-budget") < float("inf"):
        raise pytest.UsageError("--sennit-budget: a budget is a number of seconds above 0")
    for file in files:
        if file.suffix not in (".py", ".graphml") or not file.is_file():
            raise pytest.UsageError(f"--sennit {file}: there is no such .py or .graphml file")
    folder = config.invocation_params.dir
    named = [] if config.args_source is not pytest.Config.ArgsSource.ARGS else config.args
    known = {_absolute(folder, argument.partition("::")[0]) for argument in named}
    config.args = [*named, *(str(file) for file in files if file not in known)]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the process that answered."""
    pool = config.stash.get(_POOL, None)
    if pool is not None:
        pool.__exit__(None, None, None)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """A file with claims is no module with tests, whoever else would take it for one."""
    found = yield
    if file_path in _files(parent.config):
        return [ClaimFile.from_parent(parent, path=file_path)]
    return found


class ClaimFile(pytest.File):
    """A file with claims."""

    suite: Suite
    done: dict[str, Done]

    def collect(self) -> Iterator[pytest.Item]:
        """An item a question, in the order of the suite: those that others lean on first."""
        from sennit.errors import Misuse
        from sennit.run.suite import load

        try:
            self.suite = load(str(self.path))
        except Misuse as error:
            raise self.CollectError(str(error)) from error
        self.done = {}
        titles = {asked.id: asked.title for asked in self.suite.asked}
        for asked in self.suite.asked:
            claim, bracket, sizes = titles.get(asked.of, asked.title).partition("[")
            name = f"{claim}{f' without {asked.without}' if asked.without else ''}{bracket}{sizes}"
            # Spelled out, sizes last, since pytest takes brackets for parameters wherever it reads an id back.
            yield ClaimItem.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}", asked=asked)


class ClaimItem(pytest.Item):
    """One question."""

    def __init__(self, *, asked: Asked, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.asked = asked

    def runtest(self) -> None:
        """Asks the question, and what a proof of it leans on."""
        from sennit.run.report import AS_EXPECTED

        result = self._ask()
        self.user_properties.append(("answer", result.verdict.answer.name))
        if result.code != AS_EXPECTED:
            raise NotAsExpected(result)

    def repr_failure(  # the same parameters as in pytest's own class
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        """What went against expectation and the trace that shows it; or what is undetermined and why."""
        from sennit.ledger import Disagreement

        match excinfo.value:
            case NotAsExpected(result=result):
                return "\n".join(_explained(result))
            case Disagreement() as error:
                return f"{error}; nothing of this run may be believed until that is found"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the claim is stated, and what a failure is headed."""
        from sennit.show.places import place_of_claim

        place = place_of_claim(self.asked.question)
        heading = f"claim {self.name}"  # pytest would take the name alone for one of a test, and rewrite its dots
        return (self.path, None, heading) if place is None else (place.path, place.line - 1, heading)

    def _ask(self) -> Result:
        from dataclasses import replace

        from sennit.run.asking import Ask, run

        file = self.parent
        assert isinstance(file, ClaimFile)
        alone = replace(file.suite, asked=(self.asked,))
        ask = Ask(seconds=self.config.getoption("--sennit-budget"), evidence=False, survey=False)
        report = run([alone], ask, Remembering(_pool(self.config), file.done))
        if report.interrupted:
            raise KeyboardInterrupt
        (result,) = report.results
        return result


class NotAsExpected(Exception):  # noqa: N818  # the sentence reads so
    """An answer that is not the expected one, or none."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.line())
        self.result = result


class Remembering:
    """Hands that answer each question of a file once: items of one file lean on the same lemmas."""

    def __init__(self, pool: Pool, done: dict[str, Done]) -> None:
        self._pool, self._done = pool, done
        self._ready: list[Done] = []

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C was heard."""
        return self._pool.interrupted

    @interrupted.setter
    def interrupted(self, value: bool) -> None:
        self._pool.interrupted = value

    def submit(self, task: Task, *, first: bool = False) -> None:
        """Takes a task, or remembers its answer."""
        if task.question in self._done:
            self._ready.append(self._done[task.question])
        else:
            self._pool.submit(task, first=first)

    def wait(self, seconds: float) -> list[Done]:
        """The tasks that have ended."""
        if self._ready:
            ready, self._ready = self._ready, []
            return ready
        ended = self._pool.wait(seconds)
        self._done.update((done.task.question, done) for done in ended)
        return ended

    def running(self) -> list[Running]:
        """The tasks in progress."""
        return self._pool.running()

    def stop(self) -> list[Done]:
        """Gives up; returns every task that is not done."""
        ready, self._ready = self._ready, []
        return [*ready, *self._pool.stop()]


def _explained(result: Result) -> list[str]:
    from sennit.run.report import UNDETERMINED
    from sennit.run.words import statement
    from sennit.show.text import outside, table

    if result.code == UNDETERMINED:
        return [f"undetermined, so not shown: {result.line()}", f"  {statement(result.asked.question)}"]
    lines = [f"against expectation: {result.line()}", f"  {statement(result.asked.question)}"]
    if result.verdict.trace is not None:
        lines += ["", *table(result.verdict, _WIDTH), *outside(result.verdict)]
    return lines


def _pool(config: pytest.Config) -> Pool:
    """The one process that answers; started for the first item, and again by itself if it dies."""
    from sennit.run.workers import Pool

    if _POOL not in config.stash:
        config.stash[_POOL] = Pool(1).__enter__()
    return config.stash[_POOL]


def _files(config: pytest.Config) -> list[Path]:
    given: list[str] = config.getoption("--sennit")
    return list(dict.fromkeys(_absolute(config.invocation_params.dir, name) for name in given))


def _absolute(folder: Path, name: str) -> Path:
    return Path(os.path.normpath(folder / name))
