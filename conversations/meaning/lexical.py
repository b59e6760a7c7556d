"""Which texts share words with a query, by BM25. Pure."""

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from conversations.scans import stem

# It says what it does for every index.
logging.getLogger("bm25s").setLevel(logging.WARNING)

_WORD = re.compile(r"[^\W_]+")
# Scripts that put no spaces between words: each character is a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def words(text: str) -> list[str]:
    """Lower-case words by their crude stems, without the commonest English ones."""
    spaced = _UNSPACED.sub(lambda found: f" {found[0]} ", text.casefold())
    return [stem(word) for word in _WORD.findall(spaced) if word not in _stop_words()]


@cache
def _stop_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN  # noqa: PLC0415 - as below

    return frozenset(STOPWORDS_EN)


class WordIndex:
    """Texts, to be asked many times."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [words(text) for text in texts]
        self._count = len(texts)
        self._index: Any = None
        if any(tokens):
            import bm25s  # noqa: PLC0415 - brings SciPy, which only who scores needs, not each program's start

            self._index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
            self._index.index(tokens, show_progress=False)

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """The score of each text for the query; 0 where they share no word."""
        asked = [word for word in words(query) if word in self._index.vocab_dict] if self._index else []
        if not asked:
            return np.zeros(self._count, np.float32)
        found: npt.NDArray[np.float32] = self._index.get_scores(asked)
        return found
