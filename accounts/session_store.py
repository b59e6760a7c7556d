"""Sessions in the database, read by a prepared statement: it is the first thing that every request of a rater asks."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.statements import Statement, one

READ = Statement(
    "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s",
    str,
)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        kept = one(READ, {"key": self.session_key, "now": timezone.now()})
        if kept is None:
            self._session_key = None
            return {}
        return self.decode(kept)
