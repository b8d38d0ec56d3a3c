"""What must be true of the verifier for one parent: one genesis, and a walk that takes all, are the whole structure.

That is proved for every number of blocks, with the words of kahn.py. What holds of files whose blocks name several
parents, too, is asked without `one`: the walk then takes what reaches the genesis, and nothing follows about orphans
and cycles. That a run comes to an end hangs on the file being finite: no claim says so for every size, and
`always_decides` says that where it ends there is a word.
"""

from sennit import Expr, always, count, every, exists, forall, implies, sometimes
from sennit.protocols.traversal import Traversal
from sennit_properties.graph import is_acyclic, is_no_orphan, is_reaching_genesis, is_single_genesis
from sennit_properties.kahn import (
    SIZES,
    SMALL,
    THREE,
    UNROOTED,
    has_genesis,
    has_no_second,
    is_as_the_graph_says,
    is_back_on_a_cycle,
    is_genesis,
    is_ordered,
    is_reached,
    is_resolved,
    is_right_word,
    is_searching_the_left,
    knows_the_file,
    leads_to,
    shape_of,
)

_CHAIN = "An order of three takes three blocks: it is proved for every size, and fork_accepted is a run to one."
INTENDED = {f"vacuous-antecedent Traversal.{name}": _CHAIN for name in ("taken_in_order", "acyclic")}
SEVERAL = ({"block": 1, "one": False}, {"block": 2, "one": False}, {"block": every, "one": False})
WALKED = ("walking", "searching", "accepted", "orphan", "cycle")
SEARCHED = ("searching", "orphan", "cycle")


def _is_left(down: Traversal, x: Expr | int) -> Expr:
    """The file holds the block, and the walk has not taken it."""
    return down.held[x] & ~down.taken[x]


# -- the loops --------------------------------------------------------------------------------------------------------


@always(Traversal, at=SIZES)
def reads_the_file(down: Traversal) -> Expr:
    """The dictionary holds blocks of the file, and once it has been read all of them."""
    return knows_the_file(down)


@always(Traversal, using=(reads_the_file,), at=SIZES)
def lists_geneses(down: Traversal) -> Expr:
    """The list holds the blocks without a parent that were read, and no other."""
    return forall(down.genesis[x] == (down.known[x] & is_genesis(down, x)) for x in down.block)


@always(Traversal, at=SIZES)
def takes_what_it_read(down: Traversal) -> Expr:
    """Only blocks of the dictionary are taken, and none before the walk."""
    return forall(implies(down.taken[x], down.known[x] & down.phase.one_of(*WALKED)) for x in down.block)


@always(Traversal, using=(takes_what_it_read,), at=SIZES)
def taken_in_order(down: Traversal) -> Expr:
    """Blocks are taken one after the other."""
    b, after = down.block, down.after
    return forall(implies(after[x, y], down.taken[x] & down.taken[y]) for x in b for y in b) & is_ordered(down)


@always(Traversal, rests_on=("one", "ordered"), using=(lists_geneses, takes_what_it_read), at=SIZES)
def parent_first(down: Traversal) -> Expr:
    """A block is taken after its parent, which therefore is in the file."""
    return forall(implies(down.taken[x] & down.names[x, y], down.after[x, y]) for x in down.block for y in down.block)


@always(Traversal, rests_on=("rooted", "single"), using=(lists_geneses, reads_the_file, takes_what_it_read), at=SIZES)
def looks_before_it_walks(down: Traversal) -> Expr:
    """The walk begins only where there is a genesis and no second."""
    one = forall(implies(down.genesis[x] & down.genesis[y], x == y) for x in down.block for y in down.block)
    return implies(down.phase.one_of(*WALKED), exists(down.genesis) & one)


@always(
    Traversal,
    rests_on=("single", "ordered"),
    using=(reads_the_file, lists_geneses, takes_what_it_read, looks_before_it_walks),
    at=SIZES,
)
def taken_lead_to_genesis(down: Traversal) -> Expr:
    """From every block that is taken a path of parents leads to the genesis."""
    b = down.block
    return forall(implies(down.taken[x] & down.genesis[g], leads_to(down, x, g)) for x in b for g in b)


@always(
    Traversal,
    using=(takes_what_it_read, reads_the_file, lists_geneses),
    at=(*SIZES, *SEVERAL),
)
def left_lead_to_left(down: Traversal) -> Expr:
    """Once it searches, the genesis is taken, and no block that is left names one that is: none reaches the genesis."""
    b, searched = down.block, down.phase.one_of(*SEARCHED)
    genesis = forall(implies(down.genesis[g], down.taken[g]) for g in b)
    closed = forall(implies(down.known[x] & ~down.taken[x] & down.names[x, y], ~down.taken[y]) for x in b for y in b)
    return implies(searched, genesis & closed)


@always(Traversal, using=(takes_what_it_read, reads_the_file, left_lead_to_left), at=SIZES)
def searches_what_is_left(down: Traversal) -> Expr:
    """The search is at one block and has been there, and it has only been at blocks that the walk left."""
    return is_searching_the_left(down, down.phase.one_of(*SEARCHED))


@always(Traversal, using=(searches_what_is_left,), at=SIZES)
def trail_leads_here(down: Traversal) -> Expr:
    """From every block where the search has been a path of parents leads to where it is."""
    b = down.block
    return forall(implies(down.trail[x] & down.here[y], leads_to(down, x, y)) for x in b for y in b)


# -- accepted files are right -----------------------------------------------------------------------------------------


@always(Traversal, rests_on=("whole",), using=(reads_the_file,), at=SIZES)
def accepts_what_it_took(down: Traversal) -> Expr:
    """In an accepted file every block was taken."""
    return implies(down.phase == "accepted", forall(implies(down.held[x], down.taken[x]) for x in down.block))


@always(
    Traversal, rests_on=("rooted", "single"), using=(reads_the_file, lists_geneses, looks_before_it_walks), at=SIZES
)
def one_genesis(down: Traversal) -> Expr:
    """In an accepted file there is one genesis, and no second."""
    return implies(down.phase == "accepted", has_genesis(down) & has_no_second(down))


@always(
    Traversal,
    rests_on=("ordered", "whole"),  # and on `one`: orphan_accepted_with_several_parents sees that, of three blocks
    using=(reads_the_file, takes_what_it_read, taken_in_order, accepts_what_it_took, parent_first),
    at=UNROOTED,
)
def no_orphan(down: Traversal) -> Expr:
    """In an accepted file every parent is there, though the walk looked for none that is not."""
    return implies(down.phase == "accepted", is_resolved(down))


@always(
    Traversal,
    rests_on=("one", "ordered", "whole"),
    using=(accepts_what_it_took, taken_in_order, parent_first),
    at=SIZES,
)
def acyclic(down: Traversal) -> Expr:
    """In an accepted file all links go down one order, so no block is its own ancestor."""
    b, names = down.block, down.names
    lower = forall(implies(names[x, y], down.after[x, y]) for x in b for y in b)
    return implies(down.phase == "accepted", lower & is_ordered(down))


@always(
    Traversal,
    rests_on=("single", "ordered", "whole"),
    using=(reads_the_file, lists_geneses, accepts_what_it_took, taken_lead_to_genesis),
    at=SIZES,
)
def reaches_genesis(down: Traversal) -> Expr:
    """In an accepted file a path of parents leads from every block to the genesis."""
    return implies(down.phase == "accepted", is_reached(down))


# -- right files are accepted -----------------------------------------------------------------------------------------


@always(Traversal, using=(reads_the_file, lists_geneses), at=SIZES)
def no_genesis_as_it_says(down: Traversal) -> Expr:
    """A file that is refused for want of a genesis has none."""
    return implies(down.phase == "no genesis", ~has_genesis(down))


@always(Traversal, using=(reads_the_file, lists_geneses), at=SIZES)
def several_as_it_says(down: Traversal) -> Expr:
    """A file that is refused for several geneses has two."""
    return implies(down.phase == "several", ~has_no_second(down))


@always(Traversal, using=(reads_the_file, takes_what_it_read, searches_what_is_left), at=UNROOTED)
def orphan_as_it_says(down: Traversal) -> Expr:
    """A file that is refused for an orphan has a block that names one which is not there."""
    return implies(down.phase == "orphan", ~is_resolved(down))


@always(
    Traversal,
    rests_on=("around",),
    using=(searches_what_is_left, trail_leads_here),
    at=UNROOTED,
)
def cycle_as_it_says(down: Traversal) -> Expr:
    """In a file that is refused for a cycle the search has ended at a block that a path leads back to."""
    return implies(down.phase == "cycle", is_back_on_a_cycle(down))


@always(
    Traversal,
    using=(reads_the_file, lists_geneses, takes_what_it_read, searches_what_is_left, left_lead_to_left),
    at=UNROOTED,
)
def always_decides(down: Traversal) -> Expr:
    """The verifier never stops without a word."""
    return implies(down.stuck(), down.decided())


# -- both together ----------------------------------------------------------------------------------------------------


@always(
    Traversal,
    rests_on=("one", "rooted", "single", "ordered", "whole"),
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
def right_word(down: Traversal) -> Expr:
    """Accepted are files in which all rules hold; in a file that is refused one of the rules is broken."""
    return is_right_word(down)


@always(Traversal, rests_on=("one", "rooted", "single", "ordered", "whole"), at=SMALL)
def as_the_graph_says(down: Traversal) -> Expr:
    """Accepted are exactly the files with one genesis, no orphan and no cycle, and their blocks reach the genesis."""
    return is_as_the_graph_says(down)


@always(
    Traversal,
    rests_on=("rooted", "single", "ordered", "whole"),
    using=(
        one_genesis,
        reaches_genesis,
        no_genesis_as_it_says,
        several_as_it_says,
        reads_the_file,
        lists_geneses,
        searches_what_is_left,
        left_lead_to_left,
    ),
    at=SEVERAL,
)
def right_word_with_several_parents(down: Traversal) -> Expr:
    """Whatever blocks name, accepted are files where all lead to one genesis; in others some do not, or none is one."""
    b, accepted = down.block, down.phase == "accepted"
    one = has_genesis(down) & has_no_second(down)
    some = exists(_is_left(down, x) for x in b)
    apart = forall(implies(_is_left(down, x), ~is_genesis(down, x)) for x in b)
    closed = forall(
        implies(_is_left(down, x) & down.names[x, y] & down.held[y], _is_left(down, y)) for x in b for y in b
    )
    refused = down.decided() & ~accepted
    return implies(accepted, one & is_reached(down)) & implies(refused, ~one | (some & apart & closed))


@always(
    Traversal,
    rests_on=("rooted", "single", "ordered", "whole"),
    at=SEVERAL[1],
)
def reaching_with_several_parents(down: Traversal) -> Expr:
    """Whatever blocks name, accepted are exactly the files with one genesis that every block reaches."""
    shape = shape_of(down)
    good = is_single_genesis(shape) & is_reaching_genesis(shape)
    return implies(down.decided(), (down.phase == "accepted") == good)


# -- all this happens -------------------------------------------------------------------------------------------------


@sometimes(Traversal, at=THREE)
def fork_accepted(down: Traversal) -> Expr:
    """A file in which two blocks name the same parent is accepted."""
    b = down.block
    forked = exists(down.names[x, z] & down.names[y, z] for x in b for y in b for z in b if x < y)
    return (down.phase == "accepted") & forall(down.held[x] for x in b) & forked


@sometimes(Traversal, at=SMALL)
def empty_refused(down: Traversal) -> Expr:
    """An empty file is refused for want of a genesis."""
    return (down.phase == "no genesis") & ~exists(down.held[x] for x in down.block)


@sometimes(Traversal, at=SMALL[1])
def second_refused(down: Traversal) -> Expr:
    """A file is refused for its second genesis alone."""
    shape = shape_of(down)
    return (down.phase == "several") & is_no_orphan(shape) & is_acyclic(shape)


@sometimes(Traversal, at=THREE)
def orphan_refused(down: Traversal) -> Expr:
    """A file is refused for an orphan alone: the block does not reach the genesis."""
    return (down.phase == "orphan") & is_acyclic(shape_of(down))


@sometimes(Traversal, at=SMALL[1])
def cycle_refused(down: Traversal) -> Expr:
    """A file is refused for a cycle alone, beside a good genesis."""
    return (down.phase == "cycle") & is_no_orphan(shape_of(down))


@sometimes(Traversal, at=THREE)
def longer_cycle_refused(down: Traversal) -> Expr:
    """A file is refused for a cycle of two blocks, the search having been at both."""
    return (down.phase == "cycle") & (count(down.trail[x] for x in down.block) == 2)


@sometimes(Traversal, at=SEVERAL[1])
def cycle_accepted_with_several_parents(down: Traversal) -> Expr:
    """With several parents a file is accepted that has a cycle: its blocks reach the genesis by another way."""
    return (down.phase == "accepted") & ~is_acyclic(shape_of(down))


@sometimes(Traversal, at={"block": 3, "one": False})
def orphan_accepted_with_several_parents(down: Traversal) -> Expr:
    """With several parents a file is accepted that has an orphan: the block reaches the genesis by another way."""
    return (down.phase == "accepted") & ~is_no_orphan(shape_of(down))
