"""What raters are called outside the study."""

import hmac

from conversations.models import Study


def rater_key(*, study: Study, rater_id: int) -> str:
    """The rater's pseudonym in everything that leaves the study: salted by the study, so studies can't be joined."""
    return "r-" + hmac.new(bytes(study.key), f"rater:{rater_id}".encode(), "sha256").hexdigest()[:16]
