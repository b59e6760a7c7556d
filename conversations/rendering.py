"""Texts as HTML, kept for the next rater of the same material: Markdown is most of what a long page costs."""

import threading
from collections import OrderedDict
from hashlib import blake2b

from django.utils.safestring import SafeString

from conversations.markdown import rendered

# Of HTML, in each process.
MOST_CHARACTERS = 8_000_000
_OVERHEAD = 200  # of keeping a text, in bytes


class KeptHtml:
    """HTML by the hash of its text; what was not asked for longest goes first. None: it can't be laid out."""

    def __init__(self, most_characters: int) -> None:
        self.most_characters = most_characters
        self.characters = 0
        self._kept: OrderedDict[bytes, SafeString | None] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, text: str) -> SafeString | None:
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        html = rendered(text)
        self._keep(key, html)
        return html

    def _keep(self, key: bytes, html: SafeString | None) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = html
            self.characters += _size(html)
            while self.characters > self.most_characters:
                _key, oldest = self._kept.popitem(last=False)
                self.characters -= _size(oldest)


def _size(html: SafeString | None) -> int:
    return _OVERHEAD + len(html or "")


_texts = KeptHtml(MOST_CHARACTERS)
rendered_once = _texts.of
