"""A dataset that Yardstick exported comes back as a study: read with suspicion, stored as a whole or not at all."""
