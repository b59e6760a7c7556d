"""Whether there are raters enough: how many a stage needs, what will not be rated with fewer, and what would help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.models import Stage
from judgments.eligibility.conflicts import one_comparison_a_case
from judgments.stages import behaviour
from judgments.work.control_counts import controls_of
from judgments.work.estimates import estimate_of
from judgments.work.filling_reads import Lacking, has_links, lacking_of, places_left, raters_here


@dataclass(frozen=True, slots=True)
class Stuck:
    """Ratings by why they can't be given; each stands under the first reason without which it could be."""

    unread: int  # languages, flagged material
    met: int  # or a subject whom they judged
    too_few: int

    @classmethod
    def of(cls, lacking: Lacking, here: int) -> "Stuck":
        short = max(0, lacking.ratings - lacking.raters)
        met = min(short, lacking.readers - lacking.raters)
        unread = min(short - met, here - lacking.readers)
        return cls(unread * lacking.cases, met * lacking.cases, (short - met - unread) * lacking.cases)

    def __add__(self, other: "Stuck") -> "Stuck":
        return Stuck(self.unread + other.unread, self.met + other.met, self.too_few + other.too_few)

    @property
    def total(self) -> int:
        return self.unread + self.met + self.too_few


@dataclass(frozen=True, slots=True)
class Filling:
    """``lacking`` are ratings, each of another rater; of several comparisons of a case a rater gives one."""

    lacking: Sequence[Lacking]
    k: int
    is_planned: bool  # the stage was never opened
    one_of_a_case: bool
    here: int  # raters who may be given pages
    places: int | None  # who may still come; None: without a limit
    is_known: bool  # who will rate: somebody is here, or a link says how many may come
    pages_for_rater: int | None  # at most; None: without a limit
    hours: float = 0  # of all raters together; 0 once the stage was opened
    control_pairs: int = 0  # pairs with a known answer that a rater can be given, or cases set aside for them
    control_share: int = 0  # percent of a rater's pages

    @property
    def waiting(self) -> int:
        return sum(each.ratings * each.cases for each in self.lacking)

    @property
    def most(self) -> int:
        """Raters whom a case needs."""
        return max((each.ratings for each in self.lacking), default=0)

    @property
    def of_quota(self) -> int:
        """Raters whom all ratings need where each may give so many only."""
        return -(-self.waiting // self.pages_for_rater) if self.pages_for_rater else 0

    @property
    def needed(self) -> int:
        return max(self.most, self.of_quota)

    @property
    def more(self) -> int:
        """How many raters are missing beside those who are here, for whom nothing is barred."""
        of_cases = max((each.ratings - each.raters for each in self.lacking), default=0)
        return max(0, of_cases, self.of_quota - self.here)

    @property
    def coming(self) -> int | None:
        """All raters that there can be; None where nobody knows."""
        return None if self.places is None or not self.is_known else self.here + self.places

    @property
    def unfilled(self) -> int:
        """Ratings that will not be given by who is here and may come."""
        if self.coming is None:
            return 0
        others = self.coming - self.here
        given = sum(min(each.ratings, each.raters + others) * each.cases for each in self.lacking)
        if self.pages_for_rater:
            given = min(given, self.coming * self.pages_for_rater)
        return self.waiting - given

    @property
    def stuck(self) -> "Stuck":
        """Ratings that nobody who is here can give."""
        return sum((Stuck.of(each, self.here) for each in self.lacking), Stuck(0, 0, 0))

    @property
    def nothing_can_be_filled(self) -> bool:
        return bool(self.waiting) and self.unfilled == self.waiting

    @property
    def barred(self) -> int:
        """Raters who are here and kept from some case, at most."""
        return max((self.here - each.raters for each in self.lacking), default=0)

    @property
    def pages_each(self) -> int:
        """Of each rater, if as many come as are known or needed."""
        raters = max(1, self.needed if self.coming is None else self.coming)
        most = sum(each.cases for each in self.lacking)
        pages = min(most, -(-self.waiting // raters))
        return min(pages, self.pages_for_rater) if self.pages_for_rater else pages

    @property
    def controls_each(self) -> int:
        pages = self.pages_each * self.control_share // (100 - self.control_share)
        return min(self.control_pairs, pages)


def filling_of(stage: Stage, *, now: datetime) -> Filling:
    """Of a stage that was never opened what it will need; afterwards of what waits."""
    here, places = raters_here(stage), places_left(stage)
    is_planned = stage.opened_at is None
    return Filling(
        lacking=lacking_of(stage, now=now),
        k=stage.k,
        is_planned=is_planned,
        one_of_a_case=one_comparison_a_case(stage),
        here=here,
        places=places,
        is_known=bool(here or places or has_links(stage)),
        pages_for_rater=stage.tasks_per_rater,
        hours=estimate_of(stage).hours if is_planned else 0,
        control_pairs=_control_pairs(stage) if is_planned else 0,
        control_share=stage.control_share if behaviour(stage.number).has_sides else 0,
    )


def _control_pairs(stage: Stage) -> int:
    found = controls_of(stage)
    return found.each or found.set_aside
