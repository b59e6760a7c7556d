"""What this program did not foresee in a row is that row's problem, and ours to find in the log."""

import logging

from .rows import RowError

logger = logging.getLogger(__name__)


def unforeseen(line: int, error: Exception) -> RowError:
    logger.error("Row %d of an upload could not be read.", line, exc_info=error)
    found = f"one that ends in an error of this program ({type(error).__name__}); it is logged"
    return RowError(line=line, field="", expected="a row that can be read", found=found)
