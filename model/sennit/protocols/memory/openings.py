"""Commit, then open: the prover sends a root over all its tags, and the verifier opens some, drawn at random.

Chances are numbers of the state: an opening multiplies the chance that the prover is still believed with the share of
leaves that are right, unless the prover has seen to it that this leaf is.
"""

from sennit import Bool, Const, Expr, Real, Switch, System, false, ite, rule


class Openings(System):
    """One root, and opening after opening; the prover has made a share of the leaves wrong, to save their memory."""

    root_first = Switch(on=True)  # nothing is drawn before the root is there
    unforeseen = Switch(on=True)  # nobody knows what will be drawn
    binding = Switch(on=True)  # only what was under the root can be shown

    right = Const(Real(0, 1))  # the share of leaves that are right

    sent = Bool(init=False)  # the root
    known = Bool(init=False)  # the prover foresees what will be drawn
    drawn = Bool(init=False)  # the next leaf to open is drawn, and the prover knows which it is
    tailored = Bool(init=False)  # under the root, those leaves are right that will be opened
    replaced = Bool(init=False)  # another leaf is shown than the one under the root
    survives = Real(0, 1, init=1)  # the chance that all leaves opened so far were right
    most = Real(0, 1, init=1)  # the share of right leaves, to the power of the number of openings

    @rule(by="prover")
    def foresee(self) -> None:
        """The prover works out what will be drawn."""
        self.require(false() if self.unforeseen else ~self.sent)
        self.known = True

    @rule(by="prover", to="verifier")
    def commit(self) -> None:
        """The root is sent. Whoever knows what will be opened makes just those leaves right."""
        self.require(~self.sent)
        self.tailored = self.known | self.drawn
        self.sent = True

    @rule(by="verifier", to="prover")
    def draw(self) -> None:
        """A leaf is drawn, and asked for."""
        self.require(~self.drawn)
        if self.root_first:
            self.require(self.sent)
        self.drawn = True

    @rule(by="prover")
    def replace(self) -> None:
        """The leaf is made right after all, now that it is asked for."""
        self.require(false() if self.binding else self.sent & self.drawn)
        self.replaced = True

    @rule(by="verifier")
    def open(self) -> None:
        """The leaf is shown and made again by the verifier: it is right by design, or with the chance of its share."""
        self.require(self.sent, self.drawn)
        self.survives *= ite(self.tailored | self.replaced, 1, self.right)
        self.most *= self.right
        self.drawn = False
        self.replaced = False

    def kept(self) -> Expr:
        """The openings were a fair draw so far."""
        return ~self.known & ~self.tailored & ~self.replaced
