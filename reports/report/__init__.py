"""The report: figures, their presentation, charts, and files."""
