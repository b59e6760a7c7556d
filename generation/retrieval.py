"""Relevance by retrieval, as pure functions: BM25 on words, cosine similarity on vectors."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from conversations.meaning.lexical import WordIndex


def bm25_scores(query: str, documents: Sequence[str]) -> list[float]:
    """The score of each document for the query; 0 where they share no word."""
    return [float(score) for score in WordIndex(documents).scores(query)]


def cosines(query: Sequence[float], documents: Sequence[Sequence[float]]) -> list[float]:
    """Cosine similarity of each document's vector with the query's; 0 where one has no direction."""
    one, many = _unit(np.asarray([query])), _unit(np.asarray(documents))
    return [float(score) for score in np.clip(many @ one[0], -1.0, 1.0)]


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: npt.NDArray[np.float64] = np.divide(vectors, lengths, out=np.zeros_like(vectors, float), where=lengths > 0)
    return unit
