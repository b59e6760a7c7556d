"""Calls that this server makes to others. Whoever makes one does so by a client from here (a lint rule says so)."""

from accounts.outgoing.addresses import NotPublic, addresses_of
from accounts.outgoing.transport import BoundedTransport, CheckedTransport, open_client

__all__ = ["BoundedTransport", "CheckedTransport", "NotPublic", "addresses_of", "open_client"]
