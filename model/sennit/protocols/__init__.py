"""The shipped specifications, a file or folder a protocol."""
