"""How long a search will take is guessed from how its levels grow, or not at all."""

from __future__ import annotations

import itertools
import math

from sennit.expr import false
from sennit.lower.growth import to_come
from sennit.lower.program import starts
from sennit.lower.search import NativeSearch
from sennit.protocols.two_phase import TwoPhase


def test_the_guess_is_of_the_right_size_from_the_middle_on() -> None:
    """Two-phase commit for six has 50,816 states in 19 levels; halfway the guess is within a factor of three."""
    machine = TwoPhase.at(manager=6).machine
    native = NativeSearch(machine, false())
    native.run(starts(machine, 10), None, lambda _: None)
    assert len(native.ends) == 3 * 6 + 3
    levels = [b - a for a, b in itertools.pairwise(native.ends)]
    assert sum(levels) == native.count == 50_816
    for begun in range(9, 15):
        guess, coming = to_come(levels[:begun]), sum(levels[begun:])
        assert guess is not None
        assert coming / 3 < guess < coming * 3, begun


def test_levels_that_do_not_grow_less_tell_nothing() -> None:
    """Neither do few of them; a search without end is never said to have one."""
    assert to_come([1, 2, 4]) is None
    assert to_come([2**k for k in range(20)]) is None
    assert to_come([3] * 50) is None
    assert to_come([]) is None
    shrinking = to_come([2 ** (20 - k) for k in range(10)])
    assert shrinking is not None
    assert math.isclose(shrinking, 2**11, rel_tol=0.01)
