"""Relevance by retrieval, as pure functions: BM25 on words, cosine similarity on vectors."""

import logging
import re
from collections.abc import Sequence
from functools import cache

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


def bm25_scores(query: str, documents: Sequence[str]) -> list[float]:
    """The score of each document for the query; 0 where they share no word."""
    tokens = [words(document) for document in documents]
    if not any(tokens):
        return [0.0] * len(documents)
    import bm25s  # noqa: PLC0415 - brings SciPy, which only who scores needs, not each program's start

    index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    index.index(tokens, show_progress=False)
    asked = [word for word in words(query) if word in index.vocab_dict]
    if not asked:
        return [0.0] * len(documents)
    return [float(score) for score in index.get_scores(asked)]


def cosines(query: Sequence[float], documents: Sequence[Sequence[float]]) -> list[float]:
    """Cosine similarity of each document's vector with the query's; 0 where one has no direction."""
    one, many = _unit(np.asarray([query])), _unit(np.asarray(documents))
    return [float(score) for score in np.clip(many @ one[0], -1.0, 1.0)]


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: npt.NDArray[np.float64] = np.divide(vectors, lengths, out=np.zeros_like(vectors, float), where=lengths > 0)
    return unit
