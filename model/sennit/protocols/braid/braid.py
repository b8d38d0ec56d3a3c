"""A signed transcript: its signer, an adversary who has the file in hand, and the verifier who reads it.

A block is a payload, the signatures of its parents, and its own signature, by which it is known. The signer signs each
block over signatures that it has made before; the adversary then builds from what it has seen any file that it likes;
the verifier reads the file once, looks the parents up, walks the graph and decides.

What the System takes for granted, and the world must provide:

- A signature passes for the content that it was made over, and for no other (Ed25519 under a sound key).
- Nobody knows a signature before it is made. So no signature covers itself, directly or around a circle, not even one
  made by the owner of the key.
- The file has a place for each of the first blocks; a block that is signed later is in it only if it is copied there.
- The adversary touches the file only after the signer has finished. Nothing is lost by that: the signer keeps its own
  record and never reads the file, so their moves commute.
"""

from sennit import (
    Array,
    Bool,
    Enum,
    Expr,
    Index,
    Int,
    Member,
    Size,
    Switch,
    System,
    count,
    exists,
    false,
    forall,
    implies,
    ite,
    rule,
    true,
)


class Braid(System):
    """One transcript file from its first block to the verifier's word; with `parents=1` it is a chain or a tree."""

    sig = Index(2)  # signatures that may come to be, in the order in which they are made
    slot = Index(3)  # places for blocks in the file
    parents = Size(1)  # the most parents that the format lets a block name

    linked = Switch(on=True)  # a signature covers the parents' signatures, and not the payload alone
    fresh = Switch(on=True)  # the key signs one conversation and no other
    secret = Switch(on=True)  # the key never leaves the signer
    signatures = Switch(on=True)  # the verifier rejects a block whose signature does not pass
    unique = Switch(on=True)  # ... and a file with one signature twice
    single_genesis = Switch(on=True)  # ... and a file with none or several blocks that name no parent
    no_orphan = Switch(on=True)  # ... and a block that names a parent which is not in the file
    acyclic = Switch(on=True)  # ... and a block that its walk never takes
    every_parent = Switch(on=True)  # the walk takes a block after all its parents, and not after any one of them

    # What was signed.
    made = Int(0, lambda braid: len(braid.sig), init=0)  # how many signatures exist: these are 0 .. made-1
    over = Array(sig, sig, Bool(), init=False)  # over[k, p]: k was made over a block that names p as its parent
    origin = Array(sig, Enum("first", "second", "adversary"), init="first")  # which conversation, or the thief's own

    # What is in the file.
    block = Array(slot, Enum("none", "signed", "edited"), init="none")  # edited: another payload than was signed
    bears = Array(slot, Member(sig), init=0)
    names = Array(slot, sig, Bool(), init=False)  # names[s, p]: the block in s names p as its parent
    touched = Bool(init=False)  # the adversary has moved

    # What the verifier knows.
    phase = Enum("open", "reading", "linking", "walking", "accepted", "rejected", init="open")
    cursor = Member(slot, init=0)
    known = Array(sig, Bool(), init=False)  # the keys of its dictionary
    bearer = Array(sig, Member(slot), init=0)  # the first block with that signature
    geneses = Enum("none", "one", "several", init="none")
    forged = Bool(init=False)  # found: a signature that does not pass
    twice = Bool(init=False)  # found: one signature in two places
    orphan = Bool(init=False)  # found: a parent that is not in the dictionary
    taken = Array(slot, Bool(), init=False)  # the marks of its walk

    # -- the signer ---------------------------------------------------------------------------------------------------

    @rule(by="signer", k=sig)
    def begin(self, k: Expr) -> None:
        """The first block of a conversation; with a key that is not fresh there may be a second conversation."""
        if self.fresh:
            self.require(self.made == 0)
        self.require(forall(self.origin[j] != "second" for j in self.sig))
        self._append(k, [], ite(self.made == 0, "first", "second"))

    @rule(by="signer", k=sig, p=sig)
    def append(self, k: Expr, p: Expr) -> None:
        """One more block under any earlier one of its conversation: the next of a chain, or a fork."""
        self.require(p < self.made)
        self._append(k, [p], self.origin[p])

    @rule(by="signer", k=sig, p=sig, q=sig)
    def merge(self, k: Expr, p: Expr, q: Expr) -> None:
        """A block under two earlier ones, where the format has room for that."""
        self.require(true() if self.parents >= 2 else false())
        self.require(p < q, q < self.made, self.origin[p] == self.origin[q])
        self._append(k, [p, q], self.origin[p])

    def _append(self, k: Expr, parents: list[Expr], origin: Expr) -> None:
        self.require(self.phase == "open", ~self.touched, self.made == k)
        self.made = k + 1
        self.origin[k] = origin
        for p in parents:
            self.over[k, p] = True
        for s in self.slot:
            mine = k == s
            self.block[s] = ite(mine, "signed", self.block[s])
            self.bears[s] = ite(mine, k, self.bears[s])
            for j in self.sig:
                self.names[s, j] = ite(mine, exists(p == j for p in parents), self.names[s, j])

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", s=slot, k=sig)
    def copy(self, s: Expr, k: Expr) -> None:
        """A block that was signed is written to any place, again or over another."""
        self.require(k < self.made)
        self._write(s, "signed", k, [self.over[k, p] for p in self.sig])

    @rule(by="adversary", s=slot, k=sig)
    def forge(self, s: Expr, k: Expr) -> None:
        """A block under a signature that nobody made."""
        self.require(k >= self.made)
        self._write(s, "edited", k, [False for _ in self.sig])

    @rule(by="adversary", s=slot)
    def drop(self, s: Expr) -> None:
        """A block is taken out of the file."""
        self.require(self.block[s] != "none")
        self._write(s, "none", 0, [False for _ in self.sig])

    @rule(by="adversary", s=slot)
    def relabel(self, s: Expr) -> None:
        """Another payload is put under a signature."""
        self.require(self.block[s] == "signed")
        self._write(s, "edited", self.bears[s], [self.names[s, p] for p in self.sig])

    @rule(by="adversary", s=slot, p=sig)
    def cut(self, s: Expr, p: Expr) -> None:
        """A parent is struck out; a block without one is a genesis."""
        self.require(self.names[s, p])
        self._write(s, self.block[s], self.bears[s], [self.names[s, j] & (p != j) for j in self.sig])

    @rule(by="adversary", s=slot, p=sig)
    def graft(self, s: Expr, p: Expr) -> None:
        """A block is made to name any signature, also its own, as one more parent."""
        self.require(self.block[s] != "none", ~self.names[s, p])
        self.require(count(self.names[s, j] for j in self.sig) < self.parents)
        self._write(s, self.block[s], self.bears[s], [self.names[s, j] | (p == j) for j in self.sig])

    @rule(by="adversary", s=slot, k=sig)
    def sign(self, s: Expr, k: Expr) -> None:
        """A thief of the key signs what stands in a place, over parents whose signatures exist."""
        self.require(false() if self.secret else true(), self.block[s] != "none", self.made == k)
        self.require(forall(implies(self.names[s, p], p < self.made) for p in self.sig))
        self.made = k + 1
        self.origin[k] = "adversary"
        for p in self.sig:
            self.over[k, p] = self.names[s, p]
        self._write(s, "signed", k, [self.names[s, p] for p in self.sig])

    def _write(self, s: Expr, block: object, bears: object, names: list[object]) -> None:
        self.require(self.phase == "open")
        self.touched = True
        self.block[s] = block
        self.bears[s] = bears
        for p in self.sig:
            self.names[s, p] = names[p]

    # -- the verifier -------------------------------------------------------------------------------------------------

    @rule(by="adversary", to="verifier")
    def hand_over(self) -> None:
        """The file goes to the verifier as it is."""
        self.require(self.phase == "open")
        self.phase = "reading"

    @rule(by="verifier", s=slot)
    def read(self, s: Expr) -> None:
        """One block: its signature is checked and entered in the dictionary, a genesis is counted."""
        self.require(self.phase == "reading", self.cursor == s)
        here, own = self.block[s] != "none", self.bears[s]
        genesis = here & forall(~self.names[s, p] for p in self.sig)
        more = ite(self.geneses == "none", "one", "several")
        self.forged = self.forged | (here & ~self._passes(s))
        self.geneses = ite(genesis, more, self.geneses)
        self.twice = self.twice | (here & self.known[own])
        self.bearer[own] = ite(here & ~self.known[own], s, self.bearer[own])
        self.known[own] = self.known[own] | here
        last = s == len(self.slot) - 1
        self.cursor = ite(last, 0, s + 1)
        self.phase = ite(last, "linking", "reading")

    @rule(by="verifier")
    def look_up(self) -> None:
        """Every parent that a block names is looked up in the dictionary."""
        self.require(self.phase == "linking")
        self.orphan = exists(self.names[s, p] & ~self.known[p] for s in self.slot for p in self.sig)
        self.phase = "walking"

    @rule(by="verifier")
    def walk(self) -> None:
        """One round of the walk: all blocks are taken that can be."""
        ready = [self._ready(s) for s in self.slot]
        self.require(self.phase == "walking", exists(ready))
        for s in self.slot:
            self.taken[s] = self.taken[s] | ready[s]

    @rule(by="verifier")
    def decide(self) -> None:
        """The walk takes no more: accepted if none of the rules in force was broken."""
        self.require(self.phase == "walking", forall(~self._ready(s) for s in self.slot))
        good = []
        if self.signatures:
            good.append(~self.forged)
        if self.unique:
            good.append(~self.twice)
        if self.single_genesis:
            good.append(self.geneses == "one")
        if self.no_orphan:
            good.append(~self.orphan)
        if self.acyclic:
            good.append(forall(implies(self.block[s] != "none", self.taken[s]) for s in self.slot))
        self.phase = ite(forall(good), "accepted", "rejected")

    def _passes(self, s: Expr) -> Expr:
        """Ed25519's word on the block in `s`: this signature was made over this payload, and these parents."""
        own = self.bears[s]
        payload = (self.block[s] == "signed") & (own < self.made)
        if not self.linked:
            return payload
        return payload & forall(self.names[s, p] == self.over[own, p] for p in self.sig)

    def _ready(self, s: int) -> Expr:
        """The block in `s` can be taken now. A parent that is not there is the business of `look_up`."""
        named = [self.names[s, p] & self.known[p] for p in self.sig]
        taken = [self.taken[self.bearer[p]] for p in self.sig]
        pairs = list(zip(named, taken, strict=True))
        if self.every_parent:
            ripe = forall(implies(n, t) for n, t in pairs)
        else:
            ripe = forall(~n for n in named) | exists(n & t for n, t in pairs)
        return (self.block[s] != "none") & ~self.taken[s] & ripe
