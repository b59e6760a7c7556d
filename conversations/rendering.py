"""Texts as HTML, kept for the next rater of the same material: Markdown is most of what a long page costs.

Kept in memory only, under a hash with a key of the process, and gone soon after nobody asks for it any more: a text that is
erased, withdrawn or changed leaves nothing behind (docs/decisions.md).
"""

import secrets
import threading
from hashlib import blake2b

from django.utils.safestring import SafeString

from conversations.markdown import note_of_plain_text, plain, rendered
from conversations.markdown.version import renderer_version, words

# Of HTML, in each process.
MOST_CHARACTERS = 8_000_000
# What nobody asked for is gone after one to two of these, in seconds.
PERIOD = 900
_OVERHEAD = 200  # of keeping a text, in bytes


class KeptHtml:
    """HTML by what it depends on; what was not asked for longest goes first. None: it can't be laid out.

    Two generations: what is asked for moves to the young one, which becomes the old one when it is half of the room, or after
    a period. Then the old one goes.
    """

    def __init__(self, most_characters: int, period: float = PERIOD) -> None:
        self._room = most_characters // 2
        self._period = period
        self._young: dict[bytes, SafeString | None] = {}
        self._old: dict[bytes, SafeString | None] = {}
        self._characters = 0  # of the young
        self._key = secrets.token_bytes(32)
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def of(self, text: str) -> SafeString | None:
        key = self._hash(text)
        with self._lock:
            for generation in (self._young, self._old):
                if key in generation:
                    html = generation[key]
                    self._keep(key, html)
                    return html
        html = rendered(text)
        with self._lock:
            self._keep(key, html)
        return html

    def age(self) -> None:
        """One generation goes, by itself once in a period until nothing is kept."""
        with self._lock:
            self._turn()
            self._timer = None
            if self._old:
                self._wait()

    def _hash(self, text: str) -> bytes:
        around = blake2b(renderer_version() + words().encode(), key=self._key).digest()
        return blake2b(around + text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).digest()

    def _keep(self, key: bytes, html: SafeString | None) -> None:
        size = _OVERHEAD + len(html or "")
        if key in self._young or size > self._room:
            return
        if self._characters + size > self._room:
            self._turn()
        self._young[key] = html
        self._characters += size
        if self._timer is None or not self._timer.is_alive():
            self._wait()

    def _turn(self) -> None:
        self._old, self._young, self._characters = self._young, {}, 0

    def _wait(self) -> None:
        self._timer = threading.Timer(self._period, self.age)
        self._timer.daemon = True
        self._timer.start()


_texts = KeptHtml(MOST_CHARACTERS)
rendered_once = _texts.of


def render_once(text: str) -> SafeString:
    """As ``markdown.render``, for texts that many people are shown: guidelines, consent."""
    html = rendered_once(text)
    return note_of_plain_text() + plain(text) if html is None else html
