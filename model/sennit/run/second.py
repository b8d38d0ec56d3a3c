"""Second opinions on proofs: cvc5 on every obligation that z3 says has no solution, and both solvers from other seeds.

What comes of a task are data: verdicts as Verdict.to_data writes them, and besides

    {"disagreement": {"question", "obligation", "text": SMT-LIB, "z3": what it said, "cvc5": what it said}}
    {"drift": {"question", "rows": [{"solver", "seed", "answers": {answer: count}, "seconds"}]}}
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.ledger import Disagreement
from sennit.run import portfolio
from sennit.run.words import duration, plain
from sennit.verdict import By, ClosedSet, Inductive, Verdict, unknown

FOLDER = "sennit-disagreement"
_SECONDS = 5.0  # for all obligations of a proof together
_MOST = 0.2  # of the time that is left


@dataclass(frozen=True)
class Row:
    """All obligations of one proof, by one solver from one seed."""

    solver: str
    seed: int
    answers: tuple[tuple[str, int], ...]
    seconds: float

    def to_data(self) -> dict[str, object]:
        """The row as JSON data."""
        return {
            "solver": self.solver,
            "seed": self.seed,
            "answers": dict(self.answers),
            "seconds": round(self.seconds, 3),
        }

    @staticmethod
    def from_data(data: object) -> Row:
        """Reads what `to_data` wrote. Raises Misuse for anything else."""
        match data:
            case {"solver": str(s), "seed": int(n), "answers": dict(answers), "seconds": float() | int() as seconds}:
                return Row(s, n, tuple(answers.items()), seconds)
        raise Misuse(f"{data!r} says nothing of a solver")


def answered(
    question: Question, budget: Budget, engines: Sequence[str] | None, seeds: int, *, evidence: bool
) -> Iterator[dict[str, object]]:
    """What engines say, as data. A proof by one solver is shown to the other, which may contradict it.

    Without `evidence`, closed sets are counts.
    """
    try:
        for verdict in portfolio.verdicts(question, budget, engines):
            if not isinstance(verdict.certificate, Inductive):
                yield (verdict if evidence else _without_states(verdict)).to_data()
                continue
            budget.progress("cvc5: a second opinion")
            seconded = verdict if verdict.seconded is not None else _seconded(verdict, budget)
            yield seconded.to_data()
            if seeds and seconded.certificate is not None:
                rows = [row.to_data() for row in _drift(verdict, seeds, budget)]
                yield {"drift": {"question": question.id, "rows": rows}}
    except Disagreement as found:
        yield {"disagreement": {"question": question.id, **_said(found)}}


def _said(found: Disagreement) -> dict[str, object]:
    """What solvers said; of another kind of disagreement, its message."""
    from sennit.certificate import SolversDisagree  # imported late: what is explored needs no solver

    if isinstance(found, SolversDisagree):
        return {"obligation": found.obligation, "text": found.text, "z3": found.z3, "cvc5": found.cvc5}
    return {"why": str(found)}


def _seconded(verdict: Verdict, budget: Budget) -> Verdict:
    """The verdict with what cvc5 says to it, in a share of the time that is left."""
    from sennit.certificate import Refuted, second_opinion
    from sennit.lower.smtlib import versions

    end = time.monotonic() + min(_SECONDS, budget.left() * _MOST)
    try:
        alone = second_opinion(verdict, lambda: end - time.monotonic())
    except Refuted as why:
        by = By(verdict.engine, verdict.seconds, verdict.versions)
        return unknown(verdict.question, f"a bug in Sennit: what {verdict.engine} proved is no proof: {why}", by)
    except (Misuse, ValueError):  # a name that has no spelling in SMT-LIB, or what cvc5 cannot read
        return replace(verdict, seconded=False)
    return replace(verdict, seconded=not alone, versions=(*verdict.versions, *versions()))


def _drift(verdict: Verdict, seeds: int, budget: Budget) -> Iterator[Row]:
    """Each solver from each seed, on all obligations; nobody gets more time for one than the question has.

    Raises SolversDisagree where one of them finds a solution.
    """
    from sennit.certificate import SolversDisagree, obligations_of
    from sennit.lower.smtlib import ask_cvc5, script
    from sennit.lower.solver import ask_text

    texts = [(obligation.name, script(obligation.formulas)) for obligation in obligations_of(verdict)]
    seconds = min(budget.seconds or 60.0, 60.0)
    solvers: list[tuple[str, Callable[[str, float, int], str]]] = [("z3", ask_text), ("cvc5", ask_cvc5)]
    for name, ask in solvers:
        for seed in range(1, seeds + 1):
            budget.progress(f"{name}: seed {seed} of {seeds}")
            began = time.monotonic()
            found: Counter[str] = Counter()
            for obligation, text in texts:
                found[answer := ask(text, seconds, seed)] += 1
                if answer == "sat":
                    said = f"sat from seed {seed}"
                    raise SolversDisagree(obligation, text, *((said, "unsat") if name == "z3" else ("unsat", said)))
            yield Row(name, seed, tuple(sorted(found.items())), time.monotonic() - began)


def _without_states(verdict: Verdict) -> Verdict:
    """The verdict with the count of a closed set alone, whose states can be many megabytes that nobody reads."""
    match verdict.certificate:
        case ClosedSet() as found:
            return replace(verdict, certificate=replace(found, states=None))
    return verdict


# -- what comes of it -------------------------------------------------------------------------------------------------


def kept(data: object, folder: Path) -> Disagreement:
    """A disagreement of solvers, with the text and what both said written into the folder, or where that cannot be."""
    match data:
        case {
            "question": str(question),
            "obligation": str(obligation),
            "text": str(text),
            "z3": str(z3),
            "cvc5": str(cvc5),
        }:
            name = re.sub(r"[^A-Za-z0-9.=]+", "_", f"{question} {obligation}").strip("_")
            files = {"smt2": text, "z3.txt": z3, "cvc5.txt": cvc5}
            where = _written(folder / FOLDER, {f"{name}.{end}": said for end, said in files.items()})
            said = f"z3 says {plain(z3)} and cvc5 {plain(cvc5)} to {question}, {obligation}"
            return Disagreement(f"{said}: the text and what both said lie in {where}")
        case {"question": str(question), "why": str(why)}:
            return Disagreement(f"{question}: {plain(why)}")
    return Disagreement(f"solvers contradict each other: {data!r}")


def _written(folder: Path, files: dict[str, str]) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))
    for name, content in files.items():
        handle, part = tempfile.mkstemp(dir=folder, prefix=f".{name[:50]}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content if content.endswith("\n") else f"{content}\n")
        with contextlib.suppress(OSError):
            Path(part).chmod(0o644)
        Path(part).replace(folder / name[-200:])
    return folder


def table(title: str, rows: Sequence[Row]) -> list[str]:
    """The rows as lines: what each seed said, and how long it took; then the least and the greatest time a solver."""
    lines = [f"{title} from {len({row.seed for row in rows})} seeds a solver:"]
    for row in rows:
        said = ", ".join(f"{count} {answer}" for answer, count in row.answers) or "nothing to ask"
        lines.append(f"  {row.solver:5} seed {row.seed:3}  {said:24} {duration(row.seconds)}")
    for solver in dict.fromkeys(row.solver for row in rows):
        times = [row.seconds for row in rows if row.solver == solver]
        answers = {row.answers for row in rows if row.solver == solver}
        drift = "the same answers" if len(answers) == 1 else "answers that drift"
        lines.append(f"  {solver:5} {drift}, {duration(min(times))} to {duration(max(times))}")
    return lines
