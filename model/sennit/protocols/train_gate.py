"""A railway crossing: the gate is down before the train is there, and up again soon after.

The train, the gate and the controller of Alur and Dill, "A theory of timed automata" (1994), with constants for their
numbers.
"""

from sennit import Clock, Const, Enum, Expr, Real, Switch, System, implies, ite, limit, rule, true


class TrainGate(System):
    """A train announces itself and its leave, a controller passes that on to a gate, and the gate moves."""

    early = Switch(on=True)  # trains announce themselves before the controller and the gate can be done
    prompt = Switch(on=True)  # the controller passes on what it heard within its time
    lasting = Switch(on=True)  # a gate that is down stays down until it is told to open

    arrives = Const(Real(0))  # the shortest time from announcement to crossing
    passes = Const(Real(0))  # the longest time from announcement to having left
    reacts = Const(Real(0))  # the longest time that the controller takes
    closes = Const(Real(0))  # the longest time that the gate takes to close
    opens = Const(Real(0))  # the longest time that it takes to open

    train = Enum("away", "announced", "crossing", init="away")
    heard = Enum("nothing", "coming", "gone", init="nothing")  # what the controller has yet to pass on
    gate = Enum("up", "closing", "down", "opening", init="up")
    on_way = Clock()  # since the train was last announced, or left
    pending = Clock()  # since the controller last heard something
    moving = Clock()  # since the gate last began to move

    def initially(self) -> Expr:
        """Trains take some time to arrive and can pass, and are announced early enough."""
        possible = (self.arrives > 0) & (self.arrives <= self.passes)
        return possible & (self.arrives > self.reacts + self.closes) if self.early else possible

    @limit
    def passes_in_time(self) -> Expr:
        """An announced train is through before long."""
        return implies(self.train != "away", self.on_way <= self.passes)

    @limit
    def reacts_in_time(self) -> Expr:
        """The controller does not sit on what it heard."""
        return implies(self.heard != "nothing", self.pending <= self.reacts) if self.prompt else true()

    @limit
    def moves_in_time(self) -> Expr:
        """The gate is not on its way for longer than it takes."""
        down = implies(self.gate == "closing", self.moving <= self.closes)
        return down & implies(self.gate == "opening", self.moving <= self.opens)

    @rule(by="train", to="controller")
    def announce(self) -> None:
        """A train announces that it comes."""
        self.require(self.train == "away")
        self.train = "announced"
        self.heard = "coming"
        self.on_way = 0
        self.pending = 0

    @rule(by="train")
    def cross(self) -> None:
        """It reaches the crossing."""
        self.require(self.train == "announced", self.on_way >= self.arrives)
        self.train = "crossing"

    @rule(by="train", to="controller")
    def leave(self) -> None:
        """It leaves, and says so."""
        self.require(self.train == "crossing")
        self.train = "away"
        self.heard = "gone"
        self.on_way = 0
        self.pending = 0

    @rule(by="controller", to="gate")
    def order_down(self) -> None:
        """The controller tells the gate to close; one that is down stays down."""
        self.require(self.heard == "coming")
        self.heard = "nothing"
        self.gate = ite(self.gate == "down", "down", "closing")
        self.moving = 0

    @rule(by="controller", to="gate")
    def order_up(self) -> None:
        """The controller tells the gate to open."""
        self.require(self.heard == "gone")
        self.heard = "nothing"
        self.gate = "opening"
        self.moving = 0

    @rule(by="gate")
    def be_down(self) -> None:
        """The gate is down."""
        self.require(self.gate == "closing")
        self.gate = "down"

    @rule(by="gate")
    def be_up(self) -> None:
        """The gate is up: it was opening, or without `lasting` came loose."""
        self.require(self.gate.one_of("opening", "opening" if self.lasting else "down"))
        self.gate = "up"
