"""The coffee can: take two beans out, put one back, and say beforehand which colour the last one has.

The problem as Gries tells it in "The Science of Programming" (1981).
"""

from sennit import ANY, Bool, Const, Expr, Int, Size, Switch, System, ite, rule


class CoffeeCan(System):
    """Of two beans of one colour both are thrown away for a new black one; of two colours, the white goes back.

    There are as many black beans at hand as are needed. `odd` remembers how it began.
    """

    beans = Size(100)  # at most, at first
    fewest = Size(1)  # at least, at first
    white_back = Switch(on=True)  # of two colours the white bean goes back; off, either may

    black = Int(0, beans, init=ANY)
    white = Int(0, beans, init=ANY)
    odd = Const(Bool())  # the number of white beans was odd at first

    def initially(self) -> Expr:
        """The can holds from `fewest` to `beans` beans."""
        beans = self.black + self.white
        return (beans >= self.fewest) & (beans <= self.beans) & (self.odd == (self.white % 2 == 1))

    @rule(by="player", to="can")
    def two_blacks(self) -> None:
        """Two black beans come out, one goes in."""
        self.require(self.black >= 2)
        self.black = self.black - 1

    @rule(by="player", to="can")
    def two_whites(self) -> None:
        """Two white beans come out, a black one goes in."""
        self.require(self.white >= 2)
        self.black = self.black + 1
        self.white = self.white - 2

    @rule(by="player", to="can", keep_white=Bool())
    def one_of_each(self, keep_white: Expr) -> None:
        """A black and a white bean come out, the white one goes in."""
        self.require(self.black >= 1, self.white >= 1)
        if self.white_back:
            self.require(keep_white)
        self.black = ite(keep_white, self.black - 1, self.black)
        self.white = ite(keep_white, self.white, self.white - 1)
