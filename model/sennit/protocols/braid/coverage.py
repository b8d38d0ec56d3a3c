"""What a signature covers and what it leaves open: one signed session, and an adversary who has the whole file.

Symbolic, in the manner of Dolev and Yao: a signature is not made of bits. It passes for the content that it was made
over, and whoever has no key makes none; the adversary has every block, a key of its own, and perhaps later that of the
signer.

Three blocks are signed at most: a prompt, and a thought and an answer that both name the prompt. What the adversary
changes in a block is kept for the file as a whole, since a file passes only if each of its blocks does: a forgery with
several changes to a field passes only if one with the first of them does. Nor does the order of its moves matter: it
first chooses which blocks stand where, then changes them, then perhaps signs all anew. How files of any shape are
verified, with cycles and missing parents, is the business of `Braid`.
"""

from __future__ import annotations

from sennit import Array, Bool, Enum, Expr, Index, Int, Switch, System, exists, false, forall, implies, ite, rule, true

BLOCKS = ("prompt", "thought", "answer")  # in the order in which they are signed


class Coverage(System):
    """A signer, an adversary between signer and verifier, and the verifier. As the switches stand, all is covered."""

    place = Index(3)  # places for blocks in the file, in order

    covers_payload = Switch(on=True)  # a block's signature covers what was said
    covers_link = Switch(on=True)  # ... and the signature of its parent
    covers_kind = Switch(on=True)  # ... and whether it is a prompt, a thought, an answer
    covers_source = Switch(on=True)  # ... and who said it
    covers_place = Switch(on=True)  # ... and its number in the session, and so the slot in which it stands
    covers_session = Switch(on=True)  # ... and the session, of which the verifier knows which one it asked for
    closes = Switch(on=True)  # a signed close counts the blocks; without it, what passes is taken for all there is
    pinned = Switch(on=True)  # the verifier knows the key from elsewhere; else it takes the one in the file
    strict = Switch(on=True)  # the verifier refuses every spelling of a signature but one
    erased = Switch(on=True)  # the key is destroyed when the session ends
    ephemeral = Switch(on=True)  # the key has signed no session before
    anchored = Switch(on=False)  # the verifier knows the last signature of the session from elsewhere

    made = Int(0, len(BLOCKS), init=0)  # how many blocks were signed
    key = Enum("in use", "destroyed", "left behind", "stolen", init="in use")
    stands = Array(place, Enum("nothing", *BLOCKS), init="nothing")
    respelled = Int(0, lambda s: len(s.place), init=0)  # the place whose signature is spelled another way, from 1 on
    closed = Bool(init=False)  # the signed close is in the file
    payload = Enum("as signed", "changed", init="as signed")  # in all blocks; or changed in one
    link = Enum("as signed", "changed", init="as signed")
    kind = Enum("as signed", "changed", init="as signed")
    source = Enum("as signed", "changed", init="as signed")
    session = Enum("this one", "an earlier one", init="this one")  # of which the blocks are
    passes_under = Enum("the signer's key", "another key", "the stolen key", init="the signer's key")
    verdict = Enum("none", "open-ended", "complete", init="none")

    # -- the signer ---------------------------------------------------------------------------------------------------

    @rule(by="signer")
    def sign(self) -> None:
        """The next block is signed and written: a prompt, then a thought and an answer that name it as their parent."""
        self.require(self.key == "in use", self.made < len(BLOCKS))
        for p in self.place:
            if p < len(BLOCKS):
                self.stands[p] = ite(self.made == p, BLOCKS[p], self.stands[p])
        self.made = self.made + 1

    @rule(by="signer")
    def end(self) -> None:
        """The session ends: it is closed, and the key is destroyed, if the signer does so."""
        self.require(self.key == "in use", self.made > 0)
        self.closed = true() if self.closes else false()
        self.key = "destroyed" if self.erased else "left behind"

    # -- the adversary chooses what stands where ----------------------------------------------------------------------

    @rule(by="adversary", p=place)
    def drop(self, p: Expr) -> None:
        """A block is taken out."""
        self.require(self._as_written(), self.stands[p] != "nothing", self.respelled == 0)
        self.stands[p] = "nothing"

    @rule(by="adversary", p=place, b=Enum("nothing", *BLOCKS))
    def copy(self, p: Expr, b: Expr) -> None:
        """A signed block is written to a place, perhaps over another, perhaps once more."""
        self.require(self._as_written(), self.respelled == 0, self._was_made(b))
        self.stands[p] = b

    @rule(by="adversary", p=place)
    def respell(self, p: Expr) -> None:
        """The signature of a block is spelled another way: spare bits, padding, a scalar that is too large."""
        self.require(self._as_written(), self.stands[p] != "nothing", self.respelled == 0)
        self.respelled = p + 1

    @rule(by="adversary")
    def open(self) -> None:
        """The close is taken out."""
        self.require(self._as_written(), self.closed)
        self.closed = False

    @rule(by="adversary")
    def replay(self) -> None:
        """The file of an earlier session under the same key is shown in place of this one."""
        self.require(false() if self.ephemeral else self._as_written(), self.session == "this one")
        self.session = "an earlier one"

    # -- the adversary changes what stands there ----------------------------------------------------------------------

    @rule(by="adversary", p=place)
    def rewrite(self, p: Expr) -> None:
        """Another payload is put into a block."""
        self.require(self._may_change(), self.stands[p] != "nothing")
        self.payload = "changed"

    @rule(by="adversary", p=place, q=place)
    def graft(self, p: Expr, q: Expr) -> None:
        """The answer is made to name the thought as its parent."""
        self.require(self._may_change(), self.stands[p] == "answer", self.stands[q] == "thought")
        self.link = "changed"

    @rule(by="adversary", p=place)
    def relabel(self, p: Expr) -> None:
        """A block is said to be of another kind."""
        self.require(self._may_change(), self.stands[p] != "nothing")
        self.kind = "changed"

    @rule(by="adversary", p=place)
    def attribute(self, p: Expr) -> None:
        """A block is said to come from somebody else."""
        self.require(self._may_change(), self.stands[p] != "nothing")
        self.source = "changed"

    @rule(by="adversary")
    def steal(self) -> None:
        """The adversary gets the key that was left behind."""
        self.require(self.key == "left behind", self.verdict == "none")
        self.key = "stolen"

    @rule(by="adversary", stolen=Bool())
    def sign_anew(self, stolen: Expr) -> None:
        """The whole file, as it stands, is signed under a key of the adversary's own, or under the stolen one."""
        self.require(self._may_change(), implies(stolen, self.key == "stolen"), self.session == "this one")
        self.passes_under = ite(stolen, "the stolen key", "another key")
        self.closed = true() if self.closes else false()

    def _as_written(self) -> Expr:
        untouched = [field == "as signed" for field in (self.payload, self.link, self.kind, self.source)]
        return self._may_change() & forall(untouched)

    def _may_change(self) -> Expr:
        """The session is over, no verifier has looked, and nothing was signed anew."""
        return (self.key != "in use") & (self.verdict == "none") & (self.passes_under == "the signer's key")

    def _was_made(self, b: Expr) -> Expr:
        return exists((b == name) & (self.made > i) for i, name in enumerate(BLOCKS))

    # -- the verifier -------------------------------------------------------------------------------------------------

    @rule(by="verifier")
    def accept(self) -> None:
        """Every signature passes, and the blocks make one graph with one genesis."""
        self.require(self.key != "in use", self.verdict == "none")
        self.require(self._is_good_graph())
        if self.pinned:
            self.require(self.passes_under != "another key")
        if self.anchored:
            self.require(self.passes_under == "the signer's key", exists(self._is_last(p) for p in self.place))
        if self.strict:
            self.require(self.respelled == 0)
        if self.covers_session:
            self.require(self.session == "this one")
        covered = [
            field == "as signed"
            for field, on in (
                (self.payload, self.covers_payload),
                (self.link, self.covers_link),
                (self.kind, self.covers_kind),
                (self.source, self.covers_source),
            )
            if on
        ]
        if self.covers_place:
            covered.append(forall(self._is_numbered(p) for p in self.place))
        counted = self.closed
        genuine = self.passes_under == "the signer's key"
        self.require(implies(genuine, forall(covered)))
        for i, name in enumerate(BLOCKS):
            there = exists(self.stands[p] == name for p in self.place)
            counted = counted & implies(genuine & (self.made > i), there)
        self.verdict = ite(counted, "complete", "open-ended") if self.closes else "complete"

    def _is_good_graph(self) -> Expr:
        """No signature stands twice, as it is spelled; there is one prompt; and what names it as parent finds it."""
        twice = exists(
            (self.stands[p] == self.stands[q])
            & (self.stands[p] != "nothing")
            & (self.respelled != p + 1)
            & (self.respelled != q + 1)
            for p in self.place
            for q in self.place
            if p < q
        )
        prompts = [self.stands[p] == "prompt" for p in self.place]
        one = exists(prompts) & forall(~(prompts[p] & prompts[q]) for p in self.place for q in self.place if p < q)
        child = exists(self.stands[p].one_of("thought", "answer") for p in self.place)
        named = exists(prompts[p] & (self.respelled != p + 1) for p in self.place)
        return ~twice & one & implies(child, named)

    def _is_numbered(self, p: int) -> Expr:
        """The block in `p` has the number of its place, and no place before is empty."""
        empty = self.stands[p] == "nothing"
        if p >= len(BLOCKS):
            return empty
        gap = exists(self.stands[q] == "nothing" for q in range(p))
        return empty | ((self.stands[p] == BLOCKS[p]) & ~gap)

    def _is_last(self, p: int) -> Expr:
        here = [(self.stands[p] == name) & (self.made == i + 1) for i, name in enumerate(BLOCKS)]
        return exists(here) & (self.respelled != p + 1)
