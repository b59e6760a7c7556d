"""What extraction never found: raters of stage 1 name it in their own words, page by page."""

from typing import Any

import numpy as np
from pyarrow import compute

from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import coded
from reports.stats.crossing import SHARE, Crossing, estimate
from reports.stats.estimate import Estimate
from reports.stats.shares import ratio

NO_PAGE = "No page of stage 1 has been judged."


def missing_attributes(dataset: Dataset) -> dict[str, Any]:
    """``pages`` on which a counted human named something; ``share`` of all pages."""
    judged = dataset.tables["judgments"]
    of_stage = compute.and_(compute.equal(judged.column("stage"), 1), judged.column("counted"))
    rows = judged.filter(compute.and_(of_stage, compute.is_valid(judged.column("assignment_id"))))
    pages, first = np.unique(as_array(rows.column("assignment_id")), return_index=True)
    if not len(pages):
        return {"pages": 0, "share": Estimate.undefined(NO_PAGE).as_json()}
    page = rows.take(first)
    said = compute.utf8_trim_whitespace(compute.fill_null(page.column("missing_attributes"), ""))
    named = as_array(compute.not_equal(said, ""))
    items = dataset.tables["items"]
    place = np.searchsorted(as_array(items.column("unit_id")), as_array(page.column("unit_id")))
    subject, _keys = coded(items.column("subject_key").take(place))
    rater, _keys = coded(page.column("rater_key"))
    sums = Crossing.of(subject, raters=rater).sums([named, np.ones(len(pages))])
    return {"pages": int(named.sum()), "share": estimate(sums, ratio, n=len(pages), within=SHARE).as_json()}
