"""Traces and verdicts as text, Markdown, Mermaid, ITF and JSON."""
