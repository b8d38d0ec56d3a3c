"""A workload that goes tile by tile over a link into VRAM, from there to the SMs, and through them, all at once.

With a stage more, the disk comes before the link. A tile begins where it lies, and passes all stages from there on. The
time is bounded by a roofline: no stage is done before it has passed all its tiles, one after the other.
Room for tiles on their way is never short, which only makes the prover faster. Messages are those of `offload.py`, and
take no time here.
"""

from sennit import (
    Array,
    Bool,
    Clock,
    Const,
    Expr,
    Index,
    Int,
    Real,
    Size,
    Switch,
    System,
    exists,
    false,
    forall,
    greatest,
    implies,
    ite,
    limit,
    rule,
    total,
    true,
)


class Pipeline(System):
    """A verifier hands over a challenge, and the prover's stages pass the tiles that lie in front of them."""

    stage = Index(3)  # the last two are from VRAM to the SMs, and the SMs; before them comes the link
    tiles = Size(2)  # of the claim
    unseen = Size(0)  # as many of them may lie outside VRAM
    cold = Switch(on=True)  # nothing has been moved before the challenge is there
    scattered = Switch(on=True)  # each tile has to travel; else the CPU works in place, and only the result travels
    short = Switch(on=True)  # the deadline leaves no time to bring more tiles over the link than may lie outside
    ample = Switch(on=True)  # it leaves time for all tiles, if they lie in VRAM
    hurried = Switch(on=False)  # nobody takes longer than they must

    takes = Const(Array(stage, Real(0)))  # the time of a stage for one tile
    digests = Const(Real(0))  # the time of the CPU for one tile, in place
    allowed = Const(Real(0))  # the deadline
    must = Const(Array(stage, Int(0, tiles)))  # how many tiles the stage must pass, from where they lie

    begun = Bool(init=False)  # the challenge is there
    passed = Array(stage, Int(0, tiles), init=0)
    busy = Array(stage, Bool(), init=False)
    moving = Array(stage, Clock())  # since the stage began with its tile
    cpu = Clock()  # since the CPU began with its tile
    elapsed = Clock()  # since the challenge was there

    def initially(self) -> Expr:
        """All tiles pass the SMs, and each stage passes on what came to it."""
        *before, last = self.stage
        chosen = forall(self.must[s] <= self.must[s + 1] for s in before) & (self.must[last] == self.tiles)
        if self.short:
            chosen &= self.allowed < (self.unseen + 1) * self.takes[last - 2]
        if self.ample:
            chosen &= self.longest() <= self.allowed
        return chosen

    def longest(self) -> Expr:
        """The time for all tiles where they lie in VRAM and nothing is lost: the slower stage is never idle."""
        bus, sms = list(self.stage)[-2:]
        return self.takes[bus] + self.tiles * greatest(self.takes[bus], self.takes[sms])

    def outside(self) -> Expr:
        """How many tiles lie outside VRAM."""
        return self.must[len(self.stage) - 3]

    def time_of(self, s: int, count: Expr) -> Expr:
        """The time of a stage for so many tiles."""
        return total(ite(count > k, self.takes[s], 0) for k in range(self.tiles))

    def waiting(self, s: int) -> Expr:
        """A tile lies in front of the stage."""
        came = self.must[s] if s == 0 else self.must[s] - self.must[s - 1] + self.passed[s - 1]
        return ~self.busy[s] & (self.passed[s] < came)

    def done(self) -> Expr:
        """All tiles have passed the SMs."""
        return self.passed[len(self.stage) - 1] == self.tiles

    @limit
    def moves_in_time(self) -> Expr:
        """Who hurries lets no stage wait for nothing, and each is done as soon as it can be."""
        at_once = forall(~self.waiting(s) for s in self.stage)
        in_time = forall(implies(self.busy[s], self.moving[s] <= self.takes[s]) for s in self.stage)
        return implies(self.begun, at_once & in_time) if self.hurried else true()

    @rule(by="verifier", to="prover")
    def challenge(self) -> None:
        """The challenge is there."""
        self.require(~self.begun)
        self.begun = True
        self.elapsed = 0
        self.cpu = 0

    @rule(by="stage {s}", s=stage)
    def begin(self, s: Expr) -> None:
        """A stage begins with a tile that lies in front of it."""
        self.require(self.begun if self.cold else true(), exists((s == k) & self.waiting(k) for k in self.stage))
        self.busy[s] = True
        self.moving[s] = 0

    @rule(by="stage {s}", s=stage)
    def end(self, s: Expr) -> None:
        """The tile has passed."""
        self.require(self.busy[s], self.moving[s] >= self.takes[s])
        self.busy[s] = False
        self.passed[s] += 1

    @rule(by="CPU", to="SMs")
    def digest(self) -> None:
        """The CPU works on a tile where it lies, and its result passes the link in no time."""
        link = len(self.stage) - 3
        self.require(false() if self.scattered else self.begun, self.waiting(link), self.cpu >= self.digests)
        self.cpu = 0
        self.passed[link] += 1
