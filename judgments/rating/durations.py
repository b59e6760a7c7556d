"""Times of work in words."""

from django.utils.translation import gettext as _

MILLISECONDS = 1000
MINUTE = 60
HOUR = 3600


def in_words(milliseconds: int) -> str:
    """As exact as one wants to read it: 45 s, 2 min 5 s, 1 h 12 min."""
    seconds = round(milliseconds / MILLISECONDS)
    if seconds < MINUTE:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < HOUR:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // MINUTE, "seconds": seconds % MINUTE}
    return _("%(hours)d h %(minutes)d min") % {"hours": seconds // HOUR, "minutes": seconds % HOUR // MINUTE}
