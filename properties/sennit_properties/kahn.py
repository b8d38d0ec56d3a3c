"""What must be true of the verifier for several parents: it accepts a file if and only if the structure is right.

That is proved for every number of blocks. There, a path of parents cannot be written down as such, and need not be: "x
leads to y" is that `above` holds of them, which is any transitive relation that holds of every link. That a file has no
cycle is witnessed by an order that goes down every link, in which the blocks were taken. `as_the_graph_says` compares
with paths themselves, which takes sizes. That a run comes to an end, too, hangs on the file being finite: no claim says
so for every size, and `always_decides` says that where it ends there is a word.
"""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.kahn import Kahn
from sennit.protocols.verifier import Verifier
from sennit_properties.graph import Shape, is_acyclic, is_no_orphan, is_reaching_genesis, is_single_genesis

_CHAIN = "An order of three takes three blocks: it is proved for every size, and merge_accepted is a run to one."
INTENDED = {f"vacuous-antecedent Kahn.{name}": _CHAIN for name in ("taken_in_order", "acyclic")}
SMALL = ({"block": 1}, {"block": 2})
THREE = {"block": 3}
SIZES = (*SMALL, every)
UNROOTED = (*SIZES, {"block": 2, "rooted": False})  # what takes a third block that is the genesis takes two there
UNRESOLVED = {"block": 3, "resolved": False}
WALKED = ("walking", "searching", "accepted", "cycle")


# -- said of any verifier ---------------------------------------------------------------------------------------------


def is_genesis(verifier: Verifier, x: Expr | int) -> Expr:
    """The file holds the block, and the block names no parent."""
    return verifier.held[x] & ~exists(verifier.names[x, y] for y in verifier.block)


def leads_to(verifier: Verifier, x: Expr | int, y: Expr | int) -> Expr:
    """It is the same block, or a path of parents leads there."""
    return (x == y) | verifier.above[x, y]


def has_genesis(verifier: Verifier) -> Expr:
    """The file has one at least."""
    return exists(is_genesis(verifier, x) for x in verifier.block)


def has_no_second(verifier: Verifier) -> Expr:
    """The file has one genesis at most."""
    b = verifier.block
    return forall(implies(is_genesis(verifier, x) & is_genesis(verifier, y), x == y) for x in b for y in b)


def is_resolved(verifier: Verifier) -> Expr:
    """Every parent that is named is in the file."""
    b = verifier.block
    return forall(implies(verifier.names[x, y], verifier.held[y]) for x in b for y in b)


def is_reached(verifier: Verifier) -> Expr:
    """From every block of the file a path of parents leads to each genesis."""
    b = verifier.block
    return forall(implies(verifier.held[x] & is_genesis(verifier, g), leads_to(verifier, x, g)) for x in b for g in b)


def is_ordered(verifier: Verifier) -> Expr:
    """`after` is an order: from one to the next, and to none again."""
    b, after = verifier.block, verifier.after
    chained = forall(implies(after[x, y] & after[y, z], after[x, z]) for x in b for y in b for z in b)
    return chained & forall(~after[x, x] for x in b)


def knows_the_file(verifier: Verifier) -> Expr:
    """The dictionary holds blocks of the file, and once it has been read all of them."""
    held, known, b = verifier.held, verifier.known, verifier.block
    all_read = forall(implies(held[x], known[x]) for x in b)
    return forall(implies(known[x], held[x]) for x in b) & (all_read | (verifier.phase == "reading"))


def is_searching_the_left(verifier: Verifier, searched: Expr) -> Expr:
    """Where it has `searched`, it is at one block, has been there, and only at blocks that the walk left."""
    here, trail, b = verifier.here, verifier.trail, verifier.block
    one = forall(implies(here[x] & here[y], x == y) for x in b for y in b)
    left = forall(implies(trail[x], verifier.known[x] & ~verifier.taken[x] & searched) for x in b)
    been = forall(implies(here[x], trail[x]) for x in b)
    return one & left & been & implies(searched, exists(here))


def is_back_on_a_cycle(verifier: Verifier) -> Expr:
    """Where the search is, a path of parents leads back to."""
    here = verifier.here
    return exists(here) & forall(implies(here[x], verifier.above[x, x]) for x in verifier.block)


def is_right_word(verifier: Verifier) -> Expr:
    """Accepted are files in which all rules hold; in a file that is refused one of them is broken."""
    b, after, names = verifier.block, verifier.after, verifier.names
    whole = has_genesis(verifier) & has_no_second(verifier) & is_resolved(verifier)
    down = forall(implies(names[x, y], after[x, y] & ~after[y, x]) for x in b for y in b)
    broken = ~whole | exists(verifier.above[x, x] for x in b)
    accepted = verifier.phase == "accepted"
    right = whole & down & is_reached(verifier)
    return implies(accepted, right) & implies(verifier.decided() & ~accepted, broken)


def is_as_the_graph_says(verifier: Verifier) -> Expr:
    """Accepted are, at a size, exactly good graphs, and all their blocks reach the genesis."""
    shape, accepted = shape_of(verifier), verifier.phase == "accepted"
    good = is_single_genesis(shape) & is_no_orphan(shape) & is_acyclic(shape)
    return implies(verifier.decided(), accepted == good) & implies(accepted, is_reaching_genesis(shape))


def shape_of(verifier: Verifier) -> Shape:
    """The file as a graph, at a size."""
    held, names, blocks = verifier.held, verifier.names, verifier.block
    return Shape(
        [held[c] for c in blocks],
        [[names[c, p] & held[p] for p in blocks] for c in blocks],
        [exists(names[c, p] & ~held[p] for p in blocks) for c in blocks],
    )


# -- the loops --------------------------------------------------------------------------------------------------------


@always(Kahn, at=SIZES)
def reads_the_file(kahn: Kahn) -> Expr:
    """The dictionary holds blocks of the file, and once it has been read all of them."""
    return knows_the_file(kahn)


@always(Kahn, using=(reads_the_file,), at=SIZES)
def lists_geneses(kahn: Kahn) -> Expr:
    """The list holds the blocks without parents that were read, and no other."""
    return forall(kahn.genesis[x] == (kahn.known[x] & is_genesis(kahn, x)) for x in kahn.block)


@always(Kahn, at=SIZES)
def takes_what_it_read(kahn: Kahn) -> Expr:
    """Only blocks of the dictionary are taken, and none before the walk."""
    return forall(implies(kahn.taken[x], kahn.known[x] & kahn.phase.one_of(*WALKED)) for x in kahn.block)


@always(Kahn, using=(takes_what_it_read,), at=SIZES)
def counts_links(kahn: Kahn) -> Expr:
    """The links not yet counted off are those of blocks that were read, to blocks that are not taken."""
    waiting = (
        (kahn.waits[x, y], kahn.names[x, y] & kahn.known[x] & ~kahn.taken[y]) for x in kahn.block for y in kahn.block
    )
    return forall(one == other for one, other in waiting)


@always(Kahn, using=(takes_what_it_read,), at=SIZES)
def taken_in_order(kahn: Kahn) -> Expr:
    """Blocks are taken one after the other."""
    b, after = kahn.block, kahn.after
    return forall(implies(after[x, y], kahn.taken[x] & kahn.taken[y]) for x in b for y in b) & is_ordered(kahn)


@always(Kahn, rests_on=("ordered",), using=(counts_links, takes_what_it_read, reads_the_file), at=SIZES)
def parents_first(kahn: Kahn) -> Expr:
    """A block is taken after all its parents that are in the file."""
    b = kahn.block
    return forall(implies(kahn.taken[x] & kahn.names[x, y] & kahn.held[y], kahn.after[x, y]) for x in b for y in b)


@always(Kahn, rests_on=("rooted", "single"), using=(lists_geneses, takes_what_it_read, reads_the_file), at=SIZES)
def looks_before_it_walks(kahn: Kahn) -> Expr:
    """The walk begins only where there is a genesis and no second."""
    one = forall(implies(kahn.genesis[x] & kahn.genesis[y], x == y) for x in kahn.block for y in kahn.block)
    return implies(kahn.phase.one_of(*WALKED), exists(kahn.genesis) & one)


@always(Kahn, rests_on=("resolved",), using=(counts_links, takes_what_it_read, reads_the_file), at=UNROOTED)
def looks_parents_up(kahn: Kahn) -> Expr:
    """The walk begins only where every parent is in the file."""
    return implies(kahn.phase.one_of(*WALKED), is_resolved(kahn))


@always(
    Kahn,
    rests_on=("single", "ordered"),
    using=(reads_the_file, lists_geneses, counts_links, takes_what_it_read, looks_before_it_walks, looks_parents_up),
    at=SIZES,
)
def taken_lead_to_genesis(kahn: Kahn) -> Expr:
    """From every block that is taken a path of parents leads to the genesis."""
    b = kahn.block
    return forall(implies(kahn.taken[x] & kahn.genesis[g], leads_to(kahn, x, g)) for x in b for g in b)


@always(Kahn, using=(takes_what_it_read, counts_links), at=SIZES)
def searches_what_is_left(kahn: Kahn) -> Expr:
    """The search is at one block and has been there, and it has only been at blocks that the walk left."""
    return is_searching_the_left(kahn, kahn.phase.one_of("searching", "cycle"))


@always(Kahn, using=(takes_what_it_read,), at=SIZES)
def search_can_go_on(kahn: Kahn) -> Expr:
    """While it searches, every block that is left has a parent that is left."""
    b = kahn.block
    on = forall(implies(kahn.known[x] & ~kahn.taken[x], exists(kahn.waits[x, y] & kahn.known[y] for y in b)) for x in b)
    return implies(kahn.phase == "searching", on)


@always(Kahn, using=(counts_links, searches_what_is_left), at=SIZES)
def trail_leads_here(kahn: Kahn) -> Expr:
    """From every block where the search has been a path of parents leads to where it is."""
    b = kahn.block
    return forall(implies(kahn.trail[x] & kahn.here[y], leads_to(kahn, x, y)) for x in b for y in b)


# -- accepted files are right -----------------------------------------------------------------------------------------


@always(Kahn, rests_on=("whole",), using=(reads_the_file,), at=SIZES)
def accepts_what_it_took(kahn: Kahn) -> Expr:
    """In an accepted file every block was taken."""
    return implies(kahn.phase == "accepted", forall(implies(kahn.held[x], kahn.taken[x]) for x in kahn.block))


@always(Kahn, rests_on=("rooted", "single"), using=(reads_the_file, lists_geneses, looks_before_it_walks), at=SIZES)
def one_genesis(kahn: Kahn) -> Expr:
    """In an accepted file there is one genesis, and no second."""
    return implies(kahn.phase == "accepted", has_genesis(kahn) & has_no_second(kahn))


@always(Kahn, rests_on=("resolved",), using=(looks_parents_up,), at=UNROOTED)
def no_orphan(kahn: Kahn) -> Expr:
    """In an accepted file every parent is there."""
    return implies(kahn.phase == "accepted", is_resolved(kahn))


@always(Kahn, rests_on=("ordered", "whole"), using=(accepts_what_it_took, taken_in_order, parents_first), at=SIZES)
def acyclic(kahn: Kahn) -> Expr:
    """In an accepted file all links between its blocks go down one order, so no block is its own ancestor."""
    b, names = kahn.block, kahn.names
    down = forall(implies(names[x, y] & kahn.held[y], kahn.after[x, y]) for x in b for y in b)
    return implies(kahn.phase == "accepted", down & is_ordered(kahn))


@always(
    Kahn,
    rests_on=("single", "ordered", "whole"),
    using=(reads_the_file, lists_geneses, accepts_what_it_took, taken_lead_to_genesis),
    at=SIZES,
)
def reaches_genesis(kahn: Kahn) -> Expr:
    """In an accepted file a path of parents leads from every block to the genesis."""
    return implies(kahn.phase == "accepted", is_reached(kahn))


# -- right files are accepted -----------------------------------------------------------------------------------------


@always(Kahn, using=(reads_the_file, lists_geneses), at=SIZES)
def no_genesis_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for want of a genesis has none."""
    return implies(kahn.phase == "no genesis", ~has_genesis(kahn))


@always(Kahn, using=(reads_the_file, lists_geneses), at=SIZES)
def several_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for several geneses has two."""
    return implies(kahn.phase == "several", ~has_no_second(kahn))


@always(Kahn, using=(reads_the_file, counts_links, takes_what_it_read), at=SIZES)
def orphan_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for an orphan has a block that names one which is not there."""
    return implies(kahn.phase == "orphan", ~is_resolved(kahn))


@always(
    Kahn,
    rests_on=("around",),
    using=(counts_links, searches_what_is_left, trail_leads_here),
    at=UNROOTED,
)
def cycle_as_it_says(kahn: Kahn) -> Expr:
    """In a file that is refused for a cycle the search has ended at a block that a path leads back to."""
    return implies(kahn.phase == "cycle", is_back_on_a_cycle(kahn))


@always(
    Kahn,
    using=(reads_the_file, lists_geneses, counts_links, takes_what_it_read, searches_what_is_left, search_can_go_on),
    at=UNROOTED,
)
def always_decides(kahn: Kahn) -> Expr:
    """The verifier never stops without a word."""
    return implies(kahn.stuck(), kahn.decided())


# -- both together ----------------------------------------------------------------------------------------------------


@always(
    Kahn,
    rests_on=("rooted", "single", "ordered", "whole"),
    using=(
        one_genesis,
        no_orphan,
        acyclic,
        reaches_genesis,
        no_genesis_as_it_says,
        several_as_it_says,
        orphan_as_it_says,
        cycle_as_it_says,
    ),
    at=SIZES,
)
def right_word(kahn: Kahn) -> Expr:
    """Accepted are files in which all rules hold; in a file that is refused one of the rules is broken."""
    return is_right_word(kahn)


@always(Kahn, rests_on=("rooted", "single", "ordered", "whole"), at=SMALL)
def as_the_graph_says(kahn: Kahn) -> Expr:
    """Accepted are exactly the files with one genesis, no orphan and no cycle, and their blocks reach the genesis."""
    return is_as_the_graph_says(kahn)


# -- all this happens, and each rule is needed ------------------------------------------------------------------------


@sometimes(Kahn, at=THREE)
def merge_accepted(kahn: Kahn) -> Expr:
    """A file in which a block has two parents is accepted."""
    b = kahn.block
    merged = exists(kahn.names[x, y] & kahn.names[x, z] for x in b for y in b for z in b if y < z)
    return (kahn.phase == "accepted") & forall(kahn.held[x] for x in b) & merged


@sometimes(Kahn, at=SMALL)
def only_genesis_missing(kahn: Kahn) -> Expr:
    """Of an empty file all the other rules are true."""
    shape = shape_of(kahn)
    return (kahn.phase == "no genesis") & is_no_orphan(shape) & is_acyclic(shape) & is_reaching_genesis(shape)


@sometimes(Kahn, at=SMALL[1])
def only_several(kahn: Kahn) -> Expr:
    """Two geneses are in a file without orphan or cycle, and every block reaches one."""
    shape = shape_of(kahn)
    return (kahn.phase == "several") & is_no_orphan(shape) & is_acyclic(shape) & is_reaching_genesis(shape)


@sometimes(Kahn, at=THREE)
def only_orphan(kahn: Kahn) -> Expr:
    """With several parents an orphan may be in a file with one genesis that every block reaches, and without cycle."""
    shape = shape_of(kahn)
    good = is_single_genesis(shape) & is_acyclic(shape) & is_reaching_genesis(shape)
    return (kahn.phase == "orphan") & good


@sometimes(Kahn, at=UNRESOLVED)
def orphan_accepted_unless_looked_for(kahn: Kahn) -> Expr:
    """Where parents are not looked up, a file is accepted with a block that does not reach the genesis."""
    return (kahn.phase == "accepted") & ~is_reaching_genesis(shape_of(kahn))


@sometimes(Kahn, at=SMALL[1])
def only_cycle(kahn: Kahn) -> Expr:
    """With several parents a cycle may be in a file with one genesis that every block reaches, and without orphan."""
    return (kahn.phase == "cycle") & is_reaching_genesis(shape_of(kahn))


@sometimes(Kahn, at=THREE)
def independent_cycle(kahn: Kahn) -> Expr:
    """One genesis and no orphan do not keep out a cycle that does not reach the genesis."""
    return (kahn.phase == "cycle") & forall(kahn.trail[x] | kahn.genesis[x] for x in kahn.block)
