"""Turns as HTML, kept for the next rater of the same conversation: Markdown is most of what a long page costs."""

import threading
from collections import OrderedDict
from hashlib import blake2b

from django.utils.safestring import SafeString

from conversations.markdown import render

# Of HTML, in each process.
MOST_CHARACTERS = 8_000_000


class KeptHtml:
    """HTML by the hash of its text; what was not asked for longest goes first."""

    def __init__(self, most_characters: int) -> None:
        self.most_characters = most_characters
        self.characters = 0
        self._kept: OrderedDict[bytes, SafeString] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, text: str) -> SafeString:
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()
        with self._lock:
            html = self._kept.get(key)
            if html is not None:
                self._kept.move_to_end(key)
                return html
        html = render(text)
        self._keep(key, html)
        return html

    def _keep(self, key: bytes, html: SafeString) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = html
            self.characters += len(html)
            while self.characters > self.most_characters:
                _key, oldest = self._kept.popitem(last=False)
                self.characters -= len(oldest)


_turns = KeptHtml(MOST_CHARACTERS)
render_turn = _turns.of
