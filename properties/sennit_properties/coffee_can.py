"""What must be true of the coffee can: the colour of the last bean is known beforehand."""

from sennit import Expr, always, implies, in_range, sometimes
from sennit.protocols.coffee_can import CoffeeCan

SIZES = ({"beans": 10}, {"beans": 100})
FULL = ({"beans": 10, "fewest": 10}, {"beans": 100, "fewest": 100})


@always(CoffeeCan, at=SIZES)
def never_more(can: CoffeeCan) -> Expr:
    """There is at least one bean, and never more than the can holds."""
    beans = can.black + can.white
    return (beans >= 1) & (beans <= can.beans)


ranges = in_range(CoffeeCan, using=(never_more,), at=SIZES)


@always(CoffeeCan, rests_on=("white_back",), at=SIZES)
def parity(can: CoffeeCan) -> Expr:
    """The number of white beans stays odd, or stays even."""
    return can.odd == (can.white % 2 == 1)


@always(CoffeeCan, rests_on=("white_back",), using=(never_more, parity), at=SIZES)
def last_bean(can: CoffeeCan) -> Expr:
    """When no two beans are left, the last one is white exactly if the number of white beans was odd at first."""
    return implies(can.stuck(), (can.black + can.white == 1) & ((can.white == 1) == can.odd))


@sometimes(CoffeeCan, at=FULL)
def last_is_white(can: CoffeeCan) -> Expr:
    """Of a full can a single white bean is left."""
    return can.stuck() & (can.white == 1)


@sometimes(CoffeeCan, at=FULL)
def last_is_black(can: CoffeeCan) -> Expr:
    """Of a full can a single black bean is left."""
    return can.stuck() & (can.black == 1)
