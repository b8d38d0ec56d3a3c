"""Transcripts of the Anthropic Messages API: read them, say what the provider signed of them, wrap them in a braid.

A transcript is a sequence of turns; a turn is a list of content blocks, here called parts, to be told apart by their
`type` alone: some programs write every member of every type into each block, most of them empty.

- The model says thinking {thinking, signature}, redacted_thinking {data}, text {text}, tool_use {id, name, input};
  tools that the provider runs are server_tool_use and mcp_tool_use, and their results stand in the same turn.
- The user says text and tool_result {tool_use_id, content}.
- Of all these the provider signs thinking alone, with a key that it keeps: that a signature is there can be seen,
  that it is right cannot. A redacted_thinking is sealed; what is in it, and how much, cannot be seen either.

A file is a request, a response, both in one object, a list of messages or of any of these, JSON lines of any of these,
or a stream of events, as server-sent events or one a line (see `reading`).
"""
