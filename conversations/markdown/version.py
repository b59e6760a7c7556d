"""What the HTML of a text depends on beside the text: our rules, the libraries under them, the words of the page."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from django.utils.translation import gettext as _

LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "linkify-it-py", "math-core", "nh3", "pygments")


@cache
def renderer_version() -> bytes:
    """Another one after any change of a rule or a library, without anybody thinking of it."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return version_of((path.read_bytes() for path in sources), {name: version(name) for name in LIBRARIES})


def version_of(sources: Iterable[bytes], libraries: Mapping[str, str]) -> bytes:
    hashed = blake2b(digest_size=16)
    for part in (*sources, *(f"{name} {libraries[name]}".encode() for name in sorted(libraries))):
        hashed.update(len(part).to_bytes(8))
        hashed.update(part)
    return hashed.digest()


def words() -> str:
    """What the renderer adds in the language of the page."""
    return "\n".join((_("Code"), _("Formula"), _("image")))
