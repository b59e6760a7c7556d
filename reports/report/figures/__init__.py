"""Every figure of the report, computed from a dataset alone: the page, the command and a replay print the same."""
