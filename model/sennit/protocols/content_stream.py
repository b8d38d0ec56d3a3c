"""One turn of a model that reasons and requests tools: which of its reasoning a signature covers, or an audit notices.

The provider signs thinking, and neither text nor the input of a request. `sennit braid audit-stream` looks for the same
in real transcripts. It is taken for granted that a signature passes for no other thinking, and that an audit sees
reasoning for what it is unless it is disguised: as the names and values that a request is made of, or as a plain word.
"""

from __future__ import annotations

from sennit import Array, Bool, Enum, Expr, Index, Int, Switch, System, exists, false, ite, rule

SAYS = ("nothing", "reasoning", "disguised reasoning")


class ContentStream(System):
    """Blocks come one after the other, each of a kind and with what it says; then the turn is audited."""

    block = Index(3)
    thinking_audited = Switch(on=True)  # thinking without a signature is flagged
    text_audited = Switch(on=True)  # reasoning in text is flagged where a request follows
    inputs_audited = Switch(on=True)  # reasoning in the input of a request is flagged
    plain = Switch(on=False)  # reasoning is never disguised

    made = Int(0, lambda stream: len(stream.block), init=0)
    kind = Array(block, Enum("none", "thinking", "text", "request"), init="none")
    says = Array(block, Enum(*SAYS), init="nothing")
    signed = Array(block, Bool(), init=False)
    verdict = Enum("none", "passed", "flagged", init="none")

    @rule(by="model", b=block, stripped=Bool())
    def think(self, b: Expr, stripped: Expr) -> None:
        """Thinking, which the provider signs; who passes it on may strip the signature."""
        self._append(b, "thinking")
        self.says[b] = "reasoning"
        self.signed[b] = ~stripped

    @rule(by="model", b=block, w=Enum(*SAYS))
    def write(self, b: Expr, w: Expr) -> None:
        """Text, with whatever it says."""
        self._append(b, "text")
        self._say(b, w)

    @rule(by="model", b=block, w=Enum(*SAYS))
    def request(self, b: Expr, w: Expr) -> None:
        """A request for a tool, with whatever its input says."""
        self._append(b, "request")
        self._say(b, w)

    @rule(by="auditor")
    def audit(self) -> None:
        """The turn is flagged or passes."""
        self.require(self.verdict == "none", self.made > 0)
        self.verdict = ite(exists(self._flags(b) for b in self.block), "flagged", "passed")

    def is_followed(self, b: int) -> Expr:
        """A request comes after the block."""
        return exists(self.kind[c] == "request" for c in self.block if c > b)

    def _append(self, b: Expr, kind: str) -> None:
        self.require(self.verdict == "none", self.made == b)
        self.made = b + 1
        self.kind[b] = kind

    def _say(self, b: Expr, w: Expr) -> None:
        if self.plain:
            self.require(w != "disguised reasoning")
        self.says[b] = w

    def _flags(self, b: int) -> Expr:
        kind, seen = self.kind[b], self.says[b] == "reasoning"
        found = false()
        if self.thinking_audited:
            found |= (kind == "thinking") & ~self.signed[b]
        if self.text_audited:
            found |= (kind == "text") & seen & self.is_followed(b)
        if self.inputs_audited:
            found |= (kind == "request") & seen
        return found
