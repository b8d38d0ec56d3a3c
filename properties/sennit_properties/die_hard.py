"""What is true of the water jugs, and the puzzle: the trace that refutes `never_four` is its solution."""

from math import gcd

from sennit import FAILS, Expr, always, sometimes
from sennit.protocols.die_hard import DieHard

_MOVES = ("fill_small", "fill_big", "empty_small", "empty_big", "small_to_big", "big_to_small")
INTENDED = {f"idle-rule DieHard.{move}": "Whatever can be measured is measured from either jug." for move in _MOVES}


@always(DieHard, expect=FAILS)
def never_four(jugs: DieHard) -> Expr:
    """The big jug never contains exactly four litres."""
    return jugs.big != 4


@always(DieHard, rests_on=("unmarked",))
def one_full_or_empty(jugs: DieHard) -> Expr:
    """Without marks, one of the jugs is always full or empty."""
    small = (jugs.small == 0) | (jugs.small == jugs.small_jug)
    return small | (jugs.big == 0) | (jugs.big == jugs.big_jug)


@always(DieHard, rests_on=("unmarked",), at=({"small_jug": 4, "big_jug": 6}, {"small_jug": 6, "big_jug": 9}))
def common_divisor(jugs: DieHard) -> Expr:
    """Only multiples of what divides both jugs can be measured: with six and nine litres never four."""
    divisor = gcd(jugs.small_jug, jugs.big_jug)
    return (jugs.small % divisor == 0) & (jugs.big % divisor == 0)


@sometimes(DieHard)
def one_litre(jugs: DieHard) -> Expr:
    """The small jug contains one litre and the big one is empty, so not only fillings are measured."""
    return (jugs.small == 1) & (jugs.big == 0)


@sometimes(DieHard)
def both_full(jugs: DieHard) -> Expr:
    """Both jugs are full."""
    return (jugs.small == jugs.small_jug) & (jugs.big == jugs.big_jug)
