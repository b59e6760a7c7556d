"""Exports of tools in which people annotate: what they saw, and what of their answers is a judgment here."""
