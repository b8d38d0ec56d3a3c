"""Turn after turn with a model that has no memory: the history is stored, sent, and shown to it anew each time.

Whoever changes the history on the way makes the model believe that it said what it did not. Signatures are checked in
three places at most: where the history is loaded, where it arrives, and in what the model is really shown. What is
shown lies behind the door of whoever runs the model, so the last check is one that the model, or a runtime that is
trusted in its place, makes on its own input. It is taken for granted that a checked signature cannot be forged, and
that the wrapper is honest.
"""

from __future__ import annotations

from sennit import Bool, Enum, Expr, Int, Switch, System, ite, rule, true

CHANGES = ("shortened", "edited", "signed anew", "forged")  # signed anew: under another key; forged: under the same one


class TurnLoop(System):
    """A wrapper loads and sends the history with each question, a host shows it to the model, and signs the answer."""

    loads_checked = Switch(on=True)  # the wrapper checks the signatures as it loads the history
    arrival_checked = Switch(on=True)  # the host checks them as the history arrives
    view_checked = Switch(on=True)  # they are checked in what the model is shown
    pinned = Switch(on=True)  # who checks knows the key from elsewhere; else it comes with the history
    kept = Switch(on=True)  # the signing key is out of the adversary's reach
    remembers = Switch(on=True)  # the wrapper keeps each user's last signature, and misses what is gone from the store
    linked = Switch(on=True)  # each question is signed under the last block, so that from then on its loss shows
    answers_signed = Switch(on=True)  # the host signs what the model said, and the wrapper checks that

    turn = Int(0, 2, init=0)  # turns that are over
    phase = Enum("stored", "sent", "shown", "answered", "alarm", init="stored")
    history = Enum(
        "as it was", *CHANGES, init="as it was"
    )  # where it is now: in the store, on the way, before the model
    changed_at = Enum("nowhere", "the store", "the way", "the host", init="nowhere")
    answer = Enum("none", "as said", "edited", init="none")
    misled = Enum("never", "by a shorter history", "by another history", init="never")  # the model, when it answered
    unfit = Bool(init=False)  # an answer was recorded under a history to which it was not given
    misquoted = Bool(init=False)  # an answer was recorded that the model did not give

    # -- a turn -------------------------------------------------------------------------------------------------------

    @rule(by="wrapper", to="host")
    def send(self) -> None:
        """The history is loaded and sent, with the next question."""
        self.require(self.phase == "stored", self.turn < 2)
        good = self._passes() if self.loads_checked else true()
        if self.remembers:
            good = good & (self.history != "shortened")
        self.phase = ite(good, "sent", "alarm")

    @rule(by="host", to="model")
    def show(self) -> None:
        """The history has arrived, and is put before the model."""
        self.require(self.phase == "sent")
        self.phase = ite(self._arrives(), "shown", "alarm") if self.arrival_checked else "shown"

    @rule(by="model", to="wrapper")
    def reply(self) -> None:
        """The model takes what it is shown for what was said, and answers."""
        self.require(self.phase == "shown")
        good = self._arrives() if self.view_checked else true()
        self.phase = ite(good, "answered", "alarm")
        self.answer = ite(good, "as said", "none")
        shorter = ite(self.misled == "never", "by a shorter history", self.misled)
        worse = ite(self.history == "shortened", shorter, "by another history")
        self.misled = ite(good & (self.history != "as it was"), worse, self.misled)

    @rule(by="wrapper")
    def record(self) -> None:
        """The answer is signed under the history that is stored, whatever the model was shown, and the turn is over."""
        self.require(self.phase == "answered")
        good = (self.answer == "as said") if self.answers_signed else true()
        elsewhere = self.changed_at.one_of("the way", "the host")
        self.phase = ite(good, "stored", "alarm")
        self.turn = ite(good, self.turn + 1, self.turn)
        self.unfit = self.unfit | (good & elsewhere)
        self.misquoted = self.misquoted | (good & (self.answer == "edited"))
        self.answer = ite(good, "none", self.answer)
        self.history = ite(elsewhere, "as it was", self.history)
        self.changed_at = ite(elsewhere, "nowhere", self.changed_at)

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", h=Enum("as it was", *CHANGES))
    def change(self, h: Expr) -> None:
        """Past turns are changed, in the store, on the way, or before the model, once there are any."""
        self.require(self.turn > 0, self.history == "as it was", h != "as it was")
        self.require(self.phase.one_of("stored", "sent", "shown"))
        self.require(h != "forged" if self.kept else true())
        self.history = h
        self.changed_at = ite(self.phase == "stored", "the store", ite(self.phase == "sent", "the way", "the host"))

    @rule(by="adversary")
    def swap(self) -> None:
        """What the model said is changed before the wrapper signs it."""
        self.require(self.phase == "answered")
        self.answer = "edited"

    def _arrives(self) -> Expr:
        """The signatures pass, the question's among them: a parent that it names is there, or was never signed."""
        late = self.changed_at != "the store"  # what was gone before, the question does not name
        return self._passes() & ~(late & (self.history == "shortened")) if self.linked else self._passes()

    def _passes(self) -> Expr:
        """Each signature of the history passes, also in what is left of it, and by the key of whoever has it."""
        good = ("as it was", "shortened", "forged")
        return self.history.one_of(*good) if self.pinned else self.history.one_of(*good, "signed anew")
