"""Sennit."""
