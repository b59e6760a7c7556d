"""How long a test waits for what must happen: so long that only something that hangs is ever ended by it.

No test is about speed by this clock; a machine that is a hundred times slower passes as well.
"""

import threading
import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds; pytest's own limit for a whole test is longer
PAGE_PATIENCE = 120.0  # seconds; what a page does not show is a common mistake, and is waited for at each


def wait_until(condition: Callable[[], object]) -> None:
    """Looks less often the longer it takes: what is waited for needs the processor more than the looking does."""
    started = time.monotonic()
    while not condition():
        waited = time.monotonic() - started
        assert waited < PATIENCE, "it did not happen"
        time.sleep(min(0.25, 0.02 + waited / 10))


def join(thread: threading.Thread) -> None:
    thread.join(PATIENCE)
    assert not thread.is_alive()
