"""What a second model may rely on when it audits the first, and what the mark "verified" lets through.

A mark that no signature covers lets every edit through (`edit_skipped`). It is as good as a check only if the wrapper
signs it, over the block as it was: signed alone, it stays on a block that is edited later, or moves to another
(`mark_outlives_its_block`); bound alone, anybody makes one. And whoever reads the copy beside the signed bytes has
checked one text and judged another.
"""

from __future__ import annotations

from typing import Final

from sennit import Expr, always, exists, forall, implies, sometimes
from sennit.protocols.two_model_audit import TwoModelAudit

BARE: Final = {"marks_signed": False, "marks_bound": False}
SKIPS: Final = {"rechecks": False}
DEPLOYED: Final = SKIPS | BARE


def _edited(audit: TwoModelAudit) -> Expr:
    return exists(audit.payload[b] == "edited" for b in audit.block)


@always(TwoModelAudit, rests_on=("rechecks", "own_tool"), at=({}, BARE))
def nothing_unverified_accepted(audit: TwoModelAudit) -> Expr:
    """Who checks every signature with a tool of its own accepts no edited block, whatever is marked."""
    return implies(audit.verdict == "accepted", ~_edited(audit))


@always(TwoModelAudit, rests_on=("marks_signed", "marks_bound"), at=SKIPS)
def marks_are_as_good_as_checks(audit: TwoModelAudit) -> Expr:
    """Who skips what is marked accepts no edited block, if marks are signed over the block as it was."""
    skipped = [(audit.status[b] == "skipped") & (audit.payload[b] == "edited") for b in audit.block]
    return ~exists(skipped)


@always(TwoModelAudit, rests_on=("one_copy",), at=({}, SKIPS))
def judged_as_signed(audit: TwoModelAudit) -> Expr:
    """The auditor judges what was signed, or what stands edited in its place and is refused, and never a copy of it."""
    return implies(audit.verdict != "none", audit.misread == _edited(audit))


@always(TwoModelAudit, at=({}, SKIPS))
def untouched_files_pass(audit: TwoModelAudit) -> Expr:
    """A file is refused only for a block that was edited."""
    return implies(audit.verdict == "refused", _edited(audit))


@always(TwoModelAudit, at=({}, DEPLOYED))
def always_a_verdict(audit: TwoModelAudit) -> Expr:
    """No audit ends without a verdict, and nothing is left to do after it."""
    return audit.stuck() == (audit.verdict != "none")


@sometimes(TwoModelAudit, at=DEPLOYED)
def edit_skipped(audit: TwoModelAudit) -> Expr:
    """An edited block is accepted, because a mark says that somebody verified it."""
    return (audit.verdict == "accepted") & _edited(audit)


@sometimes(TwoModelAudit, at=SKIPS | {"marks_bound": False})
def mark_outlives_its_block(audit: TwoModelAudit) -> Expr:
    """The wrapper's own mark stays on a block that was edited after it was verified."""
    stale = [(audit.mark[b] == "by the wrapper") & (audit.payload[b] == "edited") for b in audit.block]
    return (audit.verdict == "accepted") & exists(stale)


@sometimes(TwoModelAudit, at=SKIPS | {"marks_bound": False})
def mark_moved(audit: TwoModelAudit) -> Expr:
    """The wrapper's mark of one block is copied to one that was edited."""
    moved = [(audit.mark[b] == "moved") & (audit.payload[b] == "edited") for b in audit.block]
    return (audit.verdict == "accepted") & exists(moved)


@sometimes(TwoModelAudit, at={"one_copy": False})
def copy_judged(audit: TwoModelAudit) -> Expr:
    """Every signature passes, and what was judged is a copy that says something else."""
    return (audit.verdict == "accepted") & audit.misread & ~_edited(audit)


@sometimes(TwoModelAudit, at=({}, SKIPS))
def honest_file_accepted(audit: TwoModelAudit) -> Expr:
    """A file that nobody touched is accepted, its blocks marked by the wrapper."""
    marked = [audit.mark[b] == "by the wrapper" for b in audit.block]
    return (audit.verdict == "accepted") & forall(marked) & (audit.shown == "as signed") & ~_edited(audit)


@sometimes(TwoModelAudit, at=SKIPS)
def all_skipped(audit: TwoModelAudit) -> Expr:
    """A file is accepted of which no signature was checked by the auditor."""
    return (audit.verdict == "accepted") & forall(audit.status[b] == "skipped" for b in audit.block)


@sometimes(TwoModelAudit)
def edit_refused(audit: TwoModelAudit) -> Expr:
    """An edited block is refused, though it is marked."""
    marked = [(audit.payload[b] == "edited") & (audit.mark[b] == "by the adversary") for b in audit.block]
    return (audit.verdict == "refused") & exists(marked)
