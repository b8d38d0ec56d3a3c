"""Missionaries and cannibals cross a river in a small boat, never with a bank where missionaries are outnumbered."""

from sennit import Enum, Expr, Int, Size, Switch, System, rule


class Missionaries(System):
    """As many missionaries as cannibals, all on the left bank at first; people of a kind are not told apart."""

    pairs = Size(3)
    boat = Size(2)  # seats
    rowed = Switch(on=True)  # the boat does not cross without anybody in it
    wary = Switch(on=True)  # nobody leaves if that would let missionaries be outnumbered on a bank

    missionaries = Int(0, pairs, init=lambda s: s.pairs)  # on the left bank
    cannibals = Int(0, pairs, init=lambda s: s.pairs)  # on the left bank
    moored = Enum("left", "right", init="left")

    @rule(by="left bank", to="right bank", m=Int(0, boat), c=Int(0, boat))
    def cross(self, m: Expr, c: Expr) -> None:
        """`m` missionaries and `c` cannibals go from the left bank to the right."""
        self.require(self.moored == "left", m <= self.missionaries, c <= self.cannibals)
        self.moored = "right"
        self._carry(m, c, self.missionaries - m, self.cannibals - c)

    @rule(by="right bank", to="left bank", m=Int(0, boat), c=Int(0, boat))
    def come_back(self, m: Expr, c: Expr) -> None:
        """`m` missionaries and `c` cannibals go from the right bank to the left."""
        self.require(self.moored == "right", m <= self.pairs - self.missionaries, c <= self.pairs - self.cannibals)
        self.moored = "left"
        self._carry(m, c, self.missionaries + m, self.cannibals + c)

    def _carry(self, m: Expr, c: Expr, missionaries: Expr, cannibals: Expr) -> None:
        self.require(m + c <= self.boat)
        if self.rowed:
            self.require(m + c >= 1)
        if self.wary:
            self.require((missionaries == 0) | (missionaries >= cannibals))
            self.require((missionaries == self.pairs) | (missionaries <= cannibals))
        self.missionaries = missionaries
        self.cannibals = cannibals
