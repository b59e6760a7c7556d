"""A study's dataset: its tables, how they are read, and the frames that figures are computed from."""
