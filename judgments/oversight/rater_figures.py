"""What can be counted about each rater's work in each stage. Read from sums that are kept (``folding``), however many pages there are.

- Pages: what was given to the rater, by outcome. Practice is no work and is left out everywhere but in the outcomes.
- Pace: active time for one unit, as it is paid (never more than the time that passed before the first submit).
- Peers: first answers to regular pages, surplus and excluded ones too, beside the counted labels of the others on the
  same unit. Stages 1 and 2: the label that most of the others gave (no majority: no comparison). Stage 3: on which side
  of "no difference" the mean of the others is.
- Straight-lining: pages of four units or more on which every label is the same, beside the others' on the same pages.
- Sides: labels of stage 3 as seen, without "no difference".
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from conversations.models import Stage, Study
from judgments.oversight.folding import fold
from judgments.oversight.intervals import Clustered, Share

RATERS_FOR_PACE = 3  # fewer give no pace that anybody could be compared with

# A median is looked up by its place in an index: half of the rater's pages are passed over, none is read.
_MEDIAN = """
    SELECT min(pace) + 0.5 * (max(pace) - min(pace)) AS median
    FROM (
        SELECT page.pace FROM judgments_pagefigures page
        WHERE page.stage_id = {of}.stage_id {and_rater} AND page.pace IS NOT NULL
        ORDER BY page.pace OFFSET ({of}.paced_pages - 1) / 2 LIMIT 2 - {of}.paced_pages %% 2
    ) AS middle"""
_FIGURES = f"""
WITH stage AS (
    SELECT id, number FROM conversations_stage WHERE id = ANY(%(stages)s)
), figures AS (
    SELECT * FROM judgments_raterfigures WHERE stage_id = ANY(%(stages)s) AND counted > 0
), open_pages AS (
    SELECT page.rater_id, page.stage_id, count(*) AS at_hand
    FROM judgments_assignment page JOIN raters_rater rater ON rater.id = page.rater_id AND rater.kind = 'human'
    WHERE page.stage_id = ANY(%(stages)s) AND page.outcome = '' GROUP BY page.rater_id, page.stage_id
), paced AS (
    SELECT stage_id, sum(paced_pages) AS paced_pages, count(*) AS raters FROM figures WHERE paced_pages > 0 GROUP BY stage_id
), stage_pace AS (
    SELECT paced.stage_id, middle.median, paced.raters
    FROM paced CROSS JOIN LATERAL ({_MEDIAN.format(of="paced", and_rater="")}) AS middle
), pace AS (
    SELECT figures.rater_id, figures.stage_id, middle.median, quick.pages AS fast, stage_pace.median AS stage_median,
        stage_pace.raters
    FROM figures
    JOIN stage_pace USING (stage_id)
    CROSS JOIN LATERAL ({_MEDIAN.format(of="figures", and_rater="AND page.rater_id = figures.rater_id")}) AS middle
    CROSS JOIN LATERAL (
        SELECT count(*) AS pages FROM judgments_pagefigures page
        WHERE page.stage_id = figures.stage_id AND page.rater_id = figures.rater_id AND page.pace < stage_pace.median / 3
    ) AS quick
    WHERE figures.paced_pages > 0
)
SELECT rater_id, stage_id, stage.number,
    COALESCE(submitted, 0), COALESCE(surplus, 0), COALESCE(set_aside, 0), COALESCE(at_hand, 0), COALESCE(excluded, 0),
    COALESCE(paced_pages, 0), pace.median, COALESCE(pace.fast, 0), pace.stage_median, COALESCE(pace.raters, 0),
    COALESCE(long_pages, 0), COALESCE(straight_pages, 0),
    (SELECT label FROM unnest(ARRAY[straight_0, straight_1, straight_2, straight_3, straight_4, straight_5])
        WITH ORDINALITY AS straight(pages, place) CROSS JOIN LATERAL (SELECT place - 1 AS label) AS named
        WHERE pages > 0 ORDER BY pages DESC, place LIMIT 1)::int,
    COALESCE(others_long, 0), COALESCE(others_straight, 0),
    ARRAY[peer_pages, peer_hits, peer_total, peer_hits_squared, peer_hits_times_total, peer_total_squared],
    ARRAY[side_pages, side_hits, side_total, side_hits_squared, side_hits_times_total, side_total_squared]
FROM figures
FULL JOIN open_pages USING (rater_id, stage_id)
LEFT JOIN pace USING (rater_id, stage_id)
JOIN stage ON stage.id = stage_id
ORDER BY rater_id, stage.number
"""  # noqa: S608 - of our own words only


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One rater's work in one stage."""

    rater_id: int
    stage_id: int
    stage_number: int
    submitted: int = 0
    surplus: int = 0
    set_aside: int = 0
    at_hand: int = 0
    excluded: int = 0  # judgments
    paced_pages: int = 0
    seconds_per_unit: float | None = None  # the median over pages
    fast_pages: int = 0  # under a third of the stage's median pace
    stage_seconds_per_unit: float | None = None
    stage_raters: int = 0  # whose pages the stage's pace comes from
    long_pages: int = 0
    straight_pages: int = 0
    straight_label: int | None = None  # the most frequent one, as seen
    others_long_pages: int = 0  # of the same tasks
    others_straight_pages: int = 0
    peers: Clustered | None = None
    left: Clustered | None = None

    @property
    def relative_pace(self) -> float | None:
        """1 is the stage's own pace; None where too few raters make it."""
        if self.seconds_per_unit is None or not self.stage_seconds_per_unit or self.stage_raters < RATERS_FOR_PACE:
            return None
        return self.seconds_per_unit / self.stage_seconds_per_unit

    @property
    def speeding(self) -> Share | None:
        return Share.of(self.fast_pages, self.paced_pages) if self.relative_pace is not None else None

    @property
    def straight_lining(self) -> Share | None:
        return Share.of(self.straight_pages, self.long_pages)

    @property
    def others_straight_lining(self) -> Share | None:
        return Share.of(self.others_straight_pages, self.others_long_pages)


def stage_figures(*, study: Study) -> list[StageFigures]:
    """One for each human rater and stage in which they were given a page or have a label."""
    stages = list(Stage.objects.filter(study=study))
    fold(stages)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"stages": [stage.pk for stage in stages]})
        return [_figures(*row) for row in cursor.fetchall()]


def _figures(*row: Any) -> StageFigures:
    *plain, peers, left = row
    return replace(StageFigures(*plain), peers=_clustered(peers), left=_clustered(left))


def _clustered(sums: list[int | None]) -> Clustered | None:
    """None without a page."""
    pages, *others = [number or 0 for number in sums]
    return Clustered(pages, *others) if pages else None
