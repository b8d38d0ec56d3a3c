"""Proves what suites claim and writes the ledger, so that at any moment what is on disk is true.

The genesis is written first and the closing last; an entry is written once its evidence has a second opinion and the
entries it leans on are there. Whoever is killed in between leaves a ledger without a closing, and the next run keeps
every claim that has an entry on the same questions.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

from sennit.claim import Answer
from sennit.record import stored, warned
from sennit.record.book import (
    Book,
    Closing,
    Genesis,
    Signature,
    entry_files,
    ledger_files,
    read_assumptions,
    read_ids,
    write,
)
from sennit.record.checking import Checks, Opinion
from sennit.record.compose import composed, described, ids_text, is_kept, remembered, with_ids
from sennit.record.entry import PROVED, RERUN, Entry, Said
from sennit.record.plan import Planned, claims_by_suite, leaned_on, plan, specifications
from sennit.record.remembering import Remembering
from sennit.record.summary import report_text
from sennit.record.warned import Warned
from sennit.run import asking
from sennit.run.asking import Ask, Hands, Watch
from sennit.run.report import Report, Result
from sennit.run.suite import Suite
from sennit.run.workers import Running
from sennit.verdict import ClosedSet

Sign = Callable[[bytes], Signature]


@dataclass(frozen=True, eq=False)
class Proved:
    """What a run of `prove` did: the report of the engines, entries kept and written, and claims without an entry."""

    report: Report
    kept: int
    written: int
    missing: tuple[str, ...]
    entries: tuple[Entry, ...]


def prove(
    suites: Sequence[Suite],
    folder: Path,
    ask: Ask,
    hands: Hands,
    checks: Checks,
    watch: Watch | None = None,
    *,
    fresh: bool = False,
    sign: Sign | None = None,
) -> Proved:
    """Asks all that the suites claim, and brings the ledger in `folder` up to date with it; `fresh` keeps nothing.

    Raises Disagreement where engines or solvers contradict each other, Misuse where the folder has another form.
    """
    planned = plan(suites)
    kept, memory = _kept(folder, planned)
    genesis, ids = _begin(folder, planned, kept, fresh)
    if fresh:
        kept, memory = {}, {}
    remembering = Remembering(hands, folder, planned, memory)
    proving = Proving(folder, planned, genesis, ids, remembering, checks, ask, watch or asking.Unwatched(), kept)
    proving.targets = {name: suite.target for suite in suites for name in (a.question.claim.id for a in suite.asked)}
    survey = ask.survey and not (len(kept) == len(planned) and (folder / warned.FILE).is_file())
    report = asking.run(suites, replace(ask, evidence=True, survey=survey), remembering, proving)
    proving.drain()
    missing = tuple(claim for claim in planned if claim not in proving.entries)
    entries = tuple(proving.entries[claim] for claim in planned if claim in proving.entries)
    if not missing:
        said = Warned.of(group.survey for group in report.groups) if survey else Book.read(folder).warned
        _close(folder, genesis, entries, said, sign)
    return Proved(report, len(kept), len(entries) - len(kept), missing, entries)


@dataclass(eq=False)
class Proving:
    """Watches results come in, has their evidence looked at, and writes each entry as soon as it may stand."""

    folder: Path
    planned: Mapping[str, Planned]
    genesis: Genesis
    ids: Mapping[str, str]
    hands: Remembering
    checks: Checks
    ask: Ask
    watch: Watch
    kept: Mapping[str, Entry]
    entries: dict[str, Entry] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    _results: dict[str, Result] = field(default_factory=dict)
    _answers: dict[str, Said] = field(default_factory=dict)
    _drafts: dict[str, tuple[Entry, list[list[Future[Opinion]]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assumptions = read_assumptions(self.folder)
        self._assumptions = {
            claim: tuple(a.name for a in assumptions if one.claim.owner in a.systems)
            for claim, one in self.planned.items()
        }

    def suite(self, suite: Suite) -> None:
        """The results that follow belong to this suite."""
        self.watch.suite(suite)

    def result(self, result: Result) -> None:
        """Notes a result; the last one of a claim makes its entry a draft."""
        self.watch.result(result)
        self._results.setdefault(result.asked.id, result)
        claim = result.asked.question.claim.id
        one = self.planned[claim]
        if claim not in self._drafts and all(a.id in self._results for a in (*one.asked, *one.without)):
            self._draft(claim, one)
        self.advance()

    def tick(self, running: Sequence[Running], done: int, total: int) -> None:
        """Writes what has become ready meanwhile."""
        self.watch.tick(running, done, total)
        self.advance()

    def drain(self) -> None:
        """Waits for the second opinions on everything that has an answer. Ctrl-C leaves the rest for another time."""
        while self._drafts:
            before = len(self._drafts)
            self.advance()
            waiting = [f for _, rows in self._drafts.values() for row in rows for f in row if not f.done()]
            if not waiting and len(self._drafts) == before:
                return  # what is left leans on claims that have no answer
            if waiting:
                total = len(self.planned)
                self.watch.tick([], total - len(self._drafts), total)
                time.sleep(0.05)

    def advance(self) -> None:
        """Writes every entry whose evidence has been looked at and whose parents are there."""
        progress = True
        while progress:
            progress = False
            for claim in list(self._drafts):
                entry, opinions = self._drafts[claim]
                if all(future.done() for row in opinions for future in row) and self._write(claim, entry, opinions):
                    del self._drafts[claim]
                    progress = True

    def _draft(self, claim: str, one: Planned) -> None:
        if self._lost(one):
            return
        if claim in self.kept:
            self._drafts[claim] = (described(one, self.kept[claim]), [[] for _ in one.asked])
            return
        entry = composed(one, self._results, self.hands.states, self.ask.seed, self.targets[claim], self.folder)
        self._drafts[claim] = (entry, [self._opinions(said) for said in entry.answers])

    def _lost(self, one: Planned) -> bool:
        """Whether an answer, or one that it needs, was given up on Ctrl-C: it says nothing of the claim then."""
        needed = [a.id for a in (*one.asked, *one.without)]
        for asked in needed:
            result = self._results.get(asked)
            for verdict in () if result is None else result.said:
                needed += [name for name in (*verdict.leans, verdict.question.gate) if name and name not in needed]
        return bool(self.hands.given_up.intersection(needed))

    def _opinions(self, said: Said) -> list[Future[Opinion]]:
        if said.certificate is None:
            return []
        futures = self.checks.certificate(self.folder, said.certificate, said.leans)
        verdict = self._results[said.question].verdict
        if isinstance(verdict.certificate, ClosedSet) and said.question not in self.hands.states:
            futures.append(self.checks.again(self.folder, said.certificate, said.engine, self.ask.seconds))
        return futures

    def _write(self, claim: str, entry: Entry, opinions: list[list[Future[Opinion]]]) -> bool:
        """Writes the entry and says so; False where a parent is missing yet."""
        needed = self._leaned_on(claim, entry.answers)
        if not all(name in self.entries for name in needed):
            return False
        answers = tuple(
            self._as_it_stands(_judged(said, [future.result() for future in row]), needed)
            for said, row in zip(entry.answers, opinions, strict=True)
        )
        blocks = [self.entries[name].block for name in self._leaned_on(claim, answers)]
        parents = tuple(sorted(blocks)) or (self.genesis.block,)
        entry = replace(
            entry, id=self.ids[claim], answers=answers, parents=parents, assumptions=self._assumptions[claim]
        )
        write(self.folder, entry.path, entry.content)
        self.entries[claim] = entry
        self._answers |= {said.question: said for said in answers}
        return True

    def _leaned_on(self, claim: str, answers: Sequence[Said]) -> list[str]:
        leans = [lean for said in answers for lean in said.leans]
        return leaned_on(claim, leans, [said.gate for said in answers if said.answer in PROVED], self.planned)

    def _as_it_stands(self, said: Said, needed: Sequence[str]) -> Said:
        """The answer, or UNKNOWN where what it leans on was withdrawn for want of a certificate that passes."""
        if said.answer not in PROVED:
            return said
        for name in (*said.leans, said.gate):
            if name is None or name.partition("[")[0] not in needed:
                continue
            if name not in self._answers or self._answers[name].answer not in PROVED:
                return _withdrawn(said, f"it leans on {name}, which is not established")
        return said


# -- beginning and end ------------------------------------------------------------------------------------------------


def _kept(folder: Path, planned: Mapping[str, Planned]) -> tuple[dict[str, Entry], dict[str, dict[str, object]]]:
    """The entries on file that answer what is asked today, and what engines said then."""
    if not (folder / "genesis.json").is_file():
        return {}, {}
    book = Book.read(folder)
    kept: dict[str, Entry] = {}
    memory: dict[str, dict[str, object]] = {}
    for entry in book.entries:
        one = planned.get(entry.claim)
        if one is not None and entry.suite == one.suite and is_kept(book, entry, one):
            kept[entry.claim] = entry
            memory |= remembered(book, entry, one)
    return kept, memory


def _begin(
    folder: Path, planned: Mapping[str, Planned], kept: Mapping[str, Entry], fresh: bool
) -> tuple[Genesis, Mapping[str, str]]:
    """Writes what comes before the entries. Unless nothing is to be done, the closing goes, and then what is stale."""
    assumptions = folder / "assumptions.toml"
    if not assumptions.is_file():
        write(folder, assumptions.name, (resources.files("sennit.record") / "assumptions.toml").read_bytes())
    digest = hashlib.sha256(assumptions.read_bytes()).hexdigest()
    genesis = Genesis(specifications(planned), claims_by_suite(planned), digest)
    current = (folder / "genesis.json").is_file() and (folder / "genesis.json").read_bytes() == genesis.content
    if fresh or not (current and len(kept) == len(planned)):
        (folder / "closing.json").unlink(missing_ok=True)
        still = {entry.path for entry in kept.values()}
        for path in entry_files(folder) if (folder / "genesis.json").is_file() else ():
            if path.relative_to(folder).as_posix() not in still:
                path.unlink()
    ids = with_ids(read_ids(folder), list(planned))
    write(folder, "ids.toml", ids_text(ids))
    write(folder, "genesis.json", genesis.content)
    return genesis, ids


def _close(folder: Path, genesis: Genesis, entries: Sequence[Entry], said: Warned | None, sign: Sign | None) -> None:
    """Removes files that nobody names, writes the report, and last the closing."""
    _sweep(folder, entries)
    blocks = [genesis.block, *(entry.block for entry in entries)]
    if said is not None:
        write(folder, warned.FILE, said.content)
        blocks.append(said.block)
    closing = Closing.of(blocks)
    write(folder, "REPORT.md", report_text(genesis, entries, read_assumptions(folder), said).encode())
    if sign is not None:
        closing = replace(closing, signature=sign(closing.message))
    elif (folder / "closing.json").is_file() and (before := Book.read(folder)).finished and before.closing is not None:
        closing = before.closing  # with the signature that it may have
    write(folder, "closing.json", closing.content)


def _sweep(folder: Path, entries: Sequence[Entry]) -> None:
    """Removes files of former runs that no entry names, and no file that a ledger does not have."""
    named = {entry.path for entry in entries}
    for entry in entries:
        for artefact in entry.artefacts():
            named.add(artefact.path)
            if artefact.path.endswith(".certificate.json"):
                found = stored.read(folder, artefact)
                named |= {part.path for part in (found.machine, found.states) if part is not None}
    for path in ledger_files(folder):
        if path.relative_to(folder).as_posix() not in named:
            path.unlink()


def _judged(said: Said, opinions: Sequence[Opinion]) -> Said:
    """The answer with the second opinion on it; UNKNOWN where its certificate does not pass."""
    if not opinions:
        return said
    against = [opinion.reason for opinion in opinions if not opinion.ok]
    if against:
        return _withdrawn(
            said, f"{said.engine} says {said.answer.name}, and its certificate does not pass: {against[0]}"
        )
    seconds = [opinion.second for opinion in opinions]
    return replace(said, second=RERUN if RERUN in seconds else seconds[-1])


def _withdrawn(said: Said, why: str) -> Said:
    return replace(said, answer=Answer.UNKNOWN, why=" ".join(why.split()), leans=(), second="", certificate=None)
