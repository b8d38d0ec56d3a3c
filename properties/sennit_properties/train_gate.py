"""What must be true of the crossing: the gate is down while a train is there, and does not stay down for nothing."""

from sennit import Expr, always, implies, sometimes
from sennit.protocols.train_gate import TrainGate


@always(TrainGate, rests_on=("prompt",))
def reacted_in_time(rail: TrainGate) -> Expr:
    """What the controller has yet to pass on it heard a moment ago, and it is what the train last said."""
    coming = implies(rail.heard == "coming", (rail.train != "away") & (rail.pending == rail.on_way))
    gone = implies(rail.heard == "gone", (rail.train == "away") & (rail.pending == rail.on_way))
    return coming & gone & implies(rail.heard != "nothing", rail.pending <= rail.reacts)


@always(TrainGate)
def moved_in_time(rail: TrainGate) -> Expr:
    """The gate is not on its way for longer than it takes."""
    down = implies(rail.gate == "closing", rail.moving <= rail.closes)
    return down & implies(rail.gate == "opening", rail.moving <= rail.opens)


@always(TrainGate, rests_on=("prompt", "lasting"), using=(reacted_in_time, moved_in_time))
def closed_for_trains(rail: TrainGate) -> Expr:
    """Once the controller has passed on that a train comes, the gate is down or began to close in time."""
    told = (rail.train != "away") & (rail.heard == "nothing")
    began = (rail.gate == "closing") & (rail.on_way <= rail.moving + rail.reacts)
    return implies(told, (rail.gate == "down") | began)


@always(TrainGate, rests_on=("early", "prompt", "lasting"), using=(reacted_in_time, moved_in_time, closed_for_trains))
def safe(rail: TrainGate) -> Expr:
    """While a train is on the crossing, the gate is down."""
    return implies(rail.train == "crossing", rail.gate == "down")


@always(TrainGate, rests_on=("prompt",), using=(reacted_in_time, moved_in_time))
def opened_for_cars(rail: TrainGate) -> Expr:
    """Once the controller has passed on that a train is gone, the gate is up or began to open in time."""
    told = (rail.train == "away") & (rail.heard == "nothing")
    began = (rail.gate == "opening") & (rail.on_way <= rail.moving + rail.reacts)
    return implies(told, (rail.gate == "up") | began)


@always(TrainGate, rests_on=("prompt",), using=(reacted_in_time, moved_in_time, opened_for_cars))
def soon_up(rail: TrainGate) -> Expr:
    """The gate is up once the train has been gone for as long as controller and gate take together."""
    return implies((rail.train == "away") & (rail.on_way > rail.reacts + rail.opens), rail.gate == "up")


@always(TrainGate)
def never_stuck(rail: TrainGate) -> Expr:
    """Time can pass, or somebody can move."""
    return ~rail.stuck()


@sometimes(TrainGate)
def crossed(rail: TrainGate) -> Expr:
    """A train crosses, so `safe` is not true for want of trains."""
    return rail.train == "crossing"


@sometimes(TrainGate)
def up_again(rail: TrainGate) -> Expr:
    """The gate went up after a train had left."""
    return (rail.train == "away") & (rail.gate == "up") & (rail.moving < rail.on_way)


@sometimes(TrainGate)
def turned_back(rail: TrainGate) -> Expr:
    """A gate that is opening is told to close, for the next train."""
    return (rail.gate == "closing") & (rail.train == "announced") & (rail.moving < rail.on_way)
