"""Whether there are raters enough, in words: what is needed, what will not be rated, what would help."""

from dataclasses import dataclass

from judgments.work.filling import Filling
from judgments.work.setting_aside import PLANNED_CONTROL_RATERS, PLANNED_CONTROLS

_AN_HOUR_AND_A_HALF = 90  # minutes


@dataclass(frozen=True, slots=True)
class FillingInWords:
    sentences: list[str]
    warning: str  # empty where nothing will stay unrated
    remedies: list[str]


def in_words(filling: Filling) -> FillingInWords:
    if filling.is_planned:
        return FillingInWords(_planned(filling), _shortage(filling), _remedies(filling) if filling.unfilled else [])
    return FillingInWords([_waiting(filling)], _stuck(filling), _remedies(filling) if filling.more else [])


def refusal(filling: Filling) -> str:
    return f"Nothing could be rated. {' '.join([*_coming(filling), *_barred(filling)])} {' '.join(_remedies(filling))}"


def _planned(filling: Filling) -> list[str]:
    if not filling.waiting:
        return []
    return [
        _needed(filling),
        *_quota(filling),
        *_coming(filling),
        *_barred(filling),
        _each(filling),
        *_controls(filling),
    ]


def _needed(filling: Filling) -> str:
    arms = filling.most // filling.k
    if not filling.one_of_a_case or arms <= 1:
        return f"Each page is rated by {_people(filling.k)}: at least {filling.most} different raters are needed."
    return (
        f"A case has up to {arms} comparisons, each is rated by {_people(filling.k)}, and nobody is shown two of one case: "
        f"at least {filling.most} different raters are needed, who each rate one comparison of every case."
    )


def _quota(filling: Filling) -> list[str]:
    if filling.of_quota <= filling.most:
        return []
    return [f"With {filling.pages_for_rater} pages for each of them at most, {filling.of_quota} are needed."]


def _coming(filling: Filling) -> list[str]:
    if not filling.is_known:
        return ["How many will come is not known yet: no link says so."]
    if filling.places is None:
        return [f"{_count(filling.here)} here, and a link lets in any number more."]
    return [
        f"{_count(filling.here)} here, and {f'links let in {filling.places}' if filling.places else 'no link lets in'} more."
    ]


def _barred(filling: Filling) -> list[str]:
    if not filling.barred:
        return []
    kept = f"Up to {filling.barred} of those who are here are kept from some cases"
    return [f"{kept}: by languages, flagged material, a conflict, or because they have met them."]


def _each(filling: Filling) -> str:
    raters = max(1, filling.needed if filling.coming is None else filling.coming)
    minutes = 60 * filling.hours * filling.pages_each / filling.waiting
    time = f"{minutes / 60:,.1f} hours" if minutes >= _AN_HOUR_AND_A_HALF else f"{max(1, round(minutes))} min"
    return f"With {_raters(raters)} each has about {filling.pages_each:,} pages, {time}."


def _controls(filling: Filling) -> list[str]:
    if not filling.control_pairs or not filling.controls_each:
        return []
    raters = max(1, filling.needed if filling.coming is None else filling.coming)
    planned = max(PLANNED_CONTROL_RATERS, -(-PLANNED_CONTROLS // filling.controls_each))
    given = f"Of {filling.control_pairs} controls each rater is given about {filling.controls_each}"
    wanted = (
        f"{PLANNED_CONTROLS} judgments by {PLANNED_CONTROL_RATERS} raters are wanted, which {planned} raters would give"
    )
    return [f"{given}, together {filling.controls_each * raters}; {wanted}."]


def _shortage(filling: Filling) -> str:
    if not filling.unfilled:
        return ""
    share = 100 * filling.unfilled / filling.waiting
    return f"With {_raters(filling.coming or 0)} {max(1, round(share))} % of the ratings will not be given."


def _waiting(filling: Filling) -> str:
    if not filling.waiting:
        return "No rating waits for a rater."
    return f"{filling.waiting:,} ratings wait for a rater. {_count(filling.here)} here."


def _stuck(filling: Filling) -> str:
    stuck = filling.stuck
    if not stuck.total:
        return ""
    if not filling.here:
        return f"They need at least {_raters(filling.more)}."
    reasons = {
        "because they have met the case or page, or judged its subject": stuck.met,
        "because of languages or flagged material": stuck.unread,
        "because they take more different raters than are here": stuck.too_few,
    }
    why = [f"{count:,} {reason}" for reason, count in reasons.items() if count]
    return (
        f"{stuck.total:,} of them can't be given by who is here: {'; '.join(why)}. "
        f"{_raters(filling.more, 'more ')} would give them."
    )


def _remedies(filling: Filling) -> list[str]:
    missing = max(0, filling.more - (filling.places or 0))
    remedies = [f"Let in {_raters(missing, 'more ')}." if missing else "Let in more raters."]
    if filling.of_quota > filling.most:
        remedies.append("Let each rater have more pages.")
    if filling.is_planned and filling.k > 1:
        remedies.append("Ask for fewer ratings of each page.")
    if filling.one_of_a_case and filling.most > filling.k:
        if filling.is_planned:
            remedies.append("Compare fewer arms.")
        remedies.append(
            "Let raters see several comparisons of a case (a setting of the study): two with the same generic response can "
            "tell them which one it is."
        )
    return remedies


def _people(count: int) -> str:
    return f"{count} different people" if count > 1 else "one person"


def _raters(count: int, more: str = "") -> str:
    return f"{count} {more}rater" if count == 1 else f"{count} {more}raters"


def _count(count: int) -> str:
    return f"{_raters(count)} {'is' if count == 1 else 'are'}" if count else "No rater is"
