"""The table that every engine runs: small Systems and claims, each with its truth beside it."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.domains import (
    accounted,
    all_seen,
    all_up,
    beyond_in_range,
    broken_mutex,
    careful_in_range,
    crowded,
    diagonal,
    lock_mutex,
    no_move,
    one_a_row,
    one_up,
    overflow_in_range,
    stops_outside,
    untouched,
    visited_first,
)
from conformance.moments import goes_on, one_at_a_time, to_the_last, unburnt, waits
from conformance.numbers import (
    all_but_one,
    counts_evenly,
    far,
    halves,
    in_time,
    kept,
    never_six,
    no_middle,
    no_square,
    not_fourteen,
    nothing_else,
    product_is_even,
    silent,
    starts_there,
    sums_commute,
)
from conformance.runs import (
    all_but_round,
    anything,
    apart,
    at_the_end,
    at_zero,
    both_one,
    elsewhere,
    even,
    exchanged,
    goes_off,
    low,
    minus_one,
    negative,
    never_seven,
    never_stuck,
    no_third,
    not_the_top,
    nothing,
    one_each,
    ordered,
    skips_the_last,
    skips_three,
    stays_on,
    still,
    there,
    wide,
    wrong_at_once,
)
from sennit import FAILS, HOLDS, NEVER, SEEN, Answer, Claim


@dataclass(frozen=True)
class Row:
    """A claim and what is true of it.

    `length` is that of the shortest trace of FAILS and SEEN. `states` counts the reachable ones; None is no end of
    them. What is not `easy` may stay open for induction up to 14.
    """

    claim: Claim
    truth: Answer
    length: int | None = None
    states: int | None = None
    easy: bool = True

    def __str__(self) -> str:
        return self.claim.id


TABLE = (
    Row(low, HOLDS, states=3),
    Row(at_the_end, SEEN, length=2, states=3),
    Row(never_stuck, FAILS, length=2, states=3),
    Row(still, HOLDS, states=1),
    Row(there, SEEN, length=0, states=1),
    Row(elsewhere, NEVER, states=1),
    Row(wrong_at_once, FAILS, length=0, states=1),
    Row(anything, HOLDS, states=0),
    Row(nothing, NEVER, states=0),
    Row(apart, HOLDS, states=12),
    Row(ordered, FAILS, length=1, states=12),
    Row(wide, SEEN, length=0, states=12),
    Row(stays_on, HOLDS, states=1),
    Row(goes_off, NEVER, states=1),
    Row(skips_three, HOLDS, states=4),
    Row(even, HOLDS, states=4),
    Row(all_but_round, SEEN, length=3, states=4),
    Row(skips_the_last, HOLDS, states=32, easy=False),
    Row(never_seven, FAILS, length=1, states=10),
    Row(at_zero, HOLDS, states=1),
    Row(one_each, HOLDS, states=2),
    Row(both_one, SEEN, length=1, states=2),
    Row(exchanged, NEVER, states=2),
    Row(minus_one, SEEN, length=3, states=4),
    Row(negative, HOLDS, states=4),
    Row(no_third, FAILS, length=1, states=4),
    Row(not_the_top, FAILS, length=12, states=13),
    Row(overflow_in_range, FAILS, length=3, states=4),
    Row(untouched, HOLDS, states=4),
    Row(beyond_in_range, FAILS, length=2, states=3),
    Row(stops_outside, HOLDS, states=3),
    Row(careful_in_range, HOLDS, states=3),
    Row(all_up, HOLDS, states=1),
    Row(one_up, NEVER, states=1),
    Row(no_move, HOLDS, states=1),
    Row(one_a_row, HOLDS, states=16),
    Row(diagonal, SEEN, length=2, states=16),
    Row(crowded, NEVER, states=16),
    Row(accounted, HOLDS, states=8),
    Row(lock_mutex, HOLDS, states=8),
    Row(broken_mutex, FAILS, length=4, states=13),
    Row(visited_first, HOLDS, states=6),
    Row(all_seen, SEEN, length=3, states=6),
    Row(kept, HOLDS, states=9),
    Row(far, SEEN, length=3, states=9),
    Row(counts_evenly, HOLDS),
    Row(never_six, FAILS, length=3),
    Row(in_time, HOLDS),
    Row(silent, FAILS, length=2),
    Row(starts_there, SEEN, length=0),
    Row(unburnt, HOLDS),
    Row(goes_on, HOLDS),
    Row(one_at_a_time, FAILS, length=5),
    Row(to_the_last, SEEN, length=2),
    Row(waits, NEVER),
    Row(not_fourteen, FAILS, length=1),
    Row(nothing_else, HOLDS),
    Row(product_is_even, HOLDS, states=21),
    Row(no_square, FAILS, length=0, states=21),
    Row(sums_commute, HOLDS),
    Row(all_but_one, FAILS, length=0),
    Row(halves, HOLDS),
    Row(no_middle, FAILS, length=0),
)
