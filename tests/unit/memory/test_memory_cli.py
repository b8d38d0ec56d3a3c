"""`sennit memory` as somebody types it: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sennit.reference.memory import plan as planning
from unit.cli.conftest import Command, sennit

__all__ = ["sennit"]  # the fixture

H200 = str(Path(planning.__file__).parent / "profiles" / "nvidia-h200.json")
TINY = ("--size", "64KiB", "--lines", "8")


def test_an_honest_prover_is_accepted(sennit: Command) -> None:
    """Exit 0, a line a challenge, and a sum."""
    ran = sennit("memory", "run", *TINY, "--rounds", "2", "--deadline", "60", "--mode", "sweep")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0].startswith("filled    64 KiB at cost 4 in ")
    assert ran.out.count("accepted  ") == 2
    assert "2 challenges: 2 accepted; median" in ran.out


def test_pings_are_counted_and_not_listed_where_they_are_many(sennit: Command) -> None:
    """Exit 0 and one line for all."""
    ran = sennit("memory", "run", *TINY, "--mode", "ping", "-n", "100", "--lines-asked", "3", "--deadline", "60")
    assert (ran.code, len(ran.out.splitlines())) == (0, 2)
    assert "100 challenges: 100 accepted" in ran.out


def test_a_rejected_prover_is_exit_1(sennit: Command) -> None:
    """Wrong or late."""
    wrong = sennit("memory", "run", *TINY, "--prover", "partial", "--hide", "0.5", "--openings", "1000")
    assert (wrong.code, "1 wrong" in wrong.out) == (1, True)
    late = sennit("memory", "run", *TINY, "--deadline", "0.000000001", "--tags", "segment")
    assert (late.code, "1 late" in late.out) == (1, True)


def test_provers_are_listed(sennit: Command) -> None:
    """Those that are played, and the models."""
    ran = sennit("memory", "run", "--prover", "list")
    assert ran.code == 0
    assert ran.out.startswith("honest ")
    assert "in-place " in ran.out
    assert "(a model)" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--size", "100TiB"], "bytes of memory are asked for"),
        (["--size", "-3"], "--size -3: a size is as 2GiB"),
        (["--size", "5"], "no segment of 512 bytes fits"),
        (["--size", "all"], "--size all is for --device cuda"),
        (["--device", "cuda"], "--device cpu"),
        (["--rounds", "0"], "--rounds 0: at least 1"),
        (["--deadline", "-1"], "--deadline -1.0: a positive number"),
        (["--deadline", "nan"], "--deadline nan: a positive number"),
        (["--patience", "0"], "--patience 0.0: a positive number"),
        (["--hide", "1.5"], "--hide 1.5"),
        (["--cost", "0"], "--cost 0"),
        (["--lines", "9"], "a segment of 9 lines"),
        (["--prover", "recomput"], "did you mean 'recompute'?"),
        (["--profile", "nowhere.json"], "nowhere.json cannot be read"),
        (["--profile", H200], "the profile is of another machine"),
        (["--profile", H200, "--deadline", "1"], "--deadline and --profile both"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(sennit: Command, arguments: list[str], says: str) -> None:
    """Whatever is asked for that cannot be."""
    ran = sennit("memory", "run", *TINY, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_prover_that_hangs_is_given_up_with_exit_2(sennit: Command) -> None:
    """Labels so dear that the fill outlasts the patience; the process is gone afterwards."""
    ran = sennit("memory", "run", *TINY, "--cost", "100000000", "--patience", "2")
    assert ran.code == 2
    assert "the prover honest is given up: it sent no whole message within 2 s" in ran.err


def test_a_plan_names_each_number_and_the_inequality_that_sets_it(sennit: Command) -> None:
    """Exit 0 where there is a plan."""
    ran = sennit("memory", "plan", "--profile", H200, "--size", "139GiB", "--hide", "8GiB", "--longest-fill", "10")
    assert ran.code == 0
    for part in (
        "deadline D", planning.COMPLETENESS, "cost c", planning.RECOMPUTING, "fill", planning.FILL, "openings s",
        planning.OPENINGS, "can hide", planning.SOUNDNESS, "host_to_device 64", "5 data sheet, 5 derived, taken never",
    ):  # fmt: skip
        assert part in ran.out


def test_where_there_is_no_plan_the_least_that_can_be_hidden_and_the_reason_are_said(sennit: Command) -> None:
    """Exit 1: a segment sweep does not hold against a host that digests in place."""
    ran = sennit(
        "memory", "plan", "--profile", H200, "--size", "139GiB", "--hide", "4GiB", "--confidence", "0.999",
        "--tags", "segment",
    )  # fmt: skip
    assert ran.code == 1
    last = next(line for line in ran.out.splitlines() if line.startswith("no plan"))
    assert "at least 18" in last or "at least 17" in last
    assert planning.SOUNDNESS in last


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--confidence", "2"], "--confidence 2"),
        (["--confidence", "sure"], "--confidence sure"),
        (["--hide", "0"], "--hide 0: a positive size"),
        (["--exclude", "moon"], "--exclude moon"),
        (["--longest-fill", "-1"], "--longest-fill -1"),
    ],
)
def test_a_plan_that_makes_no_sense_is_exit_2(sennit: Command, arguments: list[str], says: str) -> None:
    """In one line."""
    ran = sennit("memory", "plan", "--profile", H200, "--size", "139GiB", *arguments)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert says in ran.err


def test_a_measurement_is_written_whole_or_not_at_all(sennit: Command, tmp_path: Path) -> None:
    """A folder that is not there, or a disk that cannot be written, is exit 2 and leaves no file."""
    out = tmp_path / "here.json"
    small = ("--size", "512KiB", "--lines", "8", "--repeat", "10")
    assert sennit("memory", "measure", "-o", str(out), *small, "--folder", str(tmp_path / "no")).code == 2
    assert not out.exists()
    ran = sennit("memory", "measure", "-o", str(out), *small, "--folder", str(tmp_path))
    assert ran.code == 0
    assert "sweep:scattered" in ran.out
    used = sennit("memory", "run", *TINY, "--profile", str(out), "-n", "3")
    assert used.code in (0, 1)  # this machine may be busier now than while it was measured
    assert "3 challenges" in used.out


def test_a_bound_says_how_many_rounds_are_enough(sennit: Command) -> None:
    """The printed example, for people and as JSON; exit 1 where no number of rounds is enough."""
    example = ("memory", "bound", "--size", "100KiB", "--width", "256")
    ran = sennit(*example, "--hide", "6KiB")
    assert (ran.code, ran.err) == (0, "")
    assert "3,200 labels of 256 bits: 0.94 of them kept; 112 rounds leave a chance of 1/1000" in ran.out
    said = json.loads(sennit(*example, "--hide", "5KiB", "--json").out)
    assert (said["rounds"], said["kept"], said["provable"]) == (135, "19/20", 1.0)
    vain = sennit(*example, "--hide", "5KiB", "--calls", "1e6")
    assert (vain.code, "no rounds suffice" in vain.out) == (1, True)
    assert sennit(*example, "--hide", "5KiB", "--streamed").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--chance", "2"], "--chance 2"),
        (["--calls", "0"], "--calls 0"),
        (["--calls", "nan"], "--calls nan"),
        (["--width", "0"], "labels of 0 bits"),
        (["--calls", "9", "--streamed"], "leave it out with --streamed"),
        (["--hide", "2MiB"], "--hide 2MiB: no more than --size 1MiB"),
    ],
)
def test_a_bound_that_makes_no_sense_is_exit_2(sennit: Command, arguments: list[str], says: str) -> None:
    """In one line."""
    ran = sennit("memory", "bound", "--size", "1MiB", "--hide", "1KiB", *arguments)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert says in ran.err
