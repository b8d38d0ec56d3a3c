"""What is true of the river crossing, and the puzzle: the trace that refutes `never_across` is its solution."""

from sennit import FAILS, Expr, always, ite, sometimes
from sennit.protocols.missionaries import Missionaries


@always(Missionaries, expect=FAILS)
def never_across(river: Missionaries) -> Expr:
    """Three missionaries and three cannibals never all get across."""
    return (river.missionaries != 0) | (river.cannibals != 0)


@always(Missionaries, rests_on=("wary",), at={"pairs": 4})
def four_stay(river: Missionaries) -> Expr:
    """Four and four never all get across in a boat of two seats."""
    return (river.missionaries != 0) | (river.cannibals != 0)


@always(Missionaries)
def none_outnumbered(river: Missionaries) -> Expr:
    """Where there are missionaries on a bank, there are no more cannibals: the guards say just that."""
    left = (river.missionaries == 0) | (river.missionaries >= river.cannibals)
    return left & ((river.missionaries == river.pairs) | (river.missionaries <= river.cannibals))


@always(Missionaries, rests_on=("rowed",), at=({"pairs": 3}, {"pairs": 4}))
def boat_attended(river: Missionaries) -> Expr:
    """There is somebody on the bank where the boat is."""
    left = river.missionaries + river.cannibals
    return ite(river.moored == "left", left >= 1, left < 2 * river.pairs)


@sometimes(Missionaries)
def cannibals_first(river: Missionaries) -> Expr:
    """All cannibals are across and no missionary is."""
    return (river.missionaries == river.pairs) & (river.cannibals == 0)


@sometimes(Missionaries)
def one_rows_alone(river: Missionaries) -> Expr:
    """A single cannibal has rowed across: the boat need not be full."""
    return (river.moored == "right") & (river.missionaries == river.pairs) & (river.cannibals == river.pairs - 1)
