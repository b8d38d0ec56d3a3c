"""Where past turns can be edited so that nobody sees it, and which checks end that.

- A check in what the model is shown is enough, and is needed: behind every other check the history can be changed, the
  answer is signed under the history that was not shown, and all signatures pass (`invisible_edit`).
- What is cut off from the end of a store shows nowhere, unless the wrapper remembers something for each user. So the
  wish to store nothing for each user costs `nothing_left_out` (`rolled_back`).
- What comes back is as good as the signature of whoever runs the model.
"""

from __future__ import annotations

from typing import Final

from sennit import Expr, always, implies, sometimes
from sennit.protocols.turn_loop import TurnLoop

VIEW_ALONE: Final = {"loads_checked": False, "arrival_checked": False}
UNSEEN: Final = {"view_checked": False}
STATELESS: Final = {"remembers": False}
EDITS: Final = ("edited", "signed anew", "forged")


@always(TurnLoop, rests_on=("view_checked", "pinned", "kept"), at=(VIEW_ALONE, STATELESS, {}))
def acts_on_what_was_said(loop: TurnLoop) -> Expr:
    """The model never answers to past turns that were not said, and for that one check in its own view is enough."""
    return loop.misled != "by another history"


@always(TurnLoop, rests_on=("remembers", "linked", "view_checked"))
def nothing_left_out(loop: TurnLoop) -> Expr:
    """Nor to a history that lost its last turns."""
    return loop.misled == "never"


@always(TurnLoop, rests_on=("view_checked", "linked", "pinned", "kept"), at=(VIEW_ALONE, {}))
def answers_fit(loop: TurnLoop) -> Expr:
    """Every answer is recorded under the history to which it was given."""
    return ~loop.unfit


@always(TurnLoop, rests_on=("answers_signed",))
def recorded_as_said(loop: TurnLoop) -> Expr:
    """Every answer is recorded as the model gave it."""
    return ~loop.misquoted


@always(TurnLoop, rests_on=("loads_checked", "pinned", "kept"), at=STATELESS)
def store_edits_stay(loop: TurnLoop) -> Expr:
    """What was edited in the store is never sent."""
    return implies(
        loop.phase.one_of("sent", "shown", "answered") & (loop.changed_at == "the store"), ~loop.history.one_of(*EDITS)
    )


@always(TurnLoop, rests_on=("arrival_checked", "linked", "pinned", "kept"), at=(UNSEEN, {}))
def nothing_changed_on_the_way_is_shown(loop: TurnLoop) -> Expr:
    """What was changed on the way is never shown to the model."""
    return implies(loop.phase.one_of("shown", "answered"), loop.changed_at != "the way")


@always(TurnLoop, at=({}, VIEW_ALONE))
def no_false_alarm(loop: TurnLoop) -> Expr:
    """There is an alarm only where something was changed."""
    return implies(loop.phase == "alarm", (loop.changed_at != "nowhere") | (loop.answer == "edited"))


@sometimes(TurnLoop)
def two_turns(loop: TurnLoop) -> Expr:
    """Two turns come to pass, and the second with the first as its history."""
    return (loop.turn == 2) & (loop.history == "as it was")


@sometimes(TurnLoop, at=UNSEEN)
def invisible_edit(loop: TurnLoop) -> Expr:
    """Past turns are edited behind the door, the answer is signed, the store is as it was, and nobody is alarmed."""
    return (loop.turn == 2) & (loop.misled == "by another history") & (loop.history == "as it was")


@sometimes(TurnLoop, at=STATELESS)
def rolled_back(loop: TurnLoop) -> Expr:
    """The last turns are taken out of the store, all checks pass, and the conversation goes on from there."""
    return (loop.turn == 2) & (loop.misled == "by a shorter history") & (loop.changed_at == "the store")


@sometimes(TurnLoop)
def edit_found_before_the_model(loop: TurnLoop) -> Expr:
    """An edit behind the door is found by the check in the model's own view."""
    return (loop.phase == "alarm") & (loop.changed_at == "the host")


@sometimes(TurnLoop)
def edit_found_in_the_store(loop: TurnLoop) -> Expr:
    """An edit of the store is found as it is loaded."""
    return (loop.phase == "alarm") & (loop.changed_at == "the store") & (loop.history == "edited")


@sometimes(TurnLoop, at={"answers_signed": False})
def words_in_its_mouth(loop: TurnLoop) -> Expr:
    """An edited answer is signed, and is the model's from then on, in what it is shown itself."""
    return loop.misquoted & (loop.phase == "shown") & (loop.history == "as it was")
