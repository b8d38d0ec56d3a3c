"""What must be true of the verifier for several parents: it accepts a file if and only if the structure is right.

That is proved for every number of blocks. There, a path of parents cannot be written down as such, and need not be: "x
leads to y" is that `above` holds of them, which is any transitive relation that holds of every link. That a file has no
cycle is witnessed by an order that goes down every link, in which the blocks were taken. `as_the_graph_says` compares
with paths themselves, which takes sizes. That a run comes to an end, too, hangs on the file being finite: no claim says
so for every size, and `always_decides` says that where it ends there is a word.
"""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.kahn import Kahn
from sennit.protocols.traversal import Traversal
from sennit_properties.graph import Shape, is_acyclic, is_no_orphan, is_reaching_genesis, is_single_genesis

SMALL = ({"block": 1}, {"block": 2})
THREE = {"block": 3}
SIZES = (*SMALL, every)
WALKED = ("walking", "searching", "accepted", "cycle")


def is_genesis(verifier: Kahn | Traversal, x: Expr | int) -> Expr:
    """The file holds the block, and the block names no parent."""
    return verifier.held[x] & ~exists(verifier.names[x, y] for y in verifier.block)


def leads_to(verifier: Kahn | Traversal, x: Expr | int, y: Expr | int) -> Expr:
    """It is the same block, or a path of parents leads there."""
    return (x == y) | verifier.above[x, y]


def shape_of(verifier: Kahn | Traversal) -> Shape:
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
    all_read = forall(implies(kahn.held[x], kahn.known[x]) for x in kahn.block)
    return forall(implies(kahn.known[x], kahn.held[x]) for x in kahn.block) & (all_read | (kahn.phase == "reading"))


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
    pairs = forall(implies(after[x, y], kahn.taken[x] & kahn.taken[y]) for x in b for y in b)
    chained = forall(implies(after[x, y] & after[y, z], after[x, z]) for x in b for y in b for z in b)
    return pairs & chained & forall(~after[x, x] for x in b)


@always(Kahn, rests_on=("ordered",), using=(counts_links, takes_what_it_read, reads_the_file), at=SIZES)
def parents_first(kahn: Kahn) -> Expr:
    """A block is taken after all its parents that are in the file."""
    b = kahn.block
    return forall(implies(kahn.taken[x] & kahn.names[x, y] & kahn.held[y], kahn.after[x, y]) for x in b for y in b)


@always(
    Kahn,
    rests_on=("rooted", "single"),
    using=(lists_geneses, counts_links, takes_what_it_read, reads_the_file),
    at=SIZES,
)
def looks_before_it_walks(kahn: Kahn) -> Expr:
    """The walk begins only where there is a genesis and no second, and where every parent is in the file."""
    b = kahn.block
    one = forall(implies(kahn.genesis[x] & kahn.genesis[y], x == y) for x in b for y in b)
    there = forall(implies(kahn.names[x, y], kahn.held[y]) for x in b for y in b)
    return implies(kahn.phase.one_of(*WALKED), exists(kahn.genesis) & one & there)


@always(
    Kahn,
    rests_on=("single", "ordered"),
    using=(reads_the_file, lists_geneses, counts_links, takes_what_it_read, looks_before_it_walks),
    at=SIZES,
)
def taken_lead_to_genesis(kahn: Kahn) -> Expr:
    """From every block that is taken a path of parents leads to the genesis."""
    b = kahn.block
    return forall(implies(kahn.taken[x] & kahn.genesis[g], leads_to(kahn, x, g)) for x in b for g in b)


@always(Kahn, using=(takes_what_it_read, counts_links), at=SIZES)
def searches_what_is_left(kahn: Kahn) -> Expr:
    """The search is at one block and has been there, and it has only been at blocks that the walk left."""
    b = kahn.block
    one = forall(implies(kahn.here[x] & kahn.here[y], x == y) for x in b for y in b)
    left = forall(implies(kahn.trail[x], kahn.known[x] & ~kahn.taken[x]) for x in b)
    been = forall(implies(kahn.here[x], kahn.trail[x]) for x in b)
    begun = forall(implies(kahn.trail[x], kahn.phase.one_of("searching", "cycle")) for x in b)
    return one & left & been & begun & implies(kahn.phase.one_of("searching", "cycle"), exists(kahn.here))


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
    b = kahn.block
    one = forall(implies(is_genesis(kahn, x) & is_genesis(kahn, y), x == y) for x in b for y in b)
    return implies(kahn.phase == "accepted", exists(is_genesis(kahn, x) for x in b) & one)


@always(Kahn, rests_on=("resolved",), using=(looks_before_it_walks,), at=(*SMALL, THREE, every))
def no_orphan(kahn: Kahn) -> Expr:
    """In an accepted file every parent is there."""
    b = kahn.block
    return implies(kahn.phase == "accepted", forall(implies(kahn.names[x, y], kahn.held[y]) for x in b for y in b))


@always(Kahn, rests_on=("ordered", "whole"), using=(accepts_what_it_took, taken_in_order, parents_first), at=SIZES)
def acyclic(kahn: Kahn) -> Expr:
    """In an accepted file all links between its blocks go down one order, so no block is its own ancestor."""
    b, after = kahn.block, kahn.after
    down = forall(implies(kahn.names[x, y] & kahn.held[y], after[x, y]) for x in b for y in b)
    chained = forall(implies(after[x, y] & after[y, z], after[x, z]) for x in b for y in b for z in b)
    return implies(kahn.phase == "accepted", down & chained & forall(~after[x, x] for x in b))


@always(
    Kahn,
    rests_on=("single", "resolved", "ordered", "whole"),
    using=(reads_the_file, lists_geneses, accepts_what_it_took, taken_lead_to_genesis),
    at=(*SMALL, THREE, every),
)
def reaches_genesis(kahn: Kahn) -> Expr:
    """In an accepted file a path of parents leads from every block to the genesis."""
    b = kahn.block
    reached = forall(implies(kahn.held[x] & is_genesis(kahn, g), leads_to(kahn, x, g)) for x in b for g in b)
    return implies(kahn.phase == "accepted", reached)


# -- right files are accepted -----------------------------------------------------------------------------------------


@always(Kahn, using=(reads_the_file, lists_geneses), at=SIZES)
def no_genesis_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for want of a genesis has none."""
    return implies(kahn.phase == "no genesis", ~exists(is_genesis(kahn, x) for x in kahn.block))


@always(Kahn, using=(reads_the_file, lists_geneses), at=SIZES)
def several_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for several geneses has two."""
    b = kahn.block
    two = exists(is_genesis(kahn, x) & is_genesis(kahn, y) & (x != y) for x in b for y in b)
    return implies(kahn.phase == "several", two)


@always(Kahn, using=(reads_the_file, counts_links, takes_what_it_read), at=SIZES)
def orphan_as_it_says(kahn: Kahn) -> Expr:
    """A file that is refused for an orphan has a block that names one which is not there."""
    b = kahn.block
    return implies(kahn.phase == "orphan", exists(kahn.names[x, y] & ~kahn.held[y] for x in b for y in b))


@always(
    Kahn,
    rests_on=("around",),
    using=(counts_links, searches_what_is_left, trail_leads_here),
    at=(*SMALL, THREE, every),
)
def cycle_as_it_says(kahn: Kahn) -> Expr:
    """In a file that is refused for a cycle the search has ended at a block that a path leads back to."""
    b = kahn.block
    there = exists(kahn.here) & forall(implies(kahn.here[x], kahn.above[x, x]) for x in b)
    return implies(kahn.phase == "cycle", there)


@always(
    Kahn,
    using=(reads_the_file, lists_geneses, counts_links, takes_what_it_read, searches_what_is_left, search_can_go_on),
    at=SIZES,
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
    b, after = kahn.block, kahn.after
    geneses = exists(is_genesis(kahn, x) for x in b)
    single = forall(implies(is_genesis(kahn, x) & is_genesis(kahn, y), x == y) for x in b for y in b)
    resolved = forall(implies(kahn.names[x, y], kahn.held[y]) for x in b for y in b)
    down = forall(implies(kahn.names[x, y], after[x, y] & ~after[y, x]) for x in b for y in b)
    reached = forall(implies(kahn.held[x] & is_genesis(kahn, g), leads_to(kahn, x, g)) for x in b for g in b)
    broken = ~geneses | ~single | ~resolved | exists(kahn.above[x, x] for x in b)
    refused = kahn.decided() & (kahn.phase != "accepted")
    right = geneses & single & resolved & down & reached
    return implies(kahn.phase == "accepted", right) & implies(refused, broken)


@always(Kahn, rests_on=("rooted", "single", "resolved", "ordered", "whole"), at=(*SMALL, THREE))
def as_the_graph_says(kahn: Kahn) -> Expr:
    """Accepted are exactly the files with one genesis, no orphan and no cycle, and their blocks reach the genesis."""
    shape = shape_of(kahn)
    good = is_single_genesis(shape) & is_no_orphan(shape) & is_acyclic(shape)
    reaching = implies(kahn.phase == "accepted", is_reaching_genesis(shape))
    return implies(kahn.decided(), (kahn.phase == "accepted") == good) & reaching


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


@sometimes(Kahn, at=SMALL[1])
def only_cycle(kahn: Kahn) -> Expr:
    """With several parents a cycle may be in a file with one genesis that every block reaches, and without orphan."""
    return (kahn.phase == "cycle") & is_reaching_genesis(shape_of(kahn))


@sometimes(Kahn, at=THREE)
def independent_cycle(kahn: Kahn) -> Expr:
    """One genesis and no orphan do not keep out a cycle that does not reach the genesis."""
    return (kahn.phase == "cycle") & forall(kahn.trail[x] | kahn.genesis[x] for x in kahn.block)
