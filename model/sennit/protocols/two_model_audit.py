"""One model answers, a second one audits what it said; blocks that are marked as verified are accepted unchecked.

The mark stands beside the signed bytes, as does a readable copy of them, and no signature covers either. It is taken
for granted that a signature passes for no other payload than the one it was made over.
"""

from __future__ import annotations

from sennit import Array, Bool, Enum, Expr, Index, Switch, System, false, forall, ite, rule, true


class TwoModelAudit(System):
    """A wrapper that marks what it verified, an adversary with the artefact in hand, an auditor, and its verdict."""

    block = Index(2)
    rechecks = Switch(on=True)  # the auditor checks each signature itself; else it skips what is marked
    marks_signed = Switch(on=True)  # a mark counts only with the wrapper's signature
    marks_bound = Switch(on=True)  # ... or anyone's who makes it, over this block as it is, and no other
    own_tool = Switch(on=True)  # the tool that checks answers to the auditor alone; else anybody answers for it
    one_copy = Switch(on=True)  # the auditor reads the bytes that it checked; else the copy beside them

    payload = Array(block, Enum("as signed", "edited"), init="as signed")
    shown = Enum(
        "as signed", "edited", init="as signed"
    )  # the copy that is easy to read, of all blocks; or of one edited
    mark = Array(block, Enum("none", "by the wrapper", "moved", "by the adversary"), init="none")
    status = Array(block, Enum("waiting", "checked", "skipped", "refused"), init="waiting")
    verdict = Enum("none", "accepted", "refused", init="none")
    misread = Bool(init=False)  # the auditor has judged a text that was not signed

    @rule(by="wrapper", b=block)
    def verify(self, b: Expr) -> None:
        """The wrapper verifies a block as it comes in, and marks it."""
        self.require(self.payload[b] == "as signed", self.mark[b] == "none", self._is_open())
        self.mark[b] = "by the wrapper"

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", b=block)
    def edit(self, b: Expr) -> None:
        """Another payload is put into a block."""
        self.require(self._is_open())
        self.payload[b] = "edited"

    @rule(by="adversary")
    def edit_copy(self) -> None:
        """The readable copy of a block is changed, and the signed bytes are not."""
        self.require(self._is_open())
        self.shown = "edited"

    @rule(by="adversary", b=block)
    def set_mark(self, b: Expr) -> None:
        """A block is marked as verified, by nobody who did."""
        self.require(self._is_open())
        self.mark[b] = "by the adversary"

    @rule(by="adversary", b=block, c=block)
    def move_mark(self, b: Expr, c: Expr) -> None:
        """The mark of a block is copied to another one."""
        self.require(self._is_open(), b != c, self.mark[c] == "by the wrapper")
        self.mark[b] = "moved"

    # -- the auditor --------------------------------------------------------------------------------------------------

    @rule(by="auditor", b=block, lied=Bool())
    def check(self, b: Expr, lied: Expr) -> None:
        """The signature of a block is checked, by a tool; one that is not the auditor's own may say anything."""
        self.require(self.status[b] == "waiting", ~lied if self.own_tool else true())
        self.status[b] = ite((self.payload[b] == "as signed") | lied, "checked", "refused")

    @rule(by="auditor", b=block)
    def skip(self, b: Expr) -> None:
        """A block with a mark is accepted as it stands."""
        self.require(self.status[b] == "waiting", false() if self.rechecks else self._counts(b))
        self.status[b] = "skipped"

    @rule(by="auditor")
    def decide(self) -> None:
        """All blocks have been looked at, their texts are judged, and the verdict is given."""
        self.require(self.verdict == "none", forall(self.status[b] != "waiting" for b in self.block))
        accepted = forall(self.status[b] != "refused" for b in self.block)
        signed = forall(self.payload[b] == "as signed" for b in self.block)
        self.misread = ~signed if self.one_copy else self.shown == "edited"
        self.verdict = ite(accepted, "accepted", "refused")

    def _counts(self, b: Expr) -> Expr:
        """The mark of a block is one, as far as can be told."""
        counts = self.mark[b] != "none"
        if self.marks_signed:
            counts = counts & (self.mark[b] != "by the adversary")
        if self.marks_bound:
            stale = (self.mark[b] == "moved") | ((self.mark[b] == "by the wrapper") & (self.payload[b] == "edited"))
            counts = counts & ~stale
        return counts

    def _is_open(self) -> Expr:
        """The artefact is not with the auditor yet."""
        return forall(self.status[b] == "waiting" for b in self.block)
