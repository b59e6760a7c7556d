"""When a label agrees with what gold, practice or an attention check expects. Pure: the one rule for all of them."""

from conversations.enums import StageNumber
from judgments.blinding import as_seen

NO_DIFFERENCE = 3


def is_right(
    *, stage_number: int, expected_label: int, label: int, personalized_left: bool | None, is_instruction: bool
) -> bool:
    """Whether a stored label is the expected one.

    Stages 1 and 2: the same label. Stage 3: the same side of "no difference", or both "no difference"; how much better
    is a matter of taste. An instruction tells the rater what to choose, so its expected label is the one seen on the
    page, whatever side the personalized response was on, and it must be met exactly.
    """
    if stage_number != StageNumber.RESPONSE:
        return label == expected_label
    if not is_instruction:
        return _side(label) == _side(expected_label)
    if personalized_left is None:
        raise ValueError("A response was judged without a recorded side.")
    return as_seen(label, personalized_left=personalized_left) == expected_label


def _side(label: int) -> int:
    return (label > NO_DIFFERENCE) - (label < NO_DIFFERENCE)
