"""A proof by one solver is shown to another, and what comes of it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sennit import HOLDS, UNKNOWN, Bool, Expr, System, Verdict, always, rule
from sennit import certificate as certificates
from sennit.ledger import Disagreement
from sennit.run import check
from sennit.run.asking import Ask, Here, run
from sennit.run.second import FOLDER, Row, kept
from sennit.run.suite import suite_of


class Door(System):
    """Opens and never shuts; the bell rings only before."""

    opened = Bool(init=False)
    rang = Bool(init=False)

    @rule(by="hand")
    def open(self) -> None:
        self.require(self.rang)
        self.opened = True

    @rule(by="visitor")
    def ring(self) -> None:
        self.rang = True


@always(Door)
def announced(door: Door) -> Expr:
    """It opens only after the bell."""
    return ~door.opened | door.rang


def test_a_proof_by_one_solver_is_shown_to_the_other() -> None:
    """The verdict says so, and names both; what was explored needs no solver and says nothing."""
    proved = check(announced, engines=["induction"])["announced"]
    assert (proved.answer, proved.seconded) == (HOLDS, True)
    assert {"z3", "cvc5"} <= dict(proved.versions).keys()
    assert Verdict.from_data(json.loads(json.dumps(proved.to_data())), proved.question).seconded is True
    assert check(announced, engines=["explore"])["announced"].seconded is None


def test_where_the_other_gives_no_answer_the_line_says_one_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds all the same, on the word of one."""
    monkeypatch.setattr(certificates, "ask_cvc5_apart", lambda _text, _seconds: "unknown")
    (result,) = check(announced, engines=["induction"]).results
    assert (result.verdict.answer, result.verdict.seconded) == (HOLDS, False)
    assert result.line().endswith(", one solver)")


def test_solvers_that_contradict_each_other_end_the_run_and_leave_the_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What they were asked and what both said lies in a folder that the one line names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(certificates, "ask_cvc5_apart", lambda _text, _seconds: "sat")
    with pytest.raises(Disagreement, match=r"z3 says unsat and cvc5 sat to Door\.announced, true initially: ") as said:
        check(announced, engines=["induction"])
    assert str(tmp_path / FOLDER) in str(said.value)
    assert "\n" not in str(said.value)
    text, z3, cvc5 = ((tmp_path / FOLDER / f"Door.announced_true_initially.{end}").read_text() for end in
                      ("smt2", "z3.txt", "cvc5.txt"))  # fmt: skip
    assert text.startswith("(set-logic ALL)")
    assert (z3, cvc5) == ("unsat\n", "sat\n")


def test_an_engine_whose_proof_both_solvers_refute_has_shown_nothing() -> None:
    """That is no quarrel of solvers, but a bug of the engine; the verdict says which."""

    @always(Door)
    def shut(door: Door) -> Expr:
        """It never opens."""
        return ~door.opened

    suite = suite_of([shut], "door")
    verdict = run([suite], Ask(engines=("unit.run.stand_ins.leans",)), Here(suite))["shut"]
    assert verdict.answer is UNKNOWN
    assert "a bug in Sennit: what leans proved is no proof: both solvers say that its invariant is not " in verdict.why


def test_a_folder_that_cannot_be_made_loses_nothing(tmp_path: Path) -> None:
    """Then the files lie among those of the system that nobody keeps, and the line says where."""
    (tmp_path / FOLDER).write_text("a file in its way")
    data = {"question": "A.b", "obligation": "c", "text": "(check-sat)", "z3": "unsat", "cvc5": "sat"}
    where = Path(str(kept(data, tmp_path)).rpartition(" lie in ")[2])
    assert sorted(file.name for file in where.iterdir()) == ["A.b_c.cvc5.txt", "A.b_c.smt2", "A.b_c.z3.txt"]


def test_seeds_show_whether_answers_and_times_drift() -> None:
    """A line for each solver and seed, with what it said to all obligations together, in text and as data."""
    suite = suite_of([announced], "door")
    report = run([suite], Ask(engines=("induction",), seeds=2, survey=False), Here(suite))
    (rows,) = report.groups[0].drift.values()
    assert [(row.solver, row.seed) for row in rows] == [("z3", 1), ("z3", 2), ("cvc5", 1), ("cvc5", 2)]
    assert len({row.answers for row in rows}) == 1
    assert all(name == "unsat" and count > 1 for row in rows for name, count in row.answers)
    assert [Row.from_data(row.to_data()).answers for row in rows] == [row.answers for row in rows]
    assert "Door.announced from 2 seeds a solver:\n  z3    seed   1  " in repr(report)
    assert "  cvc5  the same answers, " in repr(report)


def test_a_seed_that_finds_a_solution_contradicts_the_proof(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However the other seeds answer."""
    from sennit.lower import solver

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(solver, "ask_text", lambda _text, _seconds, seed: "sat" if seed == 2 else "unsat")
    suite = suite_of([announced], "door")
    with pytest.raises(Disagreement, match="z3 says sat from seed 2 and cvc5 unsat"):
        run([suite], Ask(engines=("induction",), seeds=3), Here(suite))
