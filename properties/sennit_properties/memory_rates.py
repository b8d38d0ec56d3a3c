"""What memory challenges come to in rates and times: for all rates, sizes, deadlines and shares, in real numbers.

A `pace` is seconds a byte, a `rate` bytes a second; `window` is the deadline less the least that any round takes. Sums
over any number of sources go by one source more (`one_more_source`). Where a claim is refuted, its constants are a
cheater.

- Sweep: whoever holds all is in time; what is hidden is no more than all sources bring in the window, side by side.
- A holder elsewhere that digests where the bytes lie counts with its memory's pace; only a scattered sweep makes the
  link's pace count.
- Ping: a batch tells a memory from another source where the hidden share comes more slowly than all of it is read.
- Time-sharing adds the notice to the window, and memory that is not challenged at the same time is a source.
"""

from __future__ import annotations

from fractions import Fraction

from sennit import FAILS, Expr, Int, Real, implies, theorem

# -- in time -----------------------------------------------------------------------------------------------------------


@theorem(
    size=Real(0), pace=Real(0), slowest=Real(0), fixed=Real(0), most_fixed=Real(0), delay=Real(0), jitter=Real(0),
    deadline=Real(0),
)  # fmt: skip
def whoever_holds_all_is_in_time(
    size: Expr, pace: Expr, slowest: Expr, fixed: Expr, most_fixed: Expr, delay: Expr, jitter: Expr, deadline: Expr
) -> Expr:
    """An honest sweep is never late, if the deadline grants what is fixed, the slowest read and the jitter."""
    granted = most_fixed + size * slowest + jitter <= deadline
    bounded = (fixed <= most_fixed) & (pace <= slowest) & (delay <= jitter)
    return implies(granted & bounded, fixed + size * pace + delay <= deadline)


@theorem(tenth=Real(0, 1), one=Real(0, 1), two=Real(0, 1), three=Real(0, 1), four=Real(0, 1), five=Real(0, 1))
def five_steps_past_the_ninetieth(tenth: Expr, one: Expr, two: Expr, three: Expr, four: Expr, five: Expr) -> Expr:
    """Where each step as long as from 90 to 99 % leaves a tenth of the late ones, five of them leave one in a million.

    So long is the jitter that a plan grants.
    """
    falls = (10 * one <= tenth) & (10 * two <= one) & (10 * three <= two) & (10 * four <= three) & (10 * five <= four)
    return implies((10 * tenth <= 1) & falls, five <= Fraction(1, 1_000_000))


# -- sweeps ------------------------------------------------------------------------------------------------------------


@theorem(brought=Real(0), window=Real(0), rates=Real(0), rate=Real(0), busy=Real(0))
def one_more_source(brought: Expr, window: Expr, rates: Expr, rate: Expr, busy: Expr) -> Expr:
    """Sources side by side bring no more in a window than all their rates allow: from n sources to n + 1."""
    return implies((brought <= window * rates) & (busy <= window), brought + rate * busy <= window * (rates + rate))


@theorem(share=Real(0, 1), size=Real(0), pace=Real(0), slack=Real(0), window=Real(0), rates=Real(0))
def share_that_can_be_hidden(share: Expr, size: Expr, pace: Expr, slack: Expr, window: Expr, rates: Expr) -> Expr:
    """In a window of a memory's reading time and some slack, a share of (1 + slack) sum(B_i) / B can be hidden."""
    chosen = (window == (1 + slack) * (size * pace)) & (size > 0)
    return implies(chosen & (share * size <= window * rates), share <= (1 + slack) * (pace * rates))


@theorem(away=Real(0), own=Real(0), link=Real(0), tags=Real(0), window=Real(0))
def digests_at_its_memorys_pace(away: Expr, own: Expr, link: Expr, tags: Expr, window: Expr) -> Expr:
    """A holder that makes tags of segments where they lie answers for no more than its own memory is read in time."""
    return implies(away * own + tags * link <= window, away * own <= window)


@theorem(away=Real(0), own=Real(0), link=Real(0), tags=Real(0), window=Real(0), expect=FAILS)
def link_bounds_segments(away: Expr, own: Expr, link: Expr, tags: Expr, window: Expr) -> Expr:
    """The link would bound it, if segments had to travel. Their tags do, of 16 bytes for 32 KiB."""
    return implies((own > 0) & (2048 * tags == away) & (away * own + tags * link <= window), away * link <= window)


@theorem(away=Real(0), travels=Real(0), link=Real(0), window=Real(0), lines=Int(3))
def link_bounds_scattered(away: Expr, travels: Expr, link: Expr, window: Expr, lines: Expr) -> Expr:
    """Where all lines but two at the end of each chain travel, the link bounds what lies elsewhere, but for these."""
    count = lines + Fraction(0)
    travel = (travels * count >= away * (count - 2)) & (travels * link <= window)
    return implies(travel, away * (count - 2) * link <= window * count)


@theorem(unheld=Real(0), outside=Real(0), brought=Real(0), wrong=Real(0), window=Real(0), rates=Real(0), risked=Real(0))
def all_that_is_hidden(
    unheld: Expr, outside: Expr, brought: Expr, wrong: Expr, window: Expr, rates: Expr, risked: Expr
) -> Expr:
    """What is not seen at all, what sources bring in the window, and what openings may miss: no more is hidden."""
    answered = (unheld <= brought + wrong) & (brought <= window * rates) & (wrong <= risked)
    return implies(answered, outside + unheld <= outside + window * rates + risked)


# -- pings -------------------------------------------------------------------------------------------------------------


@theorem(asked=Int(0), held=Int(0), found=Int(0), missing=Int(0))
def some_are_missing(asked: Expr, held: Expr, found: Expr, missing: Expr) -> Expr:
    """Of labels asked for at once, at least as many are missing as are asked beyond all that are held."""
    return implies((found <= held) & (found + missing == asked), missing >= asked - held)


@theorem(missing=Real(0), pace=Real(0), least=Real(0), deadline=Real(0), taken=Real(0))
def missing_volume_is_late(missing: Expr, pace: Expr, least: Expr, deadline: Expr, taken: Expr) -> Expr:
    """A missing volume that no source brings between what is fixed and the deadline is late for certain."""
    return implies((taken >= least + missing * pace) & (missing * pace > deadline - least), taken > deadline)


@theorem(
    volume=Real(0), share=Real(0, 1), other=Real(0), pace=Real(0), least=Real(0), most=Real(0), deadline=Real(0)
)  # fmt: skip
def batch_tells_only_if(
    volume: Expr, share: Expr, other: Expr, pace: Expr, least: Expr, most: Expr, deadline: Expr
) -> Expr:
    """A deadline that holders meet and others miss needs a hidden share that comes more slowly than all is read.

    That is, f / B_other > 1 / B_memory, however much is asked for.
    """
    complete, sound = most + volume * pace <= deadline, deadline < least + share * volume * other
    return implies((least <= most) & complete & sound, share * other > pace)


@theorem(volume=Real(0), share=Real(0, 1), other=Real(0), pace=Real(0), least=Real(0), most=Real(0))
def batch_large_enough_tells(volume: Expr, share: Expr, other: Expr, pace: Expr, least: Expr, most: Expr) -> Expr:
    """Where it does, a volume whose gain outgrows what is fixed has such a deadline: the holders' slowest."""
    return implies(
        volume * (share * other - pace) > most - least, most + volume * pace < least + share * volume * other
    )


# -- between challenges, and beside them -------------------------------------------------------------------------------


@theorem(lent=Real(0), rates=Real(0), notice=Real(0), window=Real(0), returns=Real(0))
def lent_too_much_to_return(lent: Expr, rates: Expr, notice: Expr, window: Expr, returns: Expr) -> Expr:
    """More than all sources bring in notice and window takes longer than both: what `TimeShare` asks of `returns`."""
    return implies((lent <= rates * returns) & (lent > rates * (notice + window)), returns > notice + window)


@theorem(hidden=Real(0), kept=Real(0), asked=Real(0), elsewhere=Real(0))
def hidden_lies_elsewhere(hidden: Expr, kept: Expr, asked: Expr, elsewhere: Expr) -> Expr:
    """Of devices asked together, what their memories do not hold lies in none of them."""
    return implies((kept + elsewhere >= asked) & (kept <= asked - hidden), hidden <= elsewhere)


@theorem(hidden=Real(0), window=Real(0), outside=Real(0), peers=Int(0), rate=Real(0), expect=FAILS)
def idle_peers_do_not_count(hidden: Expr, window: Expr, outside: Expr, peers: Expr, rate: Expr) -> Expr:
    """What other sources bring would bound it, with peers that are not asked at the time. They bring more."""
    return implies(hidden <= window * (outside + rate * (peers + Fraction(0))), hidden <= window * outside)


@theorem(size=Real(0), pace=Real(0), slack=Real(0), window=Real(0), helps=Real(0))
def busy_peer_helps_little(size: Expr, pace: Expr, slack: Expr, window: Expr, helps: Expr) -> Expr:
    """A peer that is asked in the same window reads for others no more than the slack leaves it."""
    chosen = (window == (1 + slack) * (size * pace)) & (pace > 0)
    return implies(chosen & ((size + helps) * pace <= window), helps <= slack * size)
