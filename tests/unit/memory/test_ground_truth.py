"""What a profile's figures make of the timed protocol, and logs of real challenges replayed on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import TypeAlias

import hypothesis.strategies as st
import jsonschema
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from sennit.claim import Answer
from sennit.reference.memory.cheaters import CHEATS, hidden
from sennit.reference.memory.instance import of_plan
from sennit.reference.memory.log import FORM, End, Event, Head, Log, read_log, text_of
from sennit.reference.memory.plan import least_openings, missed, plan
from sennit.reference.memory.profile import Profile, this_machine
from sennit.reference.memory.profile import text_of as profile_text
from sennit.reference.memory.shape import Shape, Sweep
from sennit.reference.memory.verifier import Round
from sennit.run.asking import Ask, Here, run
from sennit.run.measured import suites, takers
from sennit.run.retold import DoesNotFit, retell, timing_of
from unit.cli.conftest import Command, sennit
from unit.memory.test_plan import GIB, H200, figure, profile, wanted

__all__ = ["sennit"]  # the fixture

SURE = Fraction(999, 1000)
MS = 10**6
SHAPE = Shape(64, 8)
Change: TypeAlias = Callable[[list[str]], Sequence[str]]


def measured() -> Profile:
    """A profile of this machine with made-up figures: a round trip of 0.1 ms to 2 ms, and sweeps of 0.2 s."""
    made = profile(round_trip=figure("s", 1e-4, 4e-4, 1e-3, 1.2e-3))
    return replace(made, machine=this_machine())


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """That profile in a file."""
    return written(measured(), tmp_path / "here.json")


def written(given: Profile, file: Path) -> Path:
    file.write_text(profile_text(given))
    return file


# -- instances --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["memory", "deadline"])
def test_a_profile_whose_plan_separates_is_proved_to(sennit: Command, here: Path, name: str) -> None:
    """Sound and complete for these very numbers, which are printed."""
    ran = sennit("check", name, "--profile", str(here))
    assert (ran.code, ran.err) == (0, "")
    for claim in ("sound", "complete"):
        assert f"Deadline.{claim}[short=off, ample=off]" in ran.out
    assert ran.out.count(" HOLDS ") >= 2
    assert "near      0.000050000 s  half the shortest round trip that was seen" in ran.out
    assert "separates: " in ran.out


def test_a_profile_whose_plan_does_not_is_refuted_with_a_schedule_in_seconds(sennit: Command, here: Path) -> None:
    """A host that digests in place as fast as the memory is read is in time, and it says at which moment."""
    ran = sennit("check", "deadline", "--profile", str(here), "--plan", "tags=segment,hide=1GiB")
    assert ran.code == 1
    assert "Deadline.sound[short=off, ample=off]" in ran.out
    rows = [line.split() for line in ran.out.splitlines() if " s  " in line and line.startswith("      ")]
    assert [row[2] for row in rows][:4] == ["ask", "receive", "answer", "take"]
    times = [float(row[0]) for row in rows]
    assert times == sorted(times)
    assert times[0] == 0
    allowed = next(line.split()[1] for line in ran.out.splitlines() if line.startswith("allowed"))
    assert times[3] <= float(allowed)
    assert "does not separate: by the plan " in ran.out


def test_nothing_is_said_to_separate_that_was_not_proved_to(sennit: Command, here: Path) -> None:
    """An engine that looks a step far leaves it undetermined, whatever the numbers suggest."""
    ran = sennit("check", "memory", "--profile", str(here), "--engine", "bmc", "--depth", "1")
    assert ran.code in (1, 3)
    assert "separates: " not in ran.out


def test_a_deadline_that_is_too_short_refuses_the_honest(sennit: Command, here: Path) -> None:
    """`complete` fails, `sound` still holds."""
    ran = sennit("check", "memory", "--profile", str(here), "--plan", "deadline=0.05", "--json")
    said = {each["claim"]: each["verdict"]["answer"] for each in json.loads(ran.out)["suites"][0]["claims"]}
    assert ran.code == 1
    assert (said["Deadline.sound"], said["Deadline.complete"]) == ("HOLDS", "FAILS")


def test_the_json_says_the_constants_exactly_and_keeps_to_the_schema(sennit: Command, here: Path) -> None:
    """Numerator and denominator, as they were proved of."""
    data = json.loads(sennit("check", "memory", "--profile", str(here), "--json").out)
    schema = json.loads((resources.files("sennit.show") / "schema" / "check.schema.json").read_text("utf-8"))
    jsonschema.validate(data, schema)
    known = {name: Fraction(*value) for name, value in data["profile"]["constants"].items()}
    found = plan(measured(), wanted(hide=GIB))
    assert known == of_plan(measured(), found, wanted(hide=GIB)).constants()
    assert known["far"] + known["reads"] + known["far"] == known["allowed"] == found.deadline


@pytest.mark.parametrize("hide", [GIB // 2, GIB, 3 * GIB // 2])
@pytest.mark.parametrize("kind", ["segment", "scattered"])
def test_a_plan_separates_if_and_only_if_the_instance_holds(kind: Sweep, hide: int) -> None:
    """The planner's word, and a proof or a run of the System at its figures."""
    asked = wanted(hide=hide)
    found = plan(measured(), asked, kind)
    known = of_plan(measured(), found, asked)
    suite = suites(["deadline"], known.constants())[0]
    report = run([suite], Ask(survey=False), Here(suite))
    answers = {result.asked.question.claim.name: result.verdict.answer for result in report}
    assert answers["complete"] is Answer.HOLDS
    assert answers["sound"] is (Answer.HOLDS if found.blocked is None else Answer.FAILS)


def test_a_byte_more_than_is_allowed_decides() -> None:
    """Where a plan hides exactly what is allowed, who hides that much is just in time, and who hides more is not."""
    asked = wanted(hide=GIB)
    found = plan(measured(), asked, "scattered")
    exactly = wanted(hide=int(found.hidden))
    known = of_plan(measured(), found, exactly)
    assert known.allowed < known.quickest_without
    rate = sum((source.rate for source in found.sources), Fraction(10**10) / found.cost)
    assert known.quickest_without - known.allowed < 2 / rate


def test_profiles_without_meaning_are_one_line_and_exit_2(sennit: Command, tmp_path: Path) -> None:
    """Another machine's, one with a negative figure, one that lacks one, and one whose trips outlast its sweeps."""
    good = measured()
    bad = {
        "of another machine": replace(good, machine=replace(good.machine, processor="another")),
        "no positive number": replace(good, figures={**good.figures, "link": figure("B/s", -1.0)}),
        "no figure 'round_trip'": replace(good, figures=profile().figures),
        "nothing is left for reading": replace(good, figures={**good.figures, "round_trip": figure("s", 1.0, 2.0)}),
    }
    for says, each in bad.items():
        ran = sennit("check", "memory", "--profile", str(written(each, tmp_path / "bad.json")))
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1), says
        assert says in ran.err
    other = replace(good, machine=replace(good.machine, processor="another"))
    assert sennit("check", "memory", "--profile", str(written(other, tmp_path / "o.json")), "--elsewhere").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lock"], "the suite 'lock' takes nothing from a profile"),
        (["memory", "--plan", "hidden=3"], "did you mean 'hide'?"),
        (["memory", "--plan", "hide=much"], "--plan hide much: a size is as 2GiB"),
        (["memory", "--plan", "deadline=soon"], "--plan deadline=soon: a number"),
        (["memory", "--plan", "deadline=0"], "--plan deadline=0: a positive number"),
        (["memory", "--plan", "tags=some"], "--plan tags=some: segment or scattered"),
        (["memory", "--plan", "hide=1MiB,hide=2MiB"], "--plan says hide twice"),
        (["memory", "--jobs", "2"], "--jobs does not go with --profile"),
    ],
)
def test_what_cannot_be_asked_of_a_profile_is_exit_2(
    sennit: Command, here: Path, arguments: list[str], says: str
) -> None:
    """In one line."""
    ran = sennit("check", *arguments, "--profile", str(here))
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert says in ran.err


def test_words_about_a_profile_need_one(sennit: Command) -> None:
    """--plan and --elsewhere alone would change nothing."""
    assert sennit("check", "deadline", "--elsewhere").code == 2
    assert sennit("check", "deadline", "--plan", "hide=1").code == 2


def test_every_suite_that_takes_figures_has_constants_for_them() -> None:
    """And none is left without a value."""
    known = of_plan(measured(), plan(measured(), wanted()), wanted()).constants()
    assert "deadline" in takers()
    assert all(suite.asked for suite in suites([], known))


# -- logs -------------------------------------------------------------------------------------------------------------


def head(**changed: object) -> Head:
    """A log of sweeps of a small memory, by a deadline of 0.25 s."""
    machine = this_machine()
    first = Head(FORM, machine, SHAPE.segments, SHAPE.lines, "scattered", 4, 8, 250 * MS, "honest", 0)
    return replace(first, **changed)


def told(*rounds: tuple[int, str], **changed: object) -> Log:
    """A log whose rounds take so many nanoseconds, with these verdicts, a second apart."""
    events: list[Event] = []
    for number, (took, verdict) in enumerate(rounds, 1):
        at = (number - 1) * 1000 * MS
        events += [Event(number, "sent", at), Event(number, "answered", at + took)]
        events += [Event(number, "verdict", at + took + 5 * MS, verdict)]  # type: ignore[arg-type]  # a test's own word
    return Log(head(**changed), tuple(events), len(rounds))


small = replace(measured(), size=SHAPE.bytes, lines=SHAPE.lines)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(took=st.integers(0, 400 * MS), hides=st.sampled_from([0, SHAPE.bytes]), late=st.booleans())
def test_a_round_replays_just_where_a_formula_says_that_there_is_one(took: int, hides: int, late: bool) -> None:
    """Between the quickest and, with the data, the slowest round; and what is past the deadline is late."""
    log = told((took, "late" if late else "accepted"), hides=hides, prover="somebody")
    given_ = replace(small, figures={**small.figures, "link": figure("B/s", 1e5), "disk": figure("B/s", 1e4),
                                     "labels:most": figure("B/s", 4e4)})  # fmt: skip
    known = timing_of(log, given_, SURE)
    time = Fraction(took, 10**9)
    fits = known.quickest_without <= time if hides else 2 * known.near <= time <= known.slowest_with
    fits = fits and late == (time > known.allowed)
    try:
        assert retell(log, given_, SURE).rounds == 1
        assert fits
    except DoesNotFit:
        assert not fits


def test_rounds_follow_each_other_in_one_run_until_one_is_refused() -> None:
    """An accepted prover is asked again; after a refusal it is a verifier who knows of nothing."""
    lacks = {"hides": SHAPE.bytes, "prover": "recompute"}
    rounds = [(100 * MS, "accepted"), (120 * MS, "accepted"), (110 * MS, "accepted")]
    assert retell(told(*rounds), small, SURE).runs == 1
    assert retell(told((300 * MS, "late"), (120 * MS, "accepted"), (110 * MS, "wrong"), **lacks), small, SURE).runs == 2


def test_who_answers_wrongly_has_not_the_data() -> None:
    """So that an honest prover's wrong answer is no step of the protocol, and a cheater's is."""
    assert retell(told((100 * MS, "wrong"), hides=SHAPE.bytes, prover="partial"), small, SURE).steps > 0
    with pytest.raises(DoesNotFit, match="whoever has the data answers rightly"):
        retell(told((100 * MS, "wrong")), small, SURE)


def test_when_a_challenge_arrived_is_used_where_it_is_known() -> None:
    """It fits within the bounds of messages only."""
    log = told((100 * MS, "accepted"))
    sent, *others = log.events
    for arrived, fits in ((MS // 5, True), (MS // 100, False), (50 * MS, False)):
        events = (sent, Event(1, "received", arrived), *others)
        heard = Log(log.head, events, 1)
        if fits:
            assert retell(heard, small, SURE).rounds == 1
        else:
            with pytest.raises(DoesNotFit, match=r"line 3, round 1, received: the challenge arrived after"):
                retell(heard, small, SURE)


def test_a_cheater_that_is_accepted_sooner_than_the_figures_allow_does_not_replay() -> None:
    """Then a source is missing in the profile, or is faster than it was seen."""
    slow = replace(small, figures={**small.figures, "link": figure("B/s", 1e3), "disk": figure("B/s", 1e3),
                                   "labels:most": figure("B/s", 1e3)})  # fmt: skip
    with pytest.raises(
        DoesNotFit, match=r"line 3, round 1, answered: it came after 0\.1.* without them none comes before"
    ):
        retell(told((100 * MS, "accepted"), hides=SHAPE.bytes, prover="relay"), slow, SURE)


def swapped(lines: list[str], number: int, **changed: object) -> list[str]:
    """The lines with one of them changed."""
    new = json.dumps({**json.loads(lines[number]), **changed})
    return [*lines[:number], new, *lines[number + 1 :]]


TAMPERED: dict[str, tuple[Change, str]] = {
    "late but accepted": (lambda of: swapped(swapped(of, 2, at=290 * MS), 3, at=295 * MS), "by 0.2"),
    "accepted past a deadline that was moved": (
        lambda of: swapped(of, 0, deadline=90 * MS),
        "line 4, round 1, verdict: the answer came after 0.100000000 s, the deadline is 0.090000000 s: the protocol "
        "says refused, and the log accepted",
    ),
    "an answer before its challenge": (lambda of: swapped(of, 1, at=200 * MS), "line 3, round 1, answered: it is at"),
    "an answer sooner than messages travel": (
        lambda of: swapped(of, 2, at=90_000),
        "line 3, round 1, answered: it came after 0.000090000 s",
    ),
    "no challenge": (lambda of: [of[0], *of[2:]], "line 2, round 1, answered: here sent has to come"),
    "no answer": (lambda of: [*of[:2], *of[3:]], "here received or answered has to come"),
    "no verdict": (lambda of: [*of[:3], *of[4:]], "line 4, round 2, sent: round 1 has no verdict yet"),
    "no round": (lambda of: [*of[:1], *of[4:]], "line 2, round 2, sent: round 1 comes first"),
    "no last round": (lambda of: [*of[:4], of[-1]], "the end: it says 2 rounds, and there are 1"),
    "no last verdict": (lambda of: [*of[:6], of[-1]], "the end: round 2 has no verdict"),
    "no word of the verdict": (lambda of: swapped(of, 3, verdict=None), "a verdict, and nothing else"),
    "an accepted one called late": (lambda of: swapped(of, 3, verdict="late"), "says accepted, and the log late"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_log_does_not_replay(sennit: Command, tmp_path: Path, name: str) -> None:
    """Exit 1, with the first event that does not fit, and why."""
    change, says = TAMPERED[name]
    file, figures = tmp_path / "run.jsonl", written(small, tmp_path / "here.json")
    rounds = [Round(0.1, 0.25, 0, 8, at, at + 100 * MS, at + 105 * MS) for at in (0, 1000 * MS)]
    lines = text_of(head(), rounds).splitlines()
    file.write_text("\n".join(lines))
    assert sennit("memory", "replay", str(file), "--profile", str(figures)).code == 0
    file.write_text("\n".join(change(lines)))
    ran = sennit("memory", "replay", str(file), "--profile", str(figures))
    assert (ran.code, ran.err, len(ran.out.splitlines())) == (1, "", 1)
    assert says in ran.out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("no log\n", "line 1, is no line of a log"),
        ('{"form": "another"}\n', "line 1, is no line of a log"),
        ("HEAD\n", "stops before its end"),
        ('HEAD\n{"rounds":0}\n', "has no round"),
        ('HEAD\n{"round":1,"event":"sent","at":0}\n', "stops before its end"),
        ('HEAD\n{"round":1,"event":"sent","at":0}\n{"round":1,"ev', "stops before its end"),
        ('HEAD\n\x00\x01garbage\n{"rounds":1}\n', "line 2, is no line of a log"),
        ('HEAD\n{"round":1,"event":"sent","at":0,"more":1}\n{"rounds":1}\n', "line 2, is no line of a log"),
    ],
)
def test_a_log_that_is_none_is_exit_2(sennit: Command, tmp_path: Path, text: str, says: str) -> None:
    """Empty, cut off, or of something else: one line."""
    first = text_of(head(), []).splitlines()[0]
    file, figures = tmp_path / "run.jsonl", written(small, tmp_path / "here.json")
    file.write_text(text.replace("HEAD", first))
    ran = sennit("memory", "replay", str(file), "--profile", str(figures))
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert says in ran.err


def test_a_real_honest_run_replays_and_a_profile_of_another_machine_is_refused(sennit: Command, tmp_path: Path) -> None:
    """Two processes, a clock, and figures that any machine keeps."""
    file, tiny = tmp_path / "run.jsonl", ("--size", "32KiB", "--lines", "8")
    patient = {name: figure("s", 50.0, 60.0, 61.0) for name in ("sweep:segment", "sweep:scattered")}
    trip = figure("s", 1e-6, 0.5, 1.0)
    easy = replace(small, figures={**small.figures, **patient, "round_trip": trip})
    ran = sennit("memory", "run", *tiny, "-n", "3", "--deadline", "60", "--log", str(file))
    assert ran.code == 0
    assert len(read_log(file).events) == 9
    again = sennit("memory", "replay", str(file), "--profile", str(written(easy, tmp_path / "here.json")))
    assert (again.code, again.err) == (0, "")
    assert "replays: 3 rounds with a prover that holds all" in again.out
    other = sennit("memory", "replay", str(file), "--profile", str(H200))
    assert (other.code, len(other.err.splitlines())) == (2, 1)
    assert "is of another machine" in other.err


def test_a_log_needs_sweeps_and_a_deadline(sennit: Command, tmp_path: Path) -> None:
    """Nothing else is said of time."""
    for more in ([], ["--mode", "ping", "--deadline", "1"]):
        ran = sennit("memory", "run", "--size", "32KiB", "--lines", "8", *more, "--log", str(tmp_path / "run.jsonl"))
        assert ran.code == 2
        assert "--log is of sweeps that have a deadline" in ran.err
        assert not (tmp_path / "run.jsonl").exists()


def test_what_a_prover_hides_is_known_of_each_cheater() -> None:
    """An amount of the memory; those that hide nothing of it are those that are found out by other means."""
    of = {"hide": 0.5}
    amounts = {name: hidden(name, of, SHAPE) for name in ("honest", *CHEATS)}
    assert {name for name, amount in amounts.items() if not amount} == {"honest", "compressed", "replay", "one-fill"}
    assert {amounts[name] for name in ("recompute", "every-kth", "short-state", "disk")} == {SHAPE.bytes // 2}


@settings(derandomize=True, max_examples=40, deadline=None)
@given(openings=st.integers(1, 200), leaves=st.integers(1, 300))
def test_what_openings_may_miss_is_the_least_that_they_find(openings: int, leaves: int) -> None:
    """One leaf fewer would need more of them."""
    wrong = missed(openings, leaves, SURE)
    assert wrong == leaves or least_openings(wrong, leaves, SURE) <= openings
    assert wrong == 1 or least_openings(wrong - 1, leaves, SURE) > openings


def test_a_log_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Times from the first challenge on."""
    file = tmp_path / "run.jsonl"
    file.write_text(text_of(head(), [Round(0.1, 0.25, 0, 8, 7, 7 + 100 * MS, 7 + 105 * MS)]))
    log = read_log(file)
    assert [event.at for event in log.events] == [0, 100 * MS, 105 * MS]
    assert log.head == head()
    assert End(log.rounds) == End(1)
