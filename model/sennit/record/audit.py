"""Re-checks a ledger from its files: nothing in it is believed because it says so.

Digests are compared with today's specifications, certificates re-checked from the formulas on file, traces replayed,
and the ledger itself is checked as the braid that it is. Every fault says where it is and what it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from sennit.claim import Answer, Question
from sennit.errors import Misuse
from sennit.ledger import Disagreement
from sennit.record import stored
from sennit.record.book import Book
from sennit.record.braid import braid_faults, closing_faults, signature_faults
from sennit.record.checking import Checks, Opinion
from sennit.record.entry import (
    ONE_SOLVER,
    PROVED,
    RERUN,
    SHOWN,
    TWO_SOLVERS,
    Artefact,
    Dropped,
    Entry,
    Said,
    established,
)
from sennit.record.faults import Fault
from sennit.record.plan import Plan, claims_by_suite, leaned_on, plan, specifications
from sennit.record.summary import report_text
from sennit.record.today import against_today, evidence_fits
from sennit.record.warned import FILE
from sennit.run.suite import Suite
from sennit.run.words import listed, plain
from sennit.trace import NotATrace, Trace

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Audit:
    """What an audit found. `notes` are true of a good ledger too, and should be known before one relies on it."""

    entries: int
    answers: int
    traces: int
    certificates: int
    finished: bool
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    signer: str | None
    seconds: float


def audit(
    book: Book,
    suites: Sequence[Suite],
    checks: Checks,
    signers: Sequence[str] = (),
    *,
    must_be_signed: bool = False,
    recompute: float | None = None,
    progress: Progress = lambda done, total: None,
) -> Audit:
    """Everything that does not check. `suites` are today's, by the names that the ledger has for them.

    `signers` are the fingerprints of accepted keys, `recompute` the seconds that one question may take to be asked
    again where the ledger keeps no more than an answer; None asks nothing again.
    """
    started = time.monotonic()
    planned = plan(suites)
    targets = {asked.question.claim.id: suite.target for suite in suites for asked in suite.asked}
    looking = _Looking(book, planned, checks, targets, recompute)
    faults = [*_form(book), *braid_faults(book), *closing_faults(book)]
    signer, unsigned = signature_faults(book, signers, must_be_signed)
    faults += [*unsigned, *_genesis(book, planned), *_missing(book, planned)]
    for entry in book.entries:
        faults += looking.entry(entry)
    faults += [*_leaning(book), *_parents(book, planned), *_report(book), *looking.wait(progress)]
    return Audit(
        len(book.entries),
        len(book.answers()),
        looking.traces,
        looking.certificates,
        book.closing is not None,
        tuple(faults),
        tuple(looking.notes()),
        signer,
        time.monotonic() - started,
    )


# -- the whole --------------------------------------------------------------------------------------------------------


def _form(book: Book) -> Iterator[Fault]:
    warned = [] if book.warned is None else [(FILE, book.warned.content)]
    for path, content in [
        ("genesis.json", book.genesis.content),
        *((e.path, e.content) for e in book.entries),
        *warned,
    ]:
        if (book.folder / path).read_bytes() != content:
            yield Fault(path, "it is not written as canonical JSON, so its digest is not the one that is used")
    claims: dict[str, str] = {}
    for entry in book.entries:
        if claims.setdefault(entry.claim, entry.path) != entry.path:
            yield Fault(entry.path, f"{entry.claim} has two entries")
        if book.ids.get(entry.claim) != entry.id:
            known = book.ids.get(entry.claim, "none")
            yield Fault(entry.path, f"its short id is {entry.id}, and ids.toml gives {entry.claim} {known}")


def _genesis(book: Book, planned: Plan) -> Iterator[Fault]:
    assumptions = book.folder / "assumptions.toml"
    if not assumptions.is_file() or stored.digest_of(assumptions) != book.genesis.assumptions:
        yield Fault("assumptions.toml", "it is not the list of assumptions that the ledger was proved under")
    today = specifications(planned)
    for owner, digest in sorted(book.genesis.specifications.items()):
        if owner in today and today[owner] != digest:
            yield Fault("genesis.json", f"the specification of {owner} has changed since: prove again")
    for suite, claims in claims_by_suite(planned).items():
        if tuple(book.genesis.suites.get(suite, ())) != claims:
            odd = sorted(set(claims) ^ set(book.genesis.suites.get(suite, ())))
            yield Fault("genesis.json", f"today {suite} makes other claims: {listed(odd) or 'in another order'}")


def _missing(book: Book, planned: Plan) -> Iterator[Fault]:
    present = {entry.claim for entry in book.entries}
    named = {claim: suite for suite, claims in book.genesis.suites.items() for claim in claims}
    for claim in dict.fromkeys((*named, *planned)):
        if claim not in present and book.closing is not None:
            yield Fault(claim, "the ledger has no entry of it: it was removed, or never written")


def _leaning(book: Book) -> Iterator[Fault]:
    answers = book.answers()
    proved = established(answers)
    circles: dict[tuple[str, ...], None] = {}
    for name, said in answers.items():
        if said.answer not in PROVED:
            continue
        circle = _circle(name, answers)
        if circle:
            circles[tuple(sorted(circle))] = None
            continue
        missing = [lean for lean in said.leans if lean not in proved]
        if missing:
            yield Fault(name, f"it leans on {listed(missing)}, not established by this ledger")
        if said.gate is not None and said.gate not in proved:
            yield Fault(name, f"it waits for {said.gate}, not established by this ledger: a rule may leave its ranges")
    for names in circles:
        yield Fault(listed(names), "they lean on each other, so none of them is established")


def _circle(name: str, answers: Mapping[str, Said]) -> set[str]:
    """The questions on a circle of leans through this one; empty where there is none."""
    above = _reachable(name, answers)
    return {other for other in above if name in _reachable(other, answers)} if name in above else set()


def _reachable(name: str, answers: Mapping[str, Said]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        said = answers.get(todo.pop())
        for lean in () if said is None else said.leans:
            if lean not in found:
                found.add(lean)
                todo.append(lean)
    return found


def _parents(book: Book, planned: Plan) -> Iterator[Fault]:
    if book.closing is None:
        return
    blocks = {entry.claim: entry.block for entry in book.entries}
    for entry in book.entries:
        leans = [lean for said in entry.answers for lean in said.leans]
        gates = [said.gate for said in entry.answers if said.answer in PROVED]
        needed = leaned_on(entry.claim, leans, gates, planned)
        if any(name not in blocks for name in needed):
            continue  # said where leans are looked at
        if tuple(sorted(blocks[name] for name in needed) or [book.genesis.block]) != entry.parents:
            names = listed(needed) if needed else "the genesis"
            yield Fault(entry.path, f"its parents are not the entries that its proofs lean on, {names}")


def _report(book: Book) -> Iterator[Fault]:
    if book.closing is None:
        return
    file = book.folder / "REPORT.md"
    text = report_text(book.genesis, book.entries, book.assumptions, book.warned)
    if not file.is_file() or file.read_bytes() != text.encode():
        yield Fault("REPORT.md", "it does not say what the entries say")


# -- one entry --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Looking:
    """Looks at entries one after the other, and collects the second opinions that were asked for."""

    book: Book
    planned: Plan
    checks: Checks
    targets: Mapping[str, str]
    recompute: float | None
    traces: int = 0
    certificates: int = 0
    _digests: dict[str, str] = field(default_factory=dict)
    _pending: list[tuple[Said, Future[Opinion]]] = field(default_factory=list)
    _rerun: int = 0
    _weaker: list[str] = field(default_factory=list)
    _undetermined: int = 0

    def __post_init__(self) -> None:
        self._digests = {name: said.digest for name, said in self.book.answers().items()}

    def entry(self, entry: Entry) -> Iterator[Fault]:
        """What is wrong with an entry, as far as is seen at once."""
        one = self.planned.get(entry.claim)
        yield from self._assumptions(entry)
        if one is None or one.suite != entry.suite:
            yield Fault(entry.path, f"no suite claims {entry.claim} today: it is stale, and should be proved again")
            return
        stale = [*against_today(entry, one)]
        yield from stale
        questions = {question.id: question for question in one.questions()}
        for said in entry.answers:
            yield from self._said(said, questions.get(said.question))
        for dropped in entry.rests_on:
            yield from self._dropped(dropped, questions.get(dropped.question))

    def wait(self, progress: Progress) -> Iterator[Fault]:
        """What second opinions found."""
        total = len(self._pending)
        while (done := sum(future.done() for _, future in self._pending)) < total:
            progress(done, total)
            time.sleep(0.05)
        progress(total, total)
        for said, future in self._pending:
            try:
                opinion = future.result()
            except Disagreement as error:
                yield Fault(said.question, plain(str(error)))
                continue
            if not opinion.ok:
                yield Fault(said.question, f"its certificate does not pass: {plain(opinion.reason)}")
            elif said.second == TWO_SOLVERS and opinion.second == ONE_SOLVER:
                self._weaker.append(said.question)

    def notes(self) -> Iterator[str]:
        """What is no fault, and should be known."""
        if self._rerun and self.recompute is None:
            yield (
                f"{self._rerun} proofs keep the number of states alone, which no file can re-check: "
                "`sennit audit` runs them again unless it is told --no-recompute"
            )
        if self._weaker:
            yield f"here one solver alone discharged {listed(self._weaker)}, in the time it had"
        if self.book.warned is None:
            yield "nobody looked for what makes answers worth less than they look: it has no warnings.json"
        elif open_ := [c for c in self.book.warned.caveats if not c.intended]:
            yield f"{len(open_)} warnings of what makes answers worth less than they look: REPORT.md lists them"
        if self._undetermined:
            yield f"{self._undetermined} answers are BOUNDED or UNKNOWN: they prove nothing"
        if self.book.closing is None:
            yield "the ledger has no closing: it is valid as far as it goes, and unfinished"
        elif self.book.closing.signature is None:
            yield "the ledger is not signed: it shows what was proved, and not who says so"

    def _assumptions(self, entry: Entry) -> Iterator[Fault]:
        known = [one.name for one in self.book.assumptions]
        for name in entry.assumptions:
            if name not in known:
                yield Fault(entry.path, f"it leans on the assumption {name!r}, which assumptions.toml does not list")
        built_in = tuple(one.name for one in self.book.assumptions if entry.owner in one.systems)
        if built_in != tuple(name for name in entry.assumptions if name in known):
            names = listed(built_in) or "none"
            yield Fault(entry.path, f"the assumptions that {entry.owner} builds in are {names}, and it names others")

    def _said(self, said: Said, question: Question | None) -> Iterator[Fault]:
        self._undetermined += said.answer in (Answer.BOUNDED, Answer.UNKNOWN)
        yield from evidence_fits(said, question)
        if said.answer in SHOWN and said.trace is not None:
            yield from self._replayed(said, question)
        if said.answer in PROVED and said.certificate is not None:
            yield from self._certified(said, said.certificate)
        if said.answer is Answer.BOUNDED and self.recompute is not None and question is not None:
            target = self.targets[question.claim.id]
            again = self.checks.bounded(target, question.id, said.engine, said.depth or 0, self.recompute)
            self._pending.append((said, again))

    def _certified(self, said: Said, certificate: Artefact) -> Iterator[Fault]:
        try:
            found = stored.read(self.book.folder, certificate)
        except Misuse as error:
            yield Fault(said.question, f"its certificate cannot be used: {error}")
            return
        if found.question.digest != said.digest or found.question.id != said.question:
            about = found.question.id
            yield Fault(said.question, f"its certificate is about another question, {about}: it was swapped")
            return
        for lemma in found.question.lemmas:
            known = self._digests.get(lemma.id)
            if lemma.id in said.leans and lemma.digest != known:
                yield Fault(said.question, f"its certificate assumes, under the name of {lemma.id}, something else")
                return
        self.certificates += 1
        count = getattr(found.certificate, "count", None)
        if count is not None and said.states != count:
            yield Fault(said.question, f"it says {said.states} states, and its certificate {count:,}")
        for future in self.checks.certificate(self.book.folder, certificate, said.leans):
            self._pending.append((said, future))
        if (said.second == RERUN) != (count is not None and found.states is None):
            yield Fault(said.question, f"it says {said.second!r} of evidence that is something else")
        if said.second == RERUN:
            self._rerun += 1
            if self.recompute is not None:
                again = self.checks.again(self.book.folder, certificate, said.engine, self.recompute)
                self._pending.append((said, again))

    def _dropped(self, dropped: Dropped, question: Question | None) -> Iterator[Fault]:
        if dropped.answer is Answer.FAILS and dropped.trace is None:
            yield Fault(dropped.question, "it says FAILS, and has no trace")
        elif dropped.answer is Answer.FAILS:
            yield from self._replayed(dropped, question)

    def _replayed(self, answer: Said | Dropped, question: Question | None) -> Iterator[Fault]:
        if question is None or question.digest != answer.digest:
            return  # stale, which has been said
        try:
            about = question.instance(self.book.settings(answer)) if question.every_size else question
            trace = Trace.from_data(self.book.trace(answer), about.machine)
            trace.shows(about)
        except (Misuse, NotATrace) as error:
            yield Fault(answer.question, f"its trace does not replay: {plain(str(error))}")
            return
        self.traces += 1
        if answer.steps != len(trace):
            yield Fault(answer.question, f"it says {answer.steps} steps, and its trace has {len(trace)}")
