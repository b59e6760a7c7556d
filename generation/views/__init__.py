"""Pages about endpoints, runs and held comparisons."""
