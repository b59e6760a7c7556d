"""The ladder: one system under three policies on the same cases, from its own selection to the ratings."""
