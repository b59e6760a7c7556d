"""The program at an address of this machine, for browsers that measure or take pictures. Django must be set up."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread


@contextmanager
def server() -> Iterator[str]:
    settings.ALLOWED_HOSTS = ["*"]
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()
