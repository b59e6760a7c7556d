"""``python -m yardstick.web``: granian with its own arguments, and the application loaded before it forks its processes.

So they share what they loaded, and one that ended is replaced at once. Where Python does not fork by default (3.14 on, macOS)
each loads the application itself, as granian does.
"""

import gc
import importlib

from django.urls import reverse
from granian.cli import entrypoint


def serve() -> None:
    importlib.import_module("yardstick.wsgi")
    reverse("home")  # which loads every page
    gc.freeze()  # a collection would write to each object, and its memory would be shared no longer
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    serve()
