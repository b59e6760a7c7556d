"""Members of a study who rate in it."""

from django.db import transaction

from conversations.models import Stage
from raters.models import EntryLink

LABEL = "Members"


@transaction.atomic
def members_link(stage: Stage) -> EntryLink:
    """The stage's link for members, made when the first of them comes."""
    link, _created = EntryLink.objects.select_related("stage__study").get_or_create(
        stage=stage, for_members=True, defaults={"label": LABEL}
    )
    return link
