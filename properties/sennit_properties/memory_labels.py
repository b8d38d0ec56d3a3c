"""What making labels anew costs a cheater, and how chances fall round by round: for all costs, shares and rounds.

That a label takes as many blocks one after another as its cost says, whatever is computed beside them, is assumed; the
published bound counts the calls of the hash in all, and `calls_in_all_are_no_depth` is what a device with many cores
makes of that. Its numbers, for labels of any width, are in `sennit.reference.memory.bounds`.
"""

from __future__ import annotations

from sennit import FAILS, Expr, Real, implies, theorem

# -- making anew -------------------------------------------------------------------------------------------------------


@theorem(share=Real(0, 1), cost=Real(1), once=Real(0), window=Real(0), hide=Real(0, 1))
def cost_bounds_what_is_made_anew(share: Expr, cost: Expr, once: Expr, window: Expr, hide: Expr) -> Expr:
    """A window that is a share of the fastest fill there could be leaves time to make no greater share anew.

    `once` is that fill at cost 1, and cost c takes c times as long: so c = window / (hide * once) is enough.
    """
    fill = cost * once
    return implies((once > 0) & (window <= hide * fill) & (share * fill <= window), share <= hide)


@theorem(share=Real(0, 1), fastest=Real(0), own=Real(0), window=Real(0), hide=Real(0, 1), expect=FAILS)
def own_fill_bounds_it(share: Expr, fastest: Expr, own: Expr, window: Expr, hide: Expr) -> Expr:
    """The prover's own fill would do, if that were as fast as can be. It takes its time, and is faster afterwards."""
    filled = (fastest > 0) & (fastest <= own)
    return implies(filled & (window <= hide * own) & (share * fastest <= window), share <= hide)


@theorem(taken=Real(0), steps=Real(0), least=Real(0), step=Real(0))
def one_more_block(taken: Expr, steps: Expr, least: Expr, step: Expr) -> Expr:
    """Blocks that each need the one before take as long as all of them at their fastest: from n to n + 1."""
    return implies((taken >= steps * least) & (step >= least), taken + step >= (steps + 1) * least)


@theorem(cost=Real(1), least=Real(0), fixed=Real(0), deadline=Real(0), taken=Real(0))
def one_label_is_late(cost: Expr, least: Expr, fixed: Expr, deadline: Expr, taken: Expr) -> Expr:
    """Where that is longer than the window, even one label that is missing comes too late."""
    made = taken >= fixed + cost * least
    return implies(made & (cost * least > deadline - fixed), taken > deadline)


@theorem(cost=Real(1), least=Real(0), beside=Real(1), calls=Real(0), taken=Real(0), expect=FAILS)
def calls_in_all_are_no_depth(cost: Expr, least: Expr, beside: Expr, calls: Expr, taken: Expr) -> Expr:
    """Whoever makes as many calls as a label costs would take as long as they do in a row. Not side by side."""
    return implies((taken * beside >= calls * least) & (calls >= cost), taken >= cost * least)


# -- chances -----------------------------------------------------------------------------------------------------------


@theorem(passed=Real(0, 1), power=Real(0, 1), chance=Real(0, 1), stored=Real(0, 1))
def one_more_round(passed: Expr, power: Expr, chance: Expr, stored: Expr) -> Expr:
    """Rounds that are passed with a stored share's chance at most are all passed with its power: from r to r + 1."""
    return implies((passed <= power) & (chance <= stored), passed * chance <= power * stored)


@theorem(chance=Real(0, 1), right=Real(0, 1), left=Real(1), leaves=Real(1), wrong=Real(0))
def drawn_without_repeats(chance: Expr, right: Expr, left: Expr, leaves: Expr, wrong: Expr) -> Expr:
    """Leaves that are not drawn twice catch no less: all wrong ones are still there, among fewer."""
    share = right * leaves == leaves - wrong
    return implies(share & (chance * left <= left - wrong) & (left <= leaves) & (wrong <= left), chance <= right)


@theorem(labels=Real(1), width=Real(1), memory=Real(0), held=Real(0), stored=Real(0, 1))
def memory_holds_its_share(labels: Expr, width: Expr, memory: Expr, held: Expr, stored: Expr) -> Expr:
    """Where each label held costs `width` bits, a memory with a share of all the bits holds that share of them."""
    held_all = (held * width <= memory) & (memory <= stored * (labels * width))
    return implies(held_all, held <= stored * labels)
