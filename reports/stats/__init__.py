"""Statistics: pure functions on arrays. No Django, no database: read, tested and trusted alone."""
