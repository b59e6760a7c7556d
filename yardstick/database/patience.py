"""How long this process waits for a free connection."""

# Given to pools that are made from now on; empty means what the settings say.
pool_options: dict[str, float] = {}


def wait_for_connections(seconds: float) -> None:
    """In place of the settings' time, which is meant for pages."""
    pool_options["timeout"] = seconds
