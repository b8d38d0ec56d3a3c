"""Plots of memory challenges: the curve is the claim's edge, and the same numbers make the same file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from sennit.reference.memory.instance import most_hidden, timing
from sennit.reference.memory.log import text_of
from sennit.reference.memory.plan import sources
from sennit.reference.memory.shape import Shape
from sennit.reference.memory.verifier import Round
from sennit.show import memory_plot
from sennit.show.memory_plot import Seen
from unit.cli.conftest import Command, sennit
from unit.memory.test_ground_truth import MS, SHAPE, SURE, head, measured, small, written

__all__ = ["sennit"]  # the fixture

HONEST = Seen(head(), (0.1, 0.12, 0.11))
CHEATER = Seen(head(prover="recompute", hides=SHAPE.bytes // 2, cost=9), (0.4, 0.5, 0.9))


def drawn(seen: Sequence[Seen]) -> list[bytes]:
    """Both plots. Skips where Matplotlib is not installed."""
    pytest.importorskip("matplotlib", reason="plots need matplotlib, which is not on this machine")
    return [memory_plot.times_plot(seen), memory_plot.hidden_plot(seen, small, SURE)]


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    allowed=st.fractions(min_value=0, max_value=2, max_denominator=10**6),
    cost=st.integers(1, 5000),
    free=st.integers(0, 1 << 24),
)
def test_the_curve_is_where_the_claim_begins_to_fail(allowed: Fraction, cost: int, free: int) -> None:
    """Who lacks what the curve says is just in time; who lacks a byte more than that has no schedule."""
    of, shape = measured(), Shape.of(1 << 28)
    there = sources(of, "scattered")
    most = most_hidden(of, shape, there, cost, free, allowed)
    more = timing(of, "scattered", shape, most + 1 - free, there, cost, allowed)
    exactly = timing(of, "scattered", shape, most - free, there, cost, allowed)
    assert most == shape.bytes or more.allowed < more.quickest_without
    assert exactly.quickest_without <= max(exactly.allowed, 2 * exactly.near)


def test_the_same_numbers_make_the_same_picture() -> None:
    """Byte for byte, and with no date in it."""
    first, second = drawn([HONEST, CHEATER]), drawn([HONEST, CHEATER])
    assert first == second
    for picture in first:
        assert ElementTree.fromstring(picture).tag.endswith("}svg")  # we have just drawn it
        assert b"<dc:date>" not in picture


def test_each_prover_and_the_deadline_are_named() -> None:
    """In comments that Matplotlib writes beside the outlines of letters."""
    times, hidden = drawn([HONEST, CHEATER])
    for text in (b"honest (3)", b"recompute, hides 50% (3)", b"deadline 250 ms"):
        assert text in times
    for text in (b"cost 4)", b"cost 9)", b"recompute, hides 50%", b"deadline 250 ms", b"hidden, % of the memory"):
        assert text in hidden


def test_logs_become_two_files(sennit: Command, tmp_path: Path) -> None:
    """In a folder that is made; a log of another machine, or a file in the folder's place, is exit 2."""
    pytest.importorskip("matplotlib", reason="plots need matplotlib, which is not on this machine")
    rounds = [Round(0.1, 0.25, 0, 8, 0, 100 * MS, 105 * MS), Round(0.1, 0.25, 0, 8, 200 * MS, 310 * MS, 320 * MS)]
    logs = {"honest": head(), "recompute": CHEATER.head}
    for name, first in logs.items():
        (tmp_path / name).write_text(text_of(first, rounds))
    files, figures = [str(tmp_path / name) for name in logs], str(written(small, tmp_path / "here.json"))
    ran = sennit("memory", "plot", *files, "--profile", figures, "-o", str(tmp_path / "a" / "b"))
    assert (ran.code, ran.err) == (0, "")
    assert sorted(file.name for file in (tmp_path / "a" / "b").iterdir()) == ["hidden.svg", "times.svg"]
    assert sennit("memory", "plot", *files, "--profile", figures, "-o", files[0]).code == 2
    other = replace(small, machine=replace(small.machine, processor="another"))
    ran = sennit("memory", "plot", *files, "--profile", str(written(other, tmp_path / "o.json")), "-o", str(tmp_path))
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "of another machine" in ran.err


def test_without_matplotlib_a_line_says_how_to_get_it(
    sennit: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, and no file."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    (tmp_path / "log").write_text(text_of(head(), [Round(0.1, 0.25, 0, 8, 0, 100 * MS, 105 * MS)]))
    figures = str(written(small, tmp_path / "here.json"))
    ran = sennit("memory", "plot", str(tmp_path / "log"), "--profile", figures, "-o", str(tmp_path / "plots"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sennit: plots need matplotlib, which is not installed: pip install 'sennit[plot]'\n"
    assert not (tmp_path / "plots").exists()
