"""What the post that proposes the braid says of its rules and of its verifier, sentence by sentence, over all files.

The post asks of a braid: (1) an ephemeral key, (2) every previous signature is in the braid already, (3) one block
without a previous one. Its verifier goes through the file in four steps. What follows from what, for all files of
up to three blocks, with one parent each and with any number of parents (the tests go on to four):

- Unique signatures, one genesis, no missing parent and no cycle are independent: each can be the only one broken, in a
  file of two blocks (for uniqueness: three), and in none that is smaller.
- No missing parent and no cycle, together, imply that every block reaches a genesis, and that there is one at all. So
  "exactly one genesis" says "at most one", and refuses the empty file.
- With one parent a block the converse holds where signatures are unique: if every block reaches a genesis, no parent is
  missing and nothing is cyclic. A single walk from the genesis that arrives everywhere is then the whole check. With
  several parents it is not; it takes Kahn's order, in which a block waits for all its parents.
- "Already", read as "earlier in the file", rules cycles out. Step 3, which looks a parent up among all
  keys, does not. But the order of a file is not signed, and good files fail the strict reading.
- Step 3 as printed fails every file with a second block: it wants each previous key to exist, and none to.
- Step 4 as printed visits each entry of a flattened list once. That is uniqueness again, and finds no cycle. Read as a
  walk, it is right or refuses good files, depending on where the walk starts and whether its marks are kept.

What signatures add to this is in sennit_properties.braid: where they cover links, no cycle can be made at all.
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, NEVER, Expr, always, count, exists, forall, implies, sometimes
from sennit.protocols.braid.file import File
from sennit_properties.braid import is_unique, shape_of
from sennit_properties.graph import is_acyclic, is_no_orphan, is_reaching_genesis, is_single_genesis


def files(blocks: int, parents: int) -> dict[str, int]:
    """All files of so many blocks; one signature is left over, so that a parent can be missing."""
    return {"slot": blocks, "sig": blocks + 1, "parents": parents}


LONE: Final = files(1, 1)
PAIR: Final = files(2, 1)
CHAINS: Final = [files(n, 1) for n in range(1, 4)]  # one parent a block
BRAIDS: Final = [files(n, n + 1) for n in range(1, 4)]  # any number of parents
MERGES: Final = [files(2, 2), files(3, 2)]


def is_good(file: File) -> Expr:
    """What a verifier should accept: unique, one genesis, no missing parent, no cycle."""
    shape = shape_of(file)
    return is_unique(file) & is_single_genesis(shape) & is_no_orphan(shape) & is_acyclic(shape)


def _only_broken(file: File, rule: str) -> Expr:
    shape = shape_of(file)
    rules = {
        "unique": is_unique(file),
        "single_genesis": is_single_genesis(shape),
        "no_orphan": is_no_orphan(shape),
        "acyclic": is_acyclic(shape),
    }
    return forall(~formula if name == rule else formula for name, formula in rules.items())


# -- what a verifier does, as formulas ---------------------------------------------------------------------------------


def _one_walk_arrives(file: File) -> Expr:
    """From some genesis, along the links backwards, every other block is found."""
    shape = shape_of(file)
    above, geneses = shape.ancestors, shape.geneses
    return exists(geneses[g] & forall(above[s][g] for s in file.slot if s != g) for g in file.slot)


def _kahn_takes_all(file: File) -> Expr:
    """Round by round, each block is taken whose every parent has been; as many rounds as blocks."""
    taken = [exists(()) for _ in file.slot]
    for _ in file.slot:
        resolved = [exists(taken[t] & (file.bears[t] == p) for t in file.slot) for p in file.sig]
        taken = [forall(implies(file.names[s, p], resolved[p]) for p in file.sig) for s in file.slot]
    return forall(taken)


def _parents_stand_earlier(file: File) -> Expr:
    return forall(
        implies(file.names[s, p], exists(file.bears[t] == p for t in file.slot if t < s))
        for s in file.slot
        for p in file.sig
    )


def _step_3_as_printed(file: File) -> Expr:
    """Every previous signature is among the keys; and no previous key exists."""
    keys = [exists(file.bears[t] == p for t in file.slot) for p in file.sig]
    named = [exists(file.names[s, p] for s in file.slot) for p in file.sig]
    return forall(implies(named[p], keys[p]) & ~(named[p] & keys[p]) for p in file.sig)


def _each_climb_visits_once(file: File) -> Expr:
    """From each block, parents level by level: none is met that this climb has met before."""
    links = shape_of(file).names
    fine: list[Expr] = []
    for start in file.slot:
        level = seen = [exists(()) if s != start else forall(()) for s in file.slot]
        for _ in file.slot:
            level = [exists(level[s] & links[s][t] for s in file.slot) for t in file.slot]
            fine += [~(now & before) for now, before in zip(level, seen, strict=True)]
            seen = [now | before for now, before in zip(level, seen, strict=True)]
    return forall(fine)


def _descent_visits_once(file: File) -> Expr:
    """From the genesis to the children of each block visited: every block is arrived at once, the genesis not again."""
    shape = shape_of(file)
    arrivals = [count(shape.names[s][t] for t in file.slot) for s in file.slot]
    once = [(arrivals[s] == 1) | (shape.geneses[s] & (arrivals[s] == 0)) for s in file.slot]
    return _one_walk_arrives(file) & forall(once)


# -- the rules are independent; the sizes are those of the smallest witnesses ------------------------------------------


@sometimes(File, at=[files(3, 1), files(3, 2)])
def only_uniqueness_broken(file: File) -> Expr:
    """A block stands twice, and no other rule sees it."""
    return _only_broken(file, "unique")


@sometimes(File, at=[LONE, PAIR, files(2, 3)], expect=NEVER)
def only_uniqueness_broken_by_two(file: File) -> Expr:
    """Of two blocks under one signature both are a genesis, or one is its own ancestor."""
    return _only_broken(file, "unique")


@sometimes(File, at=PAIR)
def only_single_genesis_broken(file: File) -> Expr:
    """Two blocks that know nothing of each other."""
    return _only_broken(file, "single_genesis")


@sometimes(File, at=PAIR)
def only_no_orphan_broken(file: File) -> Expr:
    """A genesis, and a block whose parent is missing."""
    return _only_broken(file, "no_orphan")


@sometimes(File, at=PAIR)
def only_acyclic_broken(file: File) -> Expr:
    """A genesis, and a block that names itself."""
    return _only_broken(file, "acyclic")


@sometimes(File, at=[LONE, files(1, 2)], expect=NEVER)
def one_rule_broken_by_one(file: File) -> Expr:
    """A lone block that breaks a rule breaks two: it is no genesis, and its parent is itself or missing."""
    return exists(_only_broken(file, rule) for rule in ("unique", "single_genesis", "no_orphan", "acyclic"))


# -- what follows from what --------------------------------------------------------------------------------------------


@always(File, at=[*CHAINS, *BRAIDS])
def every_block_reaches_a_genesis(file: File) -> Expr:
    """Where no parent is missing and nothing is cyclic, every block reaches a genesis."""
    shape = shape_of(file)
    return implies(is_no_orphan(shape) & is_acyclic(shape), is_reaching_genesis(shape))


@always(File, at=[*CHAINS, *BRAIDS])
def there_is_a_genesis(file: File) -> Expr:
    """Where no parent is missing and nothing is cyclic, a file that is not empty has a genesis."""
    shape = shape_of(file)
    return implies(is_no_orphan(shape) & is_acyclic(shape), exists(shape.geneses))


@always(File, at=CHAINS)
def reaching_is_enough_for_one_parent(file: File) -> Expr:
    """With one parent a block and no signature twice, all blocks reach a genesis only if none is orphan or cyclic."""
    shape = shape_of(file)
    return implies(is_unique(file) & is_reaching_genesis(shape), is_no_orphan(shape) & is_acyclic(shape))


@always(File, at=MERGES, expect=FAILS)
def reaching_finds_orphans_of_several_parents(file: File) -> Expr:
    """That every block reaches a genesis would show that no parent is missing; of several, one can be."""
    return implies(is_unique(file) & is_reaching_genesis(shape_of(file)), is_no_orphan(shape_of(file)))


@always(File, at=MERGES, expect=FAILS)
def reaching_finds_cycles_of_several_parents(file: File) -> Expr:
    """That every block reaches a genesis would show that nothing is cyclic; a block can name itself as well."""
    return implies(is_unique(file) & is_reaching_genesis(shape_of(file)), is_acyclic(shape_of(file)))


@always(File, at=PAIR, expect=FAILS)
def reaching_is_enough_without_uniqueness(file: File) -> Expr:
    """Without uniqueness reaching a genesis would still be enough; a second bearer of a name can close a cycle."""
    shape = shape_of(file)
    return implies(is_reaching_genesis(shape), is_no_orphan(shape) & is_acyclic(shape))


@always(File, at=CHAINS)
def one_walk_is_enough_for_one_parent(file: File) -> Expr:
    """With one parent a block, unique signatures and a walk from one genesis to all others make a good file."""
    return implies(is_unique(file) & _one_walk_arrives(file), is_good(file))


@always(File, at=MERGES, expect=FAILS)
def one_walk_is_enough_for_several_parents(file: File) -> Expr:
    """With several parents a walk from one genesis that arrives everywhere would make a good file."""
    return implies(is_unique(file) & _one_walk_arrives(file), is_good(file))


@always(File, at=[*CHAINS, *BRAIDS])
def kahns_order_is_enough(file: File) -> Expr:
    """Kahn's order takes all blocks of a file without doubles exactly if no parent is missing and nothing is cyclic."""
    shape = shape_of(file)
    return implies(is_unique(file), _kahn_takes_all(file) == (is_no_orphan(shape) & is_acyclic(shape)))


# -- rule 2: every previous signature is there "already" ---------------------------------------------------------------


@always(File, at=[*CHAINS, *BRAIDS])
def already_means_no_cycle(file: File) -> Expr:
    """If all parents stand earlier in the file, under unique signatures, nothing is cyclic."""
    return implies(is_unique(file) & _parents_stand_earlier(file), is_acyclic(shape_of(file)))


@always(File, at=[PAIR, files(3, 1), files(2, 2)], expect=FAILS)
def somewhere_means_no_cycle(file: File) -> Expr:
    """If all parents are in the file, under unique signatures and one genesis, nothing would be cyclic."""
    shape = shape_of(file)
    return implies(is_unique(file) & is_single_genesis(shape) & is_no_orphan(shape), is_acyclic(shape))


@always(File, at=PAIR, expect=FAILS)
def good_files_are_in_order(file: File) -> Expr:
    """In a good file parents would stand earlier; but the order of the file is nothing that was signed."""
    return implies(is_good(file), _parents_stand_earlier(file))


# -- step 3: previous keys are looked up, and must not exist -----------------------------------------------------------


@always(File, at=[PAIR, files(3, 1), files(4, 1), files(3, 3)])
def step_3_as_printed_refuses_every_second_block(file: File) -> Expr:
    """No file of two blocks or more passes uniqueness, the count of geneses and step 3 as printed."""
    return ~(is_unique(file) & is_single_genesis(shape_of(file)) & _step_3_as_printed(file))


@always(File, at=PAIR, expect=FAILS)
def step_3_as_printed_passes_good_files(file: File) -> Expr:
    """Step 3 as printed would pass a genesis and its child."""
    return implies(is_good(file), _step_3_as_printed(file))


# -- step 4: each node of the flattened graph is visited once ----------------------------------------------------------


@always(File, at=[*CHAINS, *BRAIDS])
def visiting_the_list_is_uniqueness(file: File) -> Expr:
    """A walk along the flattened list visits each key once exactly if no signature stands twice."""
    visits = [count(file.bears[s] == p for s in file.slot) for p in file.sig]
    return forall(visits[p] <= 1 for p in file.sig) == is_unique(file)


@always(File, at=CHAINS)
def following_parents_finds_cycles(file: File) -> Expr:
    """With one parent a block, a walk up from each block with marks of its own visits none twice if none is cyclic."""
    return implies(is_unique(file), _each_climb_visits_once(file) == is_acyclic(shape_of(file)))


@always(File, at=files(3, 2), expect=FAILS)
def following_parents_passes_merges(file: File) -> Expr:
    """With several parents such a walk would still pass good files; where a fork closes, it comes by twice."""
    return implies(is_good(file), _each_climb_visits_once(file))


@always(File, at=PAIR, expect=FAILS)
def following_parents_under_common_marks_passes_good_files(file: File) -> Expr:
    """Such walks under common marks would pass good files; but every block comes by the genesis."""
    above = shape_of(file).ancestors
    visits = [count(above[s][t] for s in file.slot if s != t) for t in file.slot]
    return implies(is_good(file), forall(visits[t] == 0 for t in file.slot))


@always(File, at=CHAINS)
def descending_once_is_enough_for_one_parent(file: File) -> Expr:
    """With one parent a block, a walk down from the one genesis visits each block exactly once if the file is good."""
    unique_and_single = is_unique(file) & is_single_genesis(shape_of(file))
    return implies(unique_and_single, _descent_visits_once(file) == is_good(file))


@always(File, at=files(3, 2), expect=FAILS)
def descending_once_passes_merges(file: File) -> Expr:
    """With several parents such a walk would still pass good files; but it comes to a merge from both sides."""
    return implies(is_good(file), _descent_visits_once(file))
