"""What can go wrong with an embedded service, in words for the person at the terminal."""


class EmbeddedError(Exception):
    """Told to the user as it is, without a traceback."""


class AlreadyRunningError(EmbeddedError):
    """Another supervisor holds the state folder."""
