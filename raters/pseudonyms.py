"""What raters are called outside the study."""

import hmac

from conversations.models import Study
from raters.models import Enrolment


def rater_key(*, study: Study, rater_id: int) -> str:
    """The rater's pseudonym in everything that leaves the study: salted by the study, so studies can't be joined.

    Who came with a dataset keeps the pseudonym they had in it: figures depend on the raters' order.
    """
    if key := imported_keys(study).get(rater_id):
        return key
    return "r-" + hmac.new(bytes(study.key), f"rater:{rater_id}".encode(), "sha256").hexdigest()[:16]


def imported_keys(study: Study) -> dict[int, str]:
    """Asked once for each study in memory: a dataset is imported into an empty study only."""
    known: dict[int, str] | None = study.__dict__.get("_imported_keys")
    if known is None:
        imported = Enrolment.objects.filter(study=study).exclude(imported_key="")
        known = dict(imported.values_list("rater_id", "imported_key"))
        study.__dict__["_imported_keys"] = known
    return known
