"""The research release: one module for each of its files."""
