"""Words between raters and those who run their study."""

from datetime import datetime, timedelta

from django.core.validators import MaxLengthValidator
from django.db import transaction

from accounts.models import User
from raters.models import Enrolment, Message

MESSAGE_LENGTH = 4000
MESSAGES_A_DAY = 20  # from one rater: enough for any conversation, too few to flood a study


class TooManyMessages(Exception):
    """The rater wrote as many messages as one may in a day."""


@transaction.atomic
def send_from_rater(*, enrolment: Enrolment, text: str, now: datetime) -> Message:
    """Raises TooManyMessages, or ValidationError for a text that is empty or too long."""
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)  # two tabs count in turn
    today = Message.objects.filter(enrolment=enrolment, from_rater=True, sent_at__gt=now - timedelta(days=1))
    if today.count() >= MESSAGES_A_DAY:
        raise TooManyMessages
    return _send(Message(enrolment=enrolment, from_rater=True, text=text, sent_at=now))


def send_to_rater(*, enrolment: Enrolment, sender: User, text: str, now: datetime) -> Message:
    """Raises ValidationError for a text that is empty or too long."""
    return _send(Message(enrolment=enrolment, sender=sender, from_rater=False, text=text, sent_at=now))


def mark_read(*, enrolment: Enrolment, from_rater: bool, now: datetime) -> int:
    """Who reads has seen what the other side wrote: ``from_rater`` says whose messages those are."""
    return Message.objects.filter(enrolment=enrolment, from_rater=from_rater, read_at__isnull=True).update(read_at=now)


def _send(message: Message) -> Message:
    message.text = message.text.strip()
    MaxLengthValidator(MESSAGE_LENGTH)(message.text)  # of a text field the model's own check asks no length
    message.full_clean(exclude=["enrolment", "sender"])
    message.save()
    return message
