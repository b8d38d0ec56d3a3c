"""What a braid promises: what the verifier accepts is a good graph, and is what one signer said in one conversation.

A rule of the verifier is often backed by another one, or by the format. Each claim is asked in the setting where its
`rests_on` carries it alone; the settings are named below and say what is not there to help.
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, NEVER, Expr, always, count, exists, forall, implies, ite, sometimes
from sennit.protocols.braid.braid import Braid
from sennit.protocols.braid.file import File
from sennit_properties.graph import Shape, is_acyclic, is_no_orphan, is_reaching_genesis, is_single_genesis

UNLINKED: Final = {"linked": False}  # signatures cover payloads alone, so links can be changed by anybody
THREE: Final = {"sig": 3, "slot": 2}  # more blocks are signed than the file has places for
SEVERAL: Final = {"sig": 3, "slot": 2, "parents": 2}
REUSED: Final = {"fresh": False}  # the key signs a second conversation
STOLEN: Final = {"secret": False, "slot": 2}


def shape_of(file: Braid | File) -> Shape:
    """The blocks of a file by their places; a name means every block that bears it."""
    there = [_is_there(file, s) for s in file.slot]
    borne = [[file.bears[t] == p for p in file.sig] for t in file.slot]
    return Shape(
        there,
        [
            [there[s] & there[t] & exists(file.names[s, p] & borne[t][p] for p in file.sig) for t in file.slot]
            for s in file.slot
        ],
        [
            there[s] & exists(file.names[s, p] & ~exists(there[t] & borne[t][p] for t in file.slot) for p in file.sig)
            for s in file.slot
        ],
    )


def is_unique(file: Braid | File) -> Expr:
    """No signature stands in two places."""
    return forall(
        ~(_is_there(file, s) & _is_there(file, t) & (file.bears[s] == file.bears[t]))
        for s in file.slot
        for t in file.slot
        if s < t
    )


def _is_there(file: Braid | File, s: int) -> Expr:
    return forall([file.block[s] != "none"] if isinstance(file, Braid) else [])


def _accepted(braid: Braid, promise: Expr) -> Expr:
    return implies(braid.phase == "accepted", promise)


def _as_signed(braid: Braid, s: int) -> Expr:
    return _bears_its_signature(braid, s) & (braid.origin[braid.bears[s]] != "adversary")


def _bears_its_signature(braid: Braid, s: int) -> Expr:
    own = braid.bears[s]
    made = (braid.block[s] == "signed") & (own < braid.made)
    return made & forall(braid.names[s, p] == braid.over[own, p] for p in braid.sig)


def _is_one_conversation(braid: Braid) -> Expr:
    origin = [braid.origin[braid.bears[s]] for s in braid.slot]
    pairs = [(s, t) for s in braid.slot for t in braid.slot if s < t]
    return forall(implies(_is_there(braid, s) & _is_there(braid, t), origin[s] == origin[t]) for s, t in pairs)


def _foreign(braid: Braid, s: int) -> Expr:
    return _is_there(braid, s) & (braid.origin[braid.bears[s]] == "adversary")


def _rejected_for(braid: Braid, fault: str) -> Expr:
    """The file was rejected, and of the five faults that the verifier looks for it found this one alone."""
    found = {
        "forged": braid.forged,
        "twice": braid.twice,
        "geneses": braid.geneses != "one",
        "orphan": braid.orphan,
        "cycle": exists(_is_there(braid, s) & ~braid.taken[s] for s in braid.slot),
    }
    alone = [found[name] if name == fault else ~found[name] for name in found]
    return forall([braid.phase == "rejected", *alone])


# -- the accepted file is a good graph ---------------------------------------------------------------------------------


@always(Braid, rests_on=("unique",), at=({}, UNLINKED))
def unique(braid: Braid) -> Expr:
    """In an accepted file no signature stands twice."""
    return _accepted(braid, is_unique(braid))


@always(Braid, rests_on=("single_genesis",), at=({}, UNLINKED, REUSED, SEVERAL))
def single_genesis(braid: Braid) -> Expr:
    """In an accepted file exactly one block names no parent."""
    return _accepted(braid, is_single_genesis(shape_of(braid)))


@always(Braid, rests_on=("no_orphan",), at=(THREE, THREE | UNLINKED, SEVERAL | UNLINKED))
def no_orphan(braid: Braid) -> Expr:
    """In an accepted file every parent that a block names is there."""
    return _accepted(braid, is_no_orphan(shape_of(braid)))


@always(Braid, rests_on=("acyclic", "unique"), at=UNLINKED)
def acyclic(braid: Braid) -> Expr:
    """In an accepted file no block is its own ancestor, even where anybody can change links."""
    return _accepted(braid, is_acyclic(shape_of(braid)))


@always(Braid, rests_on=("acyclic", "every_parent"), at=SEVERAL | UNLINKED)
def acyclic_with_several_parents(braid: Braid) -> Expr:
    """With several parents a block the walk finds every cycle if it waits for all parents of a block."""
    return _accepted(braid, is_acyclic(shape_of(braid)))


@always(Braid, at=UNLINKED | {"every_parent": False})
def acyclic_with_one_parent(braid: Braid) -> Expr:
    """With one parent a block the walk finds every cycle, whichever way it goes."""
    return _accepted(braid, is_acyclic(shape_of(braid)))


@always(Braid, rests_on=("signatures", "linked"), at=[s | {"acyclic": False} for s in (STOLEN, SEVERAL, {})])
def acyclic_by_signatures(braid: Braid) -> Expr:
    """Where signatures cover links nobody makes a cycle, not even a thief of the key, and no walk need look for one."""
    return _accepted(braid, is_acyclic(shape_of(braid)))


@always(Braid, rests_on=("no_orphan", "acyclic"), at=(THREE | UNLINKED, SEVERAL | UNLINKED))
def reaches_genesis(braid: Braid) -> Expr:
    """In an accepted file the parents of every block lead to the genesis."""
    return _accepted(braid, is_reaching_genesis(shape_of(braid)))


# -- the accepted file is what was said --------------------------------------------------------------------------------


@always(Braid, rests_on=("signatures", "linked", "secret"), at=({}, THREE))
def authentic(braid: Braid) -> Expr:
    """Every block of an accepted file is one that the signer signed, with that payload and under those parents."""
    return _accepted(braid, forall(implies(_is_there(braid, s), _as_signed(braid, s)) for s in braid.slot))


@always(Braid, rests_on=("signatures", "linked", "single_genesis"), at=REUSED)
def one_conversation(braid: Braid) -> Expr:
    """All blocks of an accepted file come from one conversation, even if the key signed two."""
    return _accepted(braid, _is_one_conversation(braid))


@always(Braid, rests_on=("signatures", "linked", "no_orphan"), at=THREE | REUSED)
def one_conversation_without_gaps(braid: Braid) -> Expr:
    """All blocks of an accepted file come from one conversation, even if later blocks of the other one fit."""
    return _accepted(braid, _is_one_conversation(braid))


@always(
    Braid,
    rests_on=("fresh", "secret", "signatures", "linked", "unique"),
    at={"slot": 2, "single_genesis": False},
)
def one_genesis_by_fresh_key(braid: Braid) -> Expr:
    """With a fresh key there is at most one genesis to sign, and the verifier need not count them."""
    return _accepted(braid, count(shape_of(braid).geneses) <= 1)


@always(Braid, rests_on=("single_genesis",), at={"slot": 2})
def nothing_is_no_braid(braid: Braid) -> Expr:
    """An accepted file holds a block: with a fresh key that is all that counting geneses adds."""
    return _accepted(braid, exists(_is_there(braid, s) for s in braid.slot))


@always(Braid, expect=FAILS)
def complete(braid: Braid) -> Expr:
    """An accepted file holds every block that was signed. It need not: a link points to an ancestor only."""
    held = [exists(_is_there(braid, s) & (braid.bears[s] == k) for s in braid.slot) for k in braid.sig]
    return _accepted(braid, forall(implies(k < braid.made, held[k]) for k in braid.sig))


# -- what the signer leaves behind -------------------------------------------------------------------------------------


@always(Braid, at=(SEVERAL, STOLEN, THREE))
def earlier(braid: Braid) -> Expr:
    """A signature covers earlier ones alone, and one by the signer covers only what was said in its conversation."""
    pairs = [(k, p) for k in braid.sig for p in braid.sig]
    later = [braid.over[k, p] for k, p in pairs if k <= p]
    fits = [
        implies(braid.over[k, p], (braid.origin[p] == braid.origin[k]) | (braid.origin[k] == "adversary"))
        for k, p in pairs
        if p < k
    ]
    unmade = [braid.over[k, p] & (braid.made <= k) for k, p in pairs]
    return ~exists([*later, *unmade]) & forall(fits)


@always(Braid, rests_on=("fresh", "secret"), at=SEVERAL)
def rooted(braid: Braid) -> Expr:
    """Under a fresh key that nobody else has, the first signature is the only one that covers no parent."""
    covers = [exists(braid.over[k, p] for p in braid.sig) for k in braid.sig]
    return ~covers[0] & forall(implies(k < braid.made, covers[k]) for k in braid.sig[1:])


@always(Braid, at=(THREE, REUSED | {"slot": 2}))
def written_as_signed(braid: Braid) -> Expr:
    """A file that nobody touched holds the first blocks that were signed, each once and in order, and nothing else."""
    held = [(braid.bears[s] == s) & _as_signed(braid, s) if s in braid.sig else exists([]) for s in braid.slot]
    empty = [braid.block[s] == "none" for s in braid.slot]
    return implies(~braid.touched, forall(ite(s < braid.made, held[s], empty[s]) for s in braid.slot))


@always(Braid, using=(earlier,), at=(THREE, SEVERAL))
def within_format(braid: Braid) -> Expr:
    """No block, signed or in the file, names more parents than the format has room for."""
    signed = [count(braid.over[k, p] for p in braid.sig) <= braid.parents for k in braid.sig]
    written = [count(braid.names[s, p] for p in braid.sig) <= braid.parents for s in braid.slot]
    return forall([*signed, *written])


# -- the verifier finds what is wrong ----------------------------------------------------------------------------------


@always(Braid, at=(SEVERAL, STOLEN))
def findings(braid: Braid) -> Expr:
    """When the verifier walks it has found each fault that the file has, by its name, and none that it has not."""
    shape = shape_of(braid)
    read = braid.phase.one_of("walking", "accepted", "rejected")
    passing = forall(implies(_is_there(braid, s), _bears_its_signature(braid, s)) for s in braid.slot)
    geneses = count(shape.geneses)
    right = [
        braid.forged == ~passing,
        braid.twice == ~is_unique(braid),
        braid.orphan == ~is_no_orphan(shape),
        (braid.geneses == "none") == (geneses == 0),
        (braid.geneses == "one") == (geneses == 1),
    ]
    return implies(read, forall(right))


@always(Braid, rests_on=("every_parent",), at=SEVERAL | UNLINKED)
def parents_first(braid: Braid) -> Expr:
    """Where no signature stands twice, what was taken lacks no parent and holds no cycle, at any moment of the walk."""
    shape = shape_of(braid)
    pairs = [(c, p) for c in braid.slot for p in braid.slot]
    lacking = exists(braid.taken[c] & shape.names[c][p] & ~braid.taken[p] for c, p in pairs)
    cycle = exists(braid.taken[s] & shape.ancestors[s][s] for s in braid.slot)
    return implies(is_unique(braid), ~lacking & ~cycle)


@always(Braid, rests_on=("every_parent",), at=(UNLINKED, SEVERAL | UNLINKED))
def left_behind(braid: Braid) -> Expr:
    """Where no signature stands twice, the walk ends with all taken but blocks on a cycle or with one behind them."""
    shape = shape_of(braid)
    ancestors = shape.ancestors
    stuck = [ancestors[s][s] | exists(ancestors[s][a] & ancestors[a][a] for a in braid.slot) for s in braid.slot]
    exact = forall(braid.taken[s] == (_is_there(braid, s) & ~stuck[s]) for s in braid.slot)
    return implies(braid.phase.one_of("accepted", "rejected") & is_unique(braid), exact)


# -- the verifier rejects nothing that is good -------------------------------------------------------------------------


@always(Braid, at=({}, THREE, SEVERAL, REUSED))
def good_files_pass(braid: Braid) -> Expr:
    """A rejected file is no good: forged, a signature twice, a missing parent, a cycle, or not exactly one genesis."""
    shape = shape_of(braid)
    signed = forall(implies(_is_there(braid, s), _as_signed(braid, s)) for s in braid.slot)
    good = signed & is_unique(braid) & is_single_genesis(shape) & is_no_orphan(shape) & is_acyclic(shape)
    return implies(braid.phase == "rejected", ~good)


@always(Braid, at=({}, THREE, SEVERAL))
def honest_files_pass(braid: Braid) -> Expr:
    """What the signer wrote and nobody touched is never rejected."""
    return ~((braid.phase == "rejected") & (braid.made > 0) & ~braid.touched)


@always(Braid, at=(THREE, STOLEN))
def last_word(braid: Braid) -> Expr:
    """No run ends before the verifier has accepted or rejected the file, and nothing happens after that."""
    return braid.stuck() == braid.phase.one_of("accepted", "rejected")


# -- all this happens --------------------------------------------------------------------------------------------------


@sometimes(Braid, at=({}, SEVERAL))
def honest_file_accepted(braid: Braid) -> Expr:
    """A file with all the blocks that were signed is accepted as the signer wrote it."""
    full = count(_is_there(braid, s) for s in braid.slot) == min(len(braid.sig), len(braid.slot))
    return (braid.phase == "accepted") & ~braid.touched & full


@sometimes(Braid, at=SEVERAL)
def merge_signed(braid: Braid) -> Expr:
    """A block is signed under two others, and in its conversation."""
    two = [(count(braid.over[k, p] for p in braid.sig) == 2) & (braid.origin[k] == "first") for k in braid.sig]
    return exists(two) & ~braid.touched


@sometimes(Braid)
def truncated_file_accepted(braid: Braid) -> Expr:
    """A file that lost its last block is accepted, and nothing in it says so."""
    return (braid.phase == "accepted") & (braid.made == 2) & (count(_is_there(braid, s) for s in braid.slot) == 1)


@sometimes(Braid)
def past_turn_edited(braid: Braid) -> Expr:
    """Another payload under a good signature is found, and by that check alone."""
    edited = [(braid.block[s] == "edited") & (braid.bears[s] < braid.made) for s in braid.slot]
    return _rejected_for(braid, "forged") & exists(edited)


@sometimes(Braid, at={"slot": 2})
def invented_signature(braid: Braid) -> Expr:
    """A block under a signature that nobody made is found, and by that check alone."""
    return _rejected_for(braid, "forged") & exists(
        _is_there(braid, s) & (braid.made <= braid.bears[s]) for s in braid.slot
    )


@sometimes(Braid, at=STOLEN)
def stolen_key_accepted(braid: Braid) -> Expr:
    """With the key in other hands a block that the signer never saw is accepted."""
    return (braid.phase == "accepted") & exists(_foreign(braid, s) for s in braid.slot)


@sometimes(Braid, at=STOLEN)
def stolen_key_continues(braid: Braid) -> Expr:
    """A thief of the key goes on where the signer stopped, and the file with blocks of both is accepted."""
    foreign = exists(_foreign(braid, s) for s in braid.slot)
    own = exists(_is_there(braid, s) & (braid.origin[braid.bears[s]] == "first") for s in braid.slot)
    return (braid.phase == "accepted") & foreign & own


@sometimes(Braid, at=REUSED)
def second_genesis(braid: Braid) -> Expr:
    """The genesis of another conversation under the same key is found, and by the count alone."""
    return _rejected_for(braid, "geneses") & (braid.geneses == "several")


@sometimes(Braid, at={"slot": 2}, expect=NEVER)
def second_genesis_under_a_fresh_key(braid: Braid) -> Expr:
    """With a fresh key the count is never the only check that finds a second genesis."""
    return _rejected_for(braid, "geneses") & (braid.geneses == "several")


@sometimes(Braid)
def copied_block(braid: Braid) -> Expr:
    """A block that stands twice is found, and by the dictionary alone."""
    return _rejected_for(braid, "twice")


@sometimes(Braid, at=THREE)
def missing_parent(braid: Braid) -> Expr:
    """A block whose parent was dropped is found, and by looking parents up alone."""
    return _rejected_for(braid, "orphan")


@sometimes(Braid, at=UNLINKED)
def independent_cycle(braid: Braid) -> Expr:
    """A cycle beside a good genesis is found, and by the walk alone, where links are not signed."""
    return _rejected_for(braid, "cycle")


@sometimes(Braid, at=({}, SEVERAL), expect=NEVER)
def independent_cycle_of_signed_links(braid: Braid) -> Expr:
    """Where links are signed the walk is never the only check that finds a fault."""
    return _rejected_for(braid, "cycle")
