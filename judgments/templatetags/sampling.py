"""What pages of the material tell of the sample that stage 1 takes."""

from collections.abc import Sequence

from django import template

from conversations.models import Attribute, Study
from judgments.eligibility import sample

register = template.Library()


@register.simple_tag
def left_out_of_sample(study: Study, attributes: Sequence[Attribute]) -> dict[int, str]:
    """By the id of each attribute that is not sampled, the reason in words."""
    return sample.left_out(study, attributes)


@register.filter
def reason_of(reasons: dict[int, str], attribute: Attribute) -> str:
    return reasons.get(attribute.pk, "")
