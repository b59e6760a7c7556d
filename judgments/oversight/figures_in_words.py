"""Figures of raters in words: the value, its interval, and what it says; or why there is none."""

from collections.abc import Callable
from dataclasses import dataclass

from judgments.disclosure import Sight
from judgments.oversight.intervals import Share
from judgments.oversight.page_figures import UNITS_TO_STRAIGHT_LINE
from judgments.oversight.rater_flags import CONTROLS
from judgments.oversight.rater_table import RaterRow
from judgments.stages import behaviour

WAITS = "hidden until the study's stages close, because you rate in it"
OWNER_ONLY = "for the owner only until stage 3 closes"
EVEN = 0.5


@dataclass(frozen=True, slots=True)
class RaterFigure:
    """``text`` is empty where there is no figure; then ``why`` says why. ``order`` sorts."""

    key: str
    title: str
    text: str = ""
    interval: str = ""
    count: str = ""
    says: str = ""
    why: str = ""
    share: Share | None = None
    order: float | None = None

    @property
    def lines(self) -> list[str]:
        """For a narrow cell: a line for each stage."""
        return self.text.split(" · ")

    @property
    def of(self) -> str:
        return f"{self.share.hits} of {self.share.total}" if self.share else self.count


def percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def figures_in_words(row: RaterRow, sight: Sight) -> dict[str, RaterFigure]:
    makers = (_gold, _controls, _peers, _pace, _straight, _fast, _left, _checks)
    return {figure.key: figure for figure in (maker(row, sight) for maker in makers)}


def _of_share(
    key: str, title: str, share: Share | None, *, things: str, why: str, says: Callable[[Share], str]
) -> RaterFigure:
    if share is None:
        return RaterFigure(key, title, why=why)
    return RaterFigure(
        key,
        title,
        text=percent(share.value),
        interval=f"{percent(share.low).removesuffix(' %')} to {percent(share.high)}",
        count=f"{share.hits} of {share.total} {things}",
        says=says(share),
        share=share,
        order=share.value,
    )


def _gold(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Agreement with gold"
    if sight.waits:
        return RaterFigure("gold", title, why=WAITS)
    return _of_share("gold", title, row.gold, things="labels", why="no gold pages yet", says=_says_gold(row))


def _says_gold(row: RaterRow) -> Callable[[Share], str]:
    thresholds = [work.stage.qualification_threshold / 100 for work in row.works if work.gold is not None]
    wanted = max(thresholds, default=EVEN)

    def says(share: Share) -> str:
        if share.low >= wanted:
            return f"Surely at least the {percent(wanted)} that the stage asks for."
        if share.high < wanted:
            return f"Surely below the {percent(wanted)} that the stage asks for."
        return f"Too few gold labels to say whether it is above or below the {percent(wanted)} that the stage asks for."

    return says


def _peers(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Agreement with peers"
    if sight.waits:
        return RaterFigure("peers", title, why=WAITS)
    return _of_share(
        "peers",
        title,
        row.peers,
        things="labels",
        why="nobody else has judged the same units yet" if row.done + row.surplus else "no pages yet",
        says=lambda share: _says_peers(share, row),
    )


def _says_peers(share: Share, row: RaterRow) -> str:
    beside = {
        "side": "the label is on the same side of “no difference” as the mean of the others",
        "same": "the label is what most of the others say",
    }
    compared = {"side" if behaviour(work.stage.number).has_sides else "same" for work in row.works}
    how = " or ".join(beside[one] for one in sorted(compared))
    return f"On {percent(share.value)} of the units that others judged too, {how}. Hard units lower it for everybody."


def _pace(row: RaterRow, sight: Sight) -> RaterFigure:
    del sight  # time tells nothing of labels
    title = "Active seconds per unit"
    paces = [(work.stage.number, work.figures) for work in row.works if work.figures.seconds_per_unit is not None]
    if not paces:
        return RaterFigure("pace", title, why="no pages yet")
    several = len(paces) > 1
    texts = [
        f"stage {number}: {_seconds(one.seconds_per_unit)}" if several else _seconds(one.seconds_per_unit)
        for number, one in paces
    ]
    relative = [one.relative_pace for _number, one in paces if one.relative_pace is not None]
    usual = "; ".join(f"{_seconds(one.stage_seconds_per_unit)} at stage {number}" for number, one in paces)
    pages = sum(one.paced_pages for _number, one in paces)
    return RaterFigure(
        "pace",
        title,
        text=" · ".join(texts),
        count=f"median of {pages} page{'' if pages == 1 else 's'}",
        says=f"The median of all raters is {usual}.",
        order=sum(relative) / len(relative) if relative else None,
    )


def _seconds(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s"


def _straight(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Straight-lining"
    if sight.waits:
        return RaterFigure("straight", title, why=WAITS)
    why = f"no pages of {UNITS_TO_STRAIGHT_LINE} units or more yet"
    return _of_share(
        "straight", title, row.straight_lining, things="pages", why=why, says=lambda _share: _says_straight(row, sight)
    )


def _says_straight(row: RaterRow, sight: Sight) -> str:
    others = row.others_straight_lining
    beside = (
        f"The others did so on {percent(others.value)} of these pages." if others else "Nobody else had these pages."
    )
    if len(row.works) > 1:
        return beside
    work = row.works[0]
    if work.figures.straight_label is None:
        return beside
    if work.stage.number in sight.withheld:
        return f"{beside} Which label it was is for the owner only until the stage closes."
    return f"{beside} Most often the label was “{_label_text(work.stage.number, work.figures.straight_label)}”."


def _label_text(stage_number: int, label: int) -> str:
    return next((choice.label for choice in behaviour(stage_number).choices() if choice.value == label), str(label))


def _fast(row: RaterRow, sight: Sight) -> RaterFigure:
    del sight
    paced = any(work.figures.paced_pages for work in row.works)
    return _of_share(
        "fast",
        "Speeding",
        row.speeding,
        things="pages",
        why="fewer than three raters to compare with" if paced else "no pages yet",
        says=lambda _share: "Pages done in under a third of the stage's median time for a unit.",
    )


def _left(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Prefers the left side"
    if sight.waits:
        return RaterFigure("left", title, why=WAITS)
    with_sides = {work.stage.number for work in row.works if behaviour(work.stage.number).has_sides}
    if not with_sides:
        return RaterFigure("left", title, why="stage 3 only")
    if with_sides & set(sight.withheld):
        return RaterFigure("left", title, why=OWNER_ONLY)
    return _of_share(
        "left", title, row.left, things="labels for a side", why="no labels for a side yet", says=_says_left
    )


def _says_left(share: Share) -> str:
    if share.low <= EVEN <= share.high:
        return "Sides are random, so one half is expected. This is no clear preference for a side."
    side = "left" if share.value > EVEN else "right"
    return f"Sides are random, so one half is expected. This rater clearly leans to the {side}."


def _controls(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Controls told right"
    if sight.waits:
        return RaterFigure("controls", title, why=WAITS)
    if not any(behaviour(work.stage.number).has_sides for work in row.works):
        return RaterFigure("controls", title, why="stage 3 only")
    found = row.controls
    return _of_share(
        "controls",
        title,
        found.share if found is not None else None,
        things="controls",
        why="no controls yet",
        says=lambda share: _says_controls(share, found.mean if found is not None else 0.0),
    )


def _says_controls(share: Share, mean: float) -> str:
    told = f"Planted pairs with a known answer: {share.total - share.hits} missed, on average {_points(mean)} towards the right side."
    if share.total < CONTROLS:
        return f"{told} Fewer than {CONTROLS} say nothing of a rater."
    return told


def _points(mean: float) -> str:
    return f"{mean:+.2f} points".replace("-", "\N{MINUS SIGN}")


def _checks(row: RaterRow, sight: Sight) -> RaterFigure:
    title = "Attention checks failed"
    if sight.waits:
        return RaterFigure("checks", title, why=WAITS)
    if not row.checks:
        return RaterFigure("checks", title, why="no checks yet")
    return RaterFigure(
        "checks",
        title,
        text=f"{row.checks_failed} of {row.checks}",
        says="One slip is human; two say that instructions were not read." if row.checks_failed else "All were passed.",
        order=row.checks_failed,
    )
