"""What more of a stage 3 costs, part by part: raters' time, what new raters read first, the crowd platform, calls of models."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, overall_units
from reports.stats.ratings import Indices
from reports.stats.sizing import More

# Silent reading of English non-fiction: Brysbaert (2019), Journal of Memory and Language 109:104047.
WORDS_A_MINUTE = 238
CHARACTERS_A_WORD = 6  # with the space; to count words of a dataset that says how long a text is
SECONDS_IN_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Rates:
    """What one more of each costs. ``seconds``: of a rating of one comparison; ``timed`` says that they were measured.

    ``words``: of both responses of a comparison. ``first_seconds``: what a new rater spends on the guidelines. ``call``: both
    responses of a comparison, None where no response came with what it cost. ``fee``: of the platform, percent.
    """

    seconds: float | None
    timed: bool
    words: float | None
    first_seconds: float
    call: float | None
    pay_per_hour: float
    fee: float
    currency: str

    def price(self, more: More) -> dict[str, Any]:
        """``total`` leaves out what is not known, and says so by a part that is None."""
        second = self.pay_per_hour / SECONDS_IN_AN_HOUR
        time = None if self.seconds is None else self.seconds * more.ratings * second
        first = self.first_seconds * more.raters * second
        fee = (first + (time or 0.0)) * self.fee / 100
        calls = None if self.call is None else self.call * more.comparisons
        parts = {"time": time, "first": first, "fee": fee, "calls": calls}
        total = sum(part for part in parts.values() if part is not None)
        return {
            **{name: None if part is None else round(part, 2) for name, part in parts.items()},
            "total": round(total, 2),
        }

    @property
    def sentence(self) -> str:
        """By which pace raters' time is reckoned."""
        if self.seconds is None:
            return "How long a comparison takes is not known: no page was timed, and no text is here."
        long = f" of {self.words:.0f} words" if self.words else ""
        if not self.timed:
            return (
                f"No page was timed: a comparison{long} is taken to need {self.seconds:.0f} seconds, the time to read it at "
                f"{WORDS_A_MINUTE} words a minute (Brysbaert 2019)."
            )
        pace = f", {self.words / self.seconds * 60:.0f} words a minute" if self.words else ""
        return f"Raters have taken {self.seconds:.0f} seconds for a comparison{long}{pace}."


def rates_of(dataset: Dataset, frame: Frame, comparisons: Indices) -> Rates:
    """By what these comparisons, of all that there are, have taken; time by all, as pages are shown mixed."""
    facts = dataset.facts
    table = dataset.tables["comparisons"]
    rows = table.filter(compute.is_in(table.column("comparison_id"), pa.array(comparisons)))
    words, timed = _mean_of_pairs(rows, "characters"), _seconds(dataset, frame)
    words = words and words / CHARACTERS_A_WORD
    reading = None if words is None else words / WORDS_A_MINUTE * 60
    return Rates(
        seconds=reading if timed is None else timed,
        timed=timed is not None,
        words=words,
        first_seconds=facts.guideline_characters / CHARACTERS_A_WORD / WORDS_A_MINUTE * 60,
        call=_mean_of_pairs(rows, "cost"),
        pay_per_hour=facts.pay_per_hour,
        fee=facts.platform_fee,
        currency=facts.currency,
    )


def _mean_of_pairs(rows: pa.Table, column: str) -> float | None:
    """Of generic and personalized together; None where no comparison has both."""
    generic, personalized = (as_array(rows.column(f"{kind}_{column}")) for kind in ("generic", "personalized"))
    pairs = generic.astype(np.float64) + personalized.astype(np.float64)
    return float(np.nanmean(pairs)) if np.isfinite(pairs).any() else None


def _seconds(dataset: Dataset, frame: Frame) -> float | None:
    """Active time on timed pages of this stage for each whole response that was rated on them; a page's time is counted once."""
    judged = dataset.tables["judgments"]
    page = as_array(judged.column("assignment_id").combine_chunks().dictionary_encode().indices.fill_null(-1))
    spent = as_array(judged.column("active_ms")).astype(np.float64)
    counted = (as_array(judged.column("stage")) == frame.stage) & as_array(judged.column("counted"))
    timed = np.flatnonzero(counted & (page >= 0) & (spent > 0))
    rated = np.isin(as_array(judged.column("unit_id"))[timed], frame.ratings.unit_keys[overall_units(frame)]).sum()
    first = timed[np.unique(page[timed], return_index=True)[1]]
    return float(spent[first].sum()) / 1000 / int(rated) if rated else None
