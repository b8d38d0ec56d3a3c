"""Which rules of structure follow from which, for files with any number of blocks, by induction over a rank.

Where there is no orphan and no cycle, every block reaches a genesis; so in a file with a block there is one. Where
every block reaches a genesis and names one parent, there is no orphan and no cycle. What does not follow is seen in a
file. That every finite file without a cycle has such a rank is for Kahn's order to say (kahn.py), whose walk leaves
blocks only where there is a cycle.
"""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.ranked import Ranked

SMALL = ({"block": 1}, {"block": 2})
SIZES = (*SMALL, every)
NEAR = {"falling": False, "resolved": False, "nearing": True}
NEARING = tuple(NEAR | {"block": n} for n in (1, 2, every))
SOLE = tuple(NEAR | {"block": n, "one": True} for n in (1, 2, every))


def all_good(file: Ranked) -> Expr:
    """Every block reaches a genesis."""
    return forall(implies(file.held[x], file.good[x]) for x in file.block)


# -- without orphan and cycle -----------------------------------------------------------------------------------------


@always(Ranked, rests_on=("falling", "resolved"), at=SIZES)
def reaching_up_to_level(file: Ranked) -> Expr:
    """Every block below the level reaches a genesis, if there is no orphan and no cycle."""
    return forall(implies(file.held[x] & (file.rank[x] < file.level), file.good[x]) for x in file.block)


@always(Ranked, rests_on=("falling", "resolved"), using=(reaching_up_to_level,), at=SIZES)
def all_reach(file: Ranked) -> Expr:
    """No orphan and no cycle: so every block reaches a genesis, and where there is one genesis, that one."""
    return implies(file.stuck(), all_good(file))


@always(Ranked, rests_on=("falling", "resolved"), at=SIZES)
def genesis_or_none_up_to_level(file: Ranked) -> Expr:
    """There is no block below the level, if there is no orphan, no cycle and no genesis."""
    none = forall(implies(file.held[x], file.rank[x] >= file.level) for x in file.block)
    return none | exists(file.is_genesis(x) for x in file.block)


@always(Ranked, rests_on=("falling", "resolved"), using=(genesis_or_none_up_to_level,), at=SIZES)
def there_is_a_genesis(file: Ranked) -> Expr:
    """No orphan and no cycle: so there is a genesis, if there is any block."""
    held, geneses = exists(file.held[x] for x in file.block), exists(file.is_genesis(x) for x in file.block)
    return implies(file.stuck() & held, geneses)


# -- where every block reaches a genesis ------------------------------------------------------------------------------


@always(Ranked, rests_on=("nearing",), at=NEARING)
def nearing_up_to_level(file: Ranked) -> Expr:
    """Every block below the level reaches a genesis, if from every other a link leads down to a block."""
    return forall(implies(file.held[x] & (file.rank[x] < file.level), file.good[x]) for x in file.block)


@always(Ranked, rests_on=("nearing",), using=(nearing_up_to_level,), at=NEARING)
def nearing_is_reaching(file: Ranked) -> Expr:
    """From every block but a genesis a link leads down to a block: so every block reaches a genesis."""
    return implies(file.stuck(), all_good(file))


@always(Ranked, rests_on=("nearing", "one"), at=SOLE)
def reaching_leaves_no_cycle(file: Ranked) -> Expr:
    """Every block reaches a genesis and names one parent: so there is no cycle, and the same rank shows it."""
    b = file.block
    return forall(implies(file.names[x, y], file.rank[y] < file.rank[x]) for x in b for y in b)


@always(Ranked, rests_on=("nearing", "one"), at=(*SOLE[:2], NEAR | {"block": 3, "one": True}, SOLE[2]))
def reaching_leaves_no_orphan(file: Ranked) -> Expr:
    """Every block reaches a genesis and names one parent: so there is no orphan."""
    return forall(implies(file.names[x, y], file.held[y]) for x in file.block for y in file.block)


# -- what does not follow ---------------------------------------------------------------------------------------------


@sometimes(Ranked, at=SMALL)
def climbed(file: Ranked) -> Expr:
    """The climb ends in a file that has all blocks, so that what is true at its end is not true of nothing."""
    return file.stuck() & forall(file.held[x] for x in file.block)


@sometimes(Ranked, at={"block": 3})
def climbed_a_merge(file: Ranked) -> Expr:
    """The climb ends in a file with three blocks, one of which names both others."""
    return file.stuck() & file.names[2, 1] & file.names[2, 0] & file.names[1, 0]


@sometimes(Ranked, at={"block": 2})
def two_geneses(file: Ranked) -> Expr:
    """No orphan and no cycle: but there may be two geneses."""
    return file.is_genesis(0) & file.is_genesis(1)


@sometimes(Ranked, at={"block": 1})
def nothing(file: Ranked) -> Expr:
    """No orphan and no cycle: but there may be no genesis, where there is no block."""
    return file.stuck() & ~file.held[0]


@sometimes(Ranked, at={"block": 2, "falling": False})
def cycle_beside_a_genesis(file: Ranked) -> Expr:
    """One genesis and no orphan: but there may be a cycle, which reaches no genesis."""
    return file.is_genesis(0) & file.names[1, 1] & ~file.good[1]


@sometimes(Ranked, at={"block": 3, "resolved": False})
def orphan_beside_a_genesis(file: Ranked) -> Expr:
    """One genesis and no cycle: but there may be an orphan, which reaches no genesis."""
    return file.is_genesis(0) & file.names[2, 1] & ~file.held[1] & ~file.good[2]


@sometimes(Ranked, at=NEAR | {"block": 2})
def cycle_that_reaches(file: Ranked) -> Expr:
    """One genesis that every block reaches: but with several parents there may be a cycle."""
    return file.is_genesis(0) & file.names[1, 0] & file.names[1, 1]


@sometimes(Ranked, at=NEAR | {"block": 3})
def orphan_that_reaches(file: Ranked) -> Expr:
    """One genesis that every block reaches: but with several parents there may be an orphan."""
    return file.is_genesis(0) & file.names[1, 0] & file.names[1, 2] & ~file.held[2]
