"""Some labels are asked for, round after round, of a prover that stored a share of all.

Chances are numbers of the state: a round multiplies the chance that the prover has passed so far with the share that it
stored, unless it has got hold of the labels of this round in another way.
"""

from sennit import Bool, Const, Expr, Real, Switch, System, false, ite, rule


class Rounds(System):
    """A verifier draws labels and waits for them; a prover may bring what it lacks, which takes longer than a round."""

    fresh = Switch(on=True)  # each round draws anew
    unforeseen = Switch(on=True)  # nobody knows what will be drawn
    timed = Switch(on=True)  # what comes late does not count

    stored = Const(Real(0, 1))  # the share of labels that the prover holds

    asked = Bool(init=False)  # a round is under way
    repeats = Bool(init=False)  # there was a round before, and the prover can see that the next will ask for the same
    brought = Bool(init=False)  # the prover has the labels of this round, or of the next, from wherever
    late = Bool(init=False)  # the round has lasted too long
    refused = Bool(init=False)
    survives = Real(0, 1, init=1)  # the chance that all rounds so far were passed
    most = Real(0, 1, init=1)  # the stored share, to the power of the number of rounds

    @rule(by="verifier", to="prover")
    def ask(self) -> None:
        """Labels are drawn, and asked for."""
        self.require(~self.asked, ~self.refused)
        self.asked = True

    @rule(by="prover")
    def foresee(self) -> None:
        """The prover works out what will be asked for, and brings it beforehand."""
        self.require(false() if self.unforeseen else ~self.asked)
        self.brought = True

    @rule(by="prover")
    def remember(self) -> None:
        """The prover brings what was asked for last time, for it will be again."""
        self.require(~self.asked, self.repeats)
        self.brought = True

    @rule(by="prover")
    def bring(self) -> None:
        """The prover brings what is asked for, and that takes its time."""
        self.require(self.asked)
        self.brought = True
        self.late = True

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The labels are shown and compared: they are there for certain, or with the chance of the stored share."""
        self.require(self.asked, ~self.late if self.timed else self.asked)
        self.survives *= ite(self.brought, 1, self.stored)
        self.most *= self.stored
        self.asked = False
        self.late = False
        self.brought = False
        if not self.fresh:
            self.repeats = True

    @rule(by="verifier")
    def refuse(self) -> None:
        """Nothing has come in time."""
        self.require(self.asked, self.late)
        self.asked = False
        self.refused = True

    def by_draw_alone(self) -> Expr:
        """Whoever has the labels of a round without having stored them is late."""
        return ~self.brought | self.late
