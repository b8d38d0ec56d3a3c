"""What must be true of a workload in a pipeline: its roofline, and that a challenge over all of it beats offloading."""

from sennit import Expr, always, forall, greatest, implies, in_range, ite, sometimes, total
from sennit.protocols.pipeline import Pipeline

SIZES = ({"stage": 4, "unseen": 1}, {"tiles": 2})
HURRIED: dict[str, int] = {"hurried": True}


@always(Pipeline, at=(*SIZES, HURRIED))
def in_line(game: Pipeline) -> Expr:
    """No stage has passed, or is busy with, more tiles than came to it."""
    here = [game.passed[s] + ite(game.busy[s], 1, 0) for s in game.stage]
    came = [game.must[s] - game.must[s - 1] + game.passed[s - 1] if s else game.must[0] for s in game.stage]
    return forall(tiles <= most for tiles, most in zip(here, came, strict=True))


within = in_range(Pipeline, using=(in_line,), at=(*SIZES, HURRIED))


@always(Pipeline, rests_on=("cold", "scattered"), using=(in_line,), at=(*SIZES, HURRIED))
def accounted(game: Pipeline) -> Expr:
    """A stage has had the time for each tile that it passed, and for the one that it is busy with so far."""
    spent = (game.time_of(s, game.passed[s]) + ite(game.busy[s], game.moving[s], 0) for s in game.stage)
    idle = forall((game.passed[s] == 0) & ~game.busy[s] for s in game.stage)
    return ite(game.begun, forall(time <= game.elapsed for time in spent), idle)


@always(Pipeline, rests_on=("cold", "scattered"), using=(in_line, accounted), at=SIZES)
def roofline(game: Pipeline) -> Expr:
    """No workload is done sooner than its slowest stage, moving or computing, has passed all its tiles."""
    slowest = forall(game.time_of(s, game.must[s]) <= game.elapsed for s in game.stage)
    return implies(game.done(), slowest)


@always(Pipeline, rests_on=("cold", "scattered", "short"), using=(in_line, roofline), at=SIZES)
def sound(game: Pipeline) -> Expr:
    """Where all is done in time, no more tiles than may lie outside VRAM do."""
    return implies(game.done() & (game.elapsed <= game.allowed), game.outside() <= game.unseen)


@always(Pipeline, at=HURRIED, using=(in_line, accounted))
def paced(game: Pipeline) -> Expr:
    """The stage into the SMs never waits, and the SMs only for it, and then for no longer than one tile takes."""
    bus, sms = list(game.stage)[-2:]
    slower = greatest(game.takes[bus], game.takes[sms])
    read = game.time_of(bus, game.passed[bus])
    computed = game.takes[bus] + total(ite(game.passed[sms] > k, slower, 0) for k in range(game.tiles))

    def by(s: int, time: Expr) -> Expr:
        running = (game.elapsed <= time + game.moving[s]) & (game.moving[s] <= game.takes[s])
        return implies(game.busy[s], running) & implies(game.waiting(s), game.elapsed <= time)

    return implies(game.begun & (game.outside() == 0), by(bus, read) & by(sms, computed))


@always(Pipeline, at=HURRIED, rests_on=("ample",), using=(in_line, paced))
def complete(game: Pipeline) -> Expr:
    """Who has all tiles in VRAM, and hurries, is done in time."""
    late = game.begun & (game.outside() == 0) & (game.allowed < game.elapsed)
    return implies(late, game.done())


@always(Pipeline, using=(in_line, accounted), at=({}, HURRIED))
def never_stuck(game: Pipeline) -> Expr:
    """Time can pass, or somebody can move."""
    return ~game.stuck()


@sometimes(Pipeline, at=HURRIED)
def honest(game: Pipeline) -> Expr:
    """All is done from VRAM exactly when it must be at the latest, so `complete` is not true for want of workloads."""
    last = (game.elapsed == game.longest()) & (game.longest() > 0)
    return game.done() & (game.outside() == 0) & last


@sometimes(Pipeline)
def late(game: Pipeline) -> Expr:
    """All is done with a tile from outside VRAM, past the deadline, so `sound` is not true for want of cheaters."""
    return game.done() & (game.outside() > game.unseen) & (game.elapsed > game.allowed)


@sometimes(Pipeline)
def overlapped(game: Pipeline) -> Expr:
    """All is done from outside VRAM in less time than its stages take one after the other."""
    in_turn = total(game.tiles * game.takes[s] for s in game.stage)
    return game.done() & (game.outside() == game.tiles) & (game.elapsed < in_turn)
