"""`sennit check`: what it prints, and what it exits with."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from sennit import Verdict
from sennit.run.suite import load
from unit.cli.conftest import Command

STAND_INS = "unit.run.stand_ins"


def test_a_shipped_suite_is_as_its_authors_expect(sennit: Command) -> None:
    """One line a claim in the order of the suite, an indented one a switch, and exit code 0."""
    done = sennit("check", "lock", "die_hard")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "lock"
    assert re.match(r"  ✓ Lock\.mutex\[client=3\] +HOLDS in all 20 reachable states \(explore, ", lines[6])
    assert re.match(r"  ✓     without guarded +FAILS in 4 steps \(5 states\) \(explore, ", lines[8])
    assert not [line for line in lines if "warning" in line]
    assert [line for line in lines if "never_four" in line and "FAILS in 6 steps (7 states)" in line]
    assert re.match(r"9 claims, asked at 18 sizes: 12 HOLDS, 1 FAILS, 5 SEEN; ", lines[-3])
    assert lines[-2] == "declared ranges of 1 System: 3 HOLDS"
    assert lines[-1] == "4 times without a switch that a claim rests on: 4 FAILS"


def test_what_nobody_expected_shows_its_trace_at_once(sennit: Command, counter: Path) -> None:
    """With the statement that it refutes, and the command that shows it again; exit code 1."""
    done = sennit("check", counter.name)
    assert done.code == 1
    assert "✗ Counter.low[end=3]      FAILS in 2 steps (3 states); HOLDS was expected" in done.out
    assert "      It never counts to two." in done.out
    assert "2  up()   counter → reader  n: 1 → 2" in done.out
    (again,) = re.findall(r"show it again: sennit trace show '(.*)'", done.out)
    assert again == "counter.py::Counter.low[end=3]"
    shown = sennit("trace", "show", again)
    assert shown.code == 0
    assert "n: 1 → 2" in shown.out
    assert "1 against expectation:\n  Counter.low[end=3] FAILS" in done.out


def test_a_rule_that_never_fires_is_a_warning_and_strictly_an_error(sennit: Command, counter: Path) -> None:
    """With its name and its line; the exit code stays what the answers make it, unless nothing is to be vacuous."""
    counter.write_text(counter.read_text().replace("counter.n < 2", "counter.n < 9"))
    lenient, strict = sennit("check", counter.name), sennit("check", counter.name, "--strict")
    warning = "  never-enabled Counter.never: it fires in no run at end=3 (counter.py:18)"
    assert (lenient.code, strict.code) == (0, 1)
    assert f"\n2 warnings:\n{warning}\n" in lenient.out
    assert f"\n2 errors:\n{warning}\n" in strict.out
    assert "  tautology Counter.low: it is true of every state" in strict.out


def test_quiet_prints_only_what_is_not_as_expected(sennit: Command, counter: Path) -> None:
    """And the sum."""
    assert sennit("check", "lock", "--quiet").out.count("\n") == 2
    out = sennit("check", counter.name, "-q").out
    assert "Counter.low" in out
    assert "Counter.moves" not in out


def test_sizes_can_be_asked_for(sennit: Command) -> None:
    """Several of them too; claims on Systems without such a size are left out, and said to be."""
    out = sennit("check", "lock", "die_hard", "--at", "client=1", "--at", "client=4").out
    assert "Lock.mutex[client=1]" in out
    assert "Lock.mutex[client=4]" in out
    assert "DieHard" not in out
    some = sennit("check", "lock", "--at", "client=2,guarded=off").out
    assert "✓ Lock.mutex[client=2, guarded=off]" in some


def test_an_undetermined_claim_is_exit_code_3(sennit: Command) -> None:
    """BOUNDED is no proof: the line says how far it reaches, and that no further is known."""
    done = sennit("check", "Lock.mutex[client=2]", "--engine", "bmc", "--depth", "3")
    assert done.code == 3
    assert "? Lock.mutex[client=2]" in done.out
    assert "BOUNDED in every run of up to 3 steps, and no further is known" in done.out
    assert "undetermined:" in done.out


def test_coverage_comes_after_the_answers_and_before_the_sum(sennit: Command, counter: Path) -> None:
    """Worker processes hand it back; a rule that never fires is marked, and the exit code stays what it is."""
    done = sennit("check", counter.name, "--coverage")
    lines = done.out.splitlines()
    at = lines.index("coverage of Counter[end=3]: 4 reachable states, 3 steps")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["rule", "steps", "in", "states"],
        ["up", "3", "3", "75", "%"],
        ["never", "0", "0", "0", "%", "never", "fires"],
    ]
    assert lines[at + 4].startswith("3 claims: ")
    assert done.code == 1


def test_coverage_in_json_keeps_to_the_schema(sennit: Command, counter: Path) -> None:
    """A member of its suite, which is there only with the option."""
    data = json.loads(sennit("check", counter.name, "--coverage", "--json").out)
    (coverage,) = data["suites"][0]["coverage"]
    assert coverage["rules"] == [{"rule": "up", "steps": 3, "states": 3}, {"rule": "never", "steps": 0, "states": 0}]
    assert (coverage["system"], coverage["settings"]) == ("Counter", {"end": 3, "stops": True})
    assert (coverage["states"], coverage["steps"], coverage["symmetry"], coverage["why"]) == (4, 3, [], None)
    form = json.loads((resources.files("sennit.show") / "schema" / "check.schema.json").read_text("utf-8"))
    assert list(jsonschema.Draft202012Validator(form).iter_errors(data)) == []
    coverage["rules"][0]["many"] = 3
    assert list(jsonschema.Draft202012Validator(form).iter_errors(data))


def test_an_undecided_claim_says_what_each_engine_said(sennit: Command) -> None:
    """UNKNOWN carries its reasons."""
    done = sennit("check", "Lock.contested[client=5]", "--engine", "bmc", "--depth", "2")
    assert done.code == 3
    assert "UNKNOWN: not reached in any run of up to 2 steps" in done.out


def test_json_is_one_document_with_every_verdict(sennit: Command, counter: Path) -> None:
    """In the shape that the command's own file says; verdicts can be read back, traces and certificates included."""
    done = sennit("check", counter.name, "--json")
    assert (done.code, done.err) == (1, "")
    data = json.loads(done.out)
    assert list(data) == ["sennit", "exit_code", "interrupted", "seconds", "counts", "suites"]
    assert (data["exit_code"], data["interrupted"]) == (1, False)
    assert data["counts"] == {"HOLDS": 2, "BOUNDED": 0, "FAILS": 2, "SEEN": 1, "NEVER": 0, "UNKNOWN": 0}
    (suite,) = data["suites"]
    assert list(suite) == ["suite", "target", "left_out", "claims", "warnings", "not_looked_at", "drift"]
    (warning,) = suite["warnings"]
    assert (warning["name"], warning["subject"], warning["sure"]) == ("never-enabled", "Counter.never", True)
    assert warning["where"] == f"{counter}:18"
    _, ends, without, low, moves = suite["claims"]
    assert (ends["claim"], ends["expect"], ends["as_expected"], ends["without"]) == (
        "Counter.ends",
        "HOLDS",
        True,
        None,
    )
    assert (without["without"], without["of"], without["expect"]) == ("stops", "Counter.ends", "FAILS")
    assert (low["title"], low["as_expected"], low["kind"]) == ("Counter.low[end=3]", False, "always")
    assert moves["settings"] == {"end": 3, "stops": True}
    assert low["where"].startswith(f"{counter}:")
    questions = load(suite["target"])
    for claim in suite["claims"]:
        verdict = Verdict.from_data(claim["verdict"], questions.find(claim["verdict"]["question"]).question)
        assert verdict.answer.name == claim["verdict"]["answer"]
    assert len(ends["verdict"]["certificate"]["closed_set"]["states"]) == 4


def test_the_shape_of_the_document_is_written_down() -> None:
    """Every key of the document stands in the docstring of the command's file."""
    from sennit.cli import check as module
    from sennit.run import check

    report = check("Lock.mutex").to_data()
    suites = report["suites"]
    assert isinstance(suites, list)
    claim = suites[0]["claims"][0]
    for key in (*report, *suites[0], *claim, *claim["verdict"], *claim["said"][0]):
        assert f'"{key}"' in (module.__doc__ or ""), key


def test_seeds_and_engines_are_passed_on(sennit: Command) -> None:
    """Two runs from one seed say the same."""
    arguments = ("check", "DieHard.never_four", "--engine", "stateful", "--seed", "7", "--json", "--budget", "2")
    one, two = (json.loads(sennit(*arguments).out)["suites"][0]["claims"][-1]["verdict"] for _ in range(2))
    assert one["engine"] == "stateful"
    assert (one["answer"], one["trace"]) == (two["answer"], two["trace"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lok"], "'lok' is no shipped suite, System or claim (did you mean 'lock'?)"),
        (["Lock.mutx"], "did you mean 'Lock.mutex'?"),
        (["nothing.py"], "nothing.py: no such file"),
        (["."], ". is a folder: name a file in it, such as counter.py"),
        (["counter.py:low"], "'counter.py:low': a claim of a file is named with two colons, counter.py::low"),
        (["lock", "--seeds", "-1"], "--seeds -1: a number of seeds is from 0 to 1,000"),
        (["counter.py::lwo"], "counter.py has no claim 'lwo' (did you mean 'low'?)"),
        (["lock", "--at", "clients=3"], "no claim here has a size or switch 'clients' (did you mean 'client'?)"),
        (["lock", "--at", "client=-1"], "a whole number of at least 0, not -1"),
        (["lock", "--at", "client=many"], "'client=many' is no size or switch"),
        (["lock", "--at", "client=999999999"], "1,000,000 is the most"),
        (["lock", "--budget", "0"], "--budget 0: a budget is a number of seconds above 0"),
        (["lock", "--budget", "-2"], "--budget -2: a budget"),
        (["lock", "--budget", "soon"], "--budget"),
        (["lock", "--depth", "-1"], "--depth -1: a depth is a number of steps"),
        (["lock", "--jobs", "0"], "--jobs 0: a number of processes is at least 1"),
        (["lock", "--engine", "explorer"], "there is no engine 'explorer' (did you mean 'explore'?)"),
        (["lock", "--nothing"], "No such option: --nothing"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(sennit: Command, counter: Path, arguments: list[str], message: str) -> None:
    """It says what was given, why it has no meaning, and what there is instead; nothing is printed to stdout."""
    done = sennit("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("sennit: ")
    assert done.err.count("\n") == 1
    assert message in done.err


def test_a_file_that_cannot_be_read_is_misuse(sennit: Command, counter: Path) -> None:
    """Whatever keeps it from being read is said; as root everything can be read, so a folder stands for it too."""
    (counter.parent / "folder.py").mkdir()
    done = sennit("check", "folder.py")
    assert (done.code, done.out) == (2, "")
    assert "folder.py is a folder" in done.err
    (counter.parent / "dangling.py").symlink_to("nowhere.py")
    assert sennit("check", "dangling.py").err == "sennit: dangling.py: no such file\n"


def test_engines_that_contradict_each_other_end_the_run(sennit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says which, and that nothing of the run may be believed; exit code 1."""
    from sennit.ledger import Disagreement
    from sennit.run import asking

    def disagree(_verdicts: object) -> None:
        raise Disagreement("Lock.mutex: a says HOLDS and b FAILS")

    monkeypatch.setattr(asking, "settle", disagree)
    done = sennit("check", "Lock.mutex")
    assert done.code == 1
    assert done.err == (
        "sennit: Lock.mutex: a says HOLDS and b FAILS; nothing of this run may be believed until that is found\n"
    )


def test_a_found_invariant_is_shown_and_can_be_pasted(sennit: Command) -> None:
    """Its parts in the language of specifications, and a claim that says the same."""
    done = sennit("check", "Peterson.exclusion", "--engine", "ic3", "--show-invariant")
    assert done.code == 0
    assert re.search(r"HOLDS in every run, by induction on an invariant \(ic3, ", done.out)
    assert re.search(r"the invariant, in \d+ parts:\n        .*(place|turn|wants)", done.out)
    assert "        @always(Peterson)\n        def found(s: Peterson) -> Expr:" in done.out
    assert "invariant, in" not in sennit("check", "Peterson.exclusion", "--engine", "explore", "--show-invariant").out
