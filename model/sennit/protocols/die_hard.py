"""The water jugs: measure four litres with a jug of three and a jug of five, a tap and a drain."""

from sennit import Expr, Int, Size, Switch, System, least, rule


class DieHard(System):
    """Two jugs that can be filled, emptied, and poured into each other."""

    small_jug = Size(3)  # litres
    big_jug = Size(5)  # litres
    unmarked = Switch(on=True)  # no marks on the jugs: pouring stops only when one is empty or the other full

    small = Int(0, small_jug, init=0)
    big = Int(0, big_jug, init=0)

    @rule(by="tap", to="small jug")
    def fill_small(self) -> None:
        """The small jug is filled to the brim."""
        self.small = self.small_jug

    @rule(by="tap", to="big jug")
    def fill_big(self) -> None:
        """The big jug is filled to the brim."""
        self.big = self.big_jug

    @rule(by="small jug", to="drain")
    def empty_small(self) -> None:
        """The small jug is emptied."""
        self.small = 0

    @rule(by="big jug", to="drain")
    def empty_big(self) -> None:
        """The big jug is emptied."""
        self.big = 0

    @rule(by="small jug", to="big jug")
    def small_to_big(self) -> None:
        """The small jug is poured into the big one."""
        poured = self.poured(self.small, self.big_jug - self.big)
        self.small = self.small - poured
        self.big = self.big + poured

    @rule(by="big jug", to="small jug")
    def big_to_small(self) -> None:
        """The big jug is poured into the small one."""
        poured = self.poured(self.big, self.small_jug - self.small)
        self.small = self.small + poured
        self.big = self.big - poured

    def poured(self, content: Expr, room: Expr) -> Expr:
        """How many litres go over: all that fit, or with marks on the jugs at most one at a time."""
        fits = least(content, room)
        return fits if self.unmarked else least(fits, 1)
