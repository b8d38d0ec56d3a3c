"""Formulas into other worlds, one algebra a file."""
