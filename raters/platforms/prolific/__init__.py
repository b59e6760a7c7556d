"""Prolific: fixed parameters, signed addresses, and webhooks about its submissions."""

from raters.enums import Platform
from raters.platforms.base import ArrivalPlatform, Signature
from raters.platforms.prolific.events import HOOK
from raters.platforms.prolific.tokens import check_token

PARAMETERS = {
    "person_parameter": "PROLIFIC_PID",
    "study_parameter": "STUDY_ID",
    "session_parameter": "SESSION_ID",
}

PLATFORM = ArrivalPlatform(
    name=Platform.PROLIFIC,
    short_name="Prolific",
    address_words="Paste this into Prolific as the address of your study. Prolific fills in what stands in braces.",
    fixed={**PARAMETERS, "return_address": "https://app.prolific.com/submissions/complete?cc={code}"},
    placeholder="{{{{%{}%}}}}".format,
    signature=Signature(
        check_token, "Prolific only: switch on secured addresses there too. Nobody unsigned is let in."
    ),
    hook=HOOK,
)
