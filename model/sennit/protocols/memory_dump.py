"""Dumps of memory from time to time, and somebody who acts between two of them: loads, trains, and puts back.

A dump passes if all that it reads is a model known to the verifier. It takes a while, and may be told of before. Each
region is read at some moment of a dump; to the adversary's favour a dump passes if there is one moment in it at which
no unknown model is in the memory that is read, so that whoever puts back ahead of the reading is believed.
"""

from sennit import Bool, Clock, Const, Enum, Expr, Real, Switch, System, false, implies, ite, limit, rule, true


class MemoryDump(System):
    """A verifier dumps memory and looks at all of it; an adversary has the machine to itself in between."""

    often = Switch(on=True)  # from the start of a dump to the end of the next is too short to load and to put back
    sudden = Switch(on=True)  # from when it is told of to its end, a dump is too short to put back
    whole = Switch(on=True)  # all memory is dumped, and not only what the declared model should occupy
    exact = Switch(on=True)  # a model counts as known only if it is one, byte for byte

    period = Const(Real(0))  # the longest time from the start of a dump to the start of the next
    notice = Const(Real(0))  # the longest time for which a dump is known of before it starts
    takes = Const(Real(0))  # the time from its start to its end
    loads = Const(Real(0))  # the shortest time in which an unknown model gets into the place of a known one
    restores = Const(Real(0))  # the shortest in which the known one is put back

    memory = Enum("known", "loading", "unknown", "aside", "restoring", init="known")  # aside: where no dump looks
    alike = Bool(init=False)  # what is loaded differs a little from what is known
    dump = Enum("none", "announced", "reading", "alarm", init="none")
    clean = Bool(init=True)  # since the dump began, or the last one, there was nothing for it to find at some moment
    cleared = Bool(init=False)  # since the last dump, an unknown model was resident and was put out of its sight
    warned = Bool(init=False)  # one was resident when this dump became known
    slipped = Bool(init=False)  # a dump has passed though an unknown model was resident, then or since the one before
    missed = Bool(init=False)  # ... which was resident when the dump became known
    since = Clock()  # the last dump began
    told = Clock()  # a dump became known
    away = Clock()  # the known model was last there
    back = Clock()  # it began to be put back

    def initially(self) -> Expr:
        """The times are chosen by what is known of the adversary's; without, they may be any."""
        chosen = (self.takes > 0) & (self.takes <= self.period) & (self.loads > 0) & (self.restores > 0)
        if self.often:
            chosen &= self.period + self.takes < self.loads + self.restores
        if self.sudden:
            chosen &= self.notice + self.takes < self.restores
        return chosen

    # -- the verifier -------------------------------------------------------------------------------------------------

    @limit
    def comes_in_time(self) -> Expr:
        """The next dump begins within the period."""
        return implies(self.dump.one_of("none", "announced"), self.since <= self.period)

    @limit
    def told_late(self) -> Expr:
        """It is known of for no longer than the notice before it begins."""
        return implies(self.dump == "announced", self.told <= self.notice)

    @limit
    def read_in_time(self) -> Expr:
        """It takes no longer than it must."""
        return implies(self.dump == "reading", self.since <= self.takes)

    @rule(by="verifier", to="adversary")
    def announce(self) -> None:
        """It becomes known that a dump comes: by schedule, by a message, or by whatever it needs to begin."""
        self.require(self.dump == "none")
        self.dump = "announced"
        self.warned = self.memory.one_of("unknown", "aside")
        self.told = 0

    @rule(by="verifier")
    def begin(self) -> None:
        """The dump begins."""
        self.require(self.dump == "announced")
        self.dump = "reading"
        self.clean = self._shows_nothing()
        self.since = 0

    @rule(by="verifier")
    def judge(self) -> None:
        """The dump is over and is compared with the known models."""
        self.require(self.dump == "reading", self.since >= self.takes)
        passes = self.clean if self.exact else self.clean | self.alike
        self.dump = ite(passes, "none", "alarm")
        self.slipped = self.slipped | (passes & (self.cleared | ~self.clean))
        self.missed = self.missed | (passes & self.warned)
        self.cleared = self.memory == "aside"

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", near=Bool())
    def load(self, near: Expr) -> None:
        """An unknown model begins to take the known one's place."""
        self.require(self.memory == "known")
        self.memory = "loading"
        self.alike = near
        self.away = 0

    @rule(by="adversary")
    def train(self) -> None:
        """It is there, and is trained."""
        self.require(self.memory == "loading", self.away >= self.loads)
        self.memory = "unknown"

    @rule(by="adversary")
    def hide(self) -> None:
        """It is moved to where nobody looks; of such a place there is none if all memory is dumped."""
        self.require(self.memory == "unknown", false() if self.whole else true())
        self.memory = "aside"
        self.clean = True
        self.cleared = True

    @rule(by="adversary")
    def put_back(self) -> None:
        """The known model begins to be put back."""
        self.require(self.memory == "unknown")
        self.memory = "restoring"
        self.back = 0

    @rule(by="adversary")
    def be_back(self) -> None:
        """The known model is back, and with it all that a dump should read."""
        self.require(self.memory == "restoring", self.back >= self.restores)
        self.memory = "known"
        self.clean = True
        self.cleared = True

    def _shows_nothing(self) -> Expr:
        """A dump would find nothing now."""
        return self.memory.one_of("known", "aside")
