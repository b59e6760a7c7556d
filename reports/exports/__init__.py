"""Exports: which columns a table has, and how rows become a file. No writes to the database."""
