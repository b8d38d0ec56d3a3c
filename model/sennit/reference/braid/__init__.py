"""Signed transcripts ("braids"): read them, verify them, sign them.

The format, as its files have it:

- A block has a namespace (here: its kind), data, data_b64, a signature, a prev_signature and, at times, is_shadow.
  A data_b64 that is not empty overrides data.
- A BaseDecision keeps its blocks by slot and source: ChainOfThoughts {source: [[block]]}, and AllPrompts, AllTexts,
  AllToolRequests, AllToolResponses {source: [block]}; beside them stand Source, Audits and PublicKey, unsigned.
- A SignedHydration is one block whose data is a JSON object, a PublicKey, and a second, unsigned copy of that object.
- A signature is Ed25519, spelled in 86 characters of base64-URL without padding; a prev_signature is the parent's
  signature, character for character, and empty in the one block without a parent. A public key is 44 characters of
  standard base64.
- What is signed has three versions, and no file says which it uses: v1 is base64-standard(data) followed by
  prev_signature, v0 is the raw data followed by prev_signature, v00 is the raw data alone (see `message`).
- Some files are not strict JSON: their escapes were damaged after signing (see `strictjson`).

A link points to an ancestor only. So a braid can lose any block that has no child, and a good one is
"valid, open-ended", never "complete".
"""
