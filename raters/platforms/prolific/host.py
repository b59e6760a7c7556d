"""Where Prolific is: a call to another host goes to one of the operator's own."""

from urllib.parse import urlsplit

HOST = "api.prolific.com"


def is_operators(address: str) -> bool:
    """Whether the operator set an address that is not Prolific's, and may lie inside."""
    return urlsplit(address).hostname != HOST
