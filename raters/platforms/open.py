"""No platform: whoever has the link."""

from raters.enums import Platform
from raters.platforms.base import ArrivalPlatform

_NOTHING = ("person_parameter", "study_parameter", "session_parameter", "platform_study_id", "return_address")

PLATFORM = ArrivalPlatform(
    name=Platform.OPEN,
    short_name="Open",
    address_words="Send this to your raters.",
    is_crowd=False,
    fixed=dict.fromkeys(_NOTHING, ""),
)
