"""How far the raters can be trusted; the same for every stage."""

from functools import partial
from typing import Any

from reports.report.presenting import wording
from reports.report.presenting.blocks import Block, Heading, Stat, Stats, stat


def quality_blocks(stage: dict[str, Any]) -> list[Block]:
    quality = stage["quality"]
    excluded = sum(row["judgments"] for row in quality["exclusions"])
    reasons = ", ".join(f"{row['reason'].replace('_', ' ')} {row['judgments']}" for row in quality["exclusions"])
    return [
        Heading("How carefully it was judged"),
        Stats(
            [
                stat("Known answers (gold) given right", quality["gold"], wording.share, is_share=True),
                stat("Attention checks passed", quality["attention"], wording.share, is_share=True),
                stat("Same label when asked again", quality["intra_rater"]["exact"], wording.share, is_share=True),
                stat("The same beyond chance (kappa, 1 is best)", quality["intra_rater"]["kappa"], wording.number),
                stat(
                    "Seconds for a page, median",
                    quality["seconds_per_page"],
                    partial(wording.number, digits=0),
                    digits=0,
                ),
                Stat("Judgments excluded", wording.count(excluded), reasons or "none"),
            ]
        ),
    ]
