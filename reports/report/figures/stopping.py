"""May the study stop now? At most five looks, fixed by the plan: reports/stats/looks.py says at which level each is right."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyarrow import compute

from reports.dataset.dataset import Dataset, as_array
from reports.dataset.frames import Frame, coded, overall_units
from reports.stats.decision import NO_CONTROLS, REAL_CONVERSATIONS, Controls, Word, decide
from reports.stats.endpoint import FEWEST, Judged, PrimaryEndpoint
from reports.stats.estimate import Estimate
from reports.stats.looks import LOOKS, in_look, level_of, looks_due, ratings_of
from reports.stats.ratings import Flags, Indices

RULE = (
    f"Up to {LOOKS} looks, one after each fifth of the planned ratings, each with wider intervals than the verdict's (alpha "
    "spending by Lan and DeMets 1983): right at all of them together with 95 % confidence, for other subjects, raters and "
    "prompts. Looking in between changes nothing."
)
NO_LOOK = "No look is due yet."
MISSED = " Raters missed planted differences that are there: as long as they do, nothing settles it."


@dataclass(frozen=True, slots=True)
class StoppingLook:
    number: int
    ratings: int  # after which it is due
    word: Word
    interval: Estimate

    def as_json(self) -> dict[str, Any]:
        return {
            "look": self.number,
            "ratings": self.ratings,
            "word": self.word.value,
            "interval": self.interval.as_json(),
        }


def stopping(
    dataset: Dataset,
    frame: Frame,
    units: Flags,
    endpoint: PrimaryEndpoint,
    *,
    real_conversations: int,
    controls: Controls = NO_CONTROLS,
    at_once: int = 1,
) -> dict[str, Any]:
    """The first look whose word is settled; or that there is none yet.

    ``units`` of stage 3 are what is planned; ``endpoint`` is of what was judged of them, with all silent cases. ``at_once``:
    so many verdicts' looks hold together.
    """
    rated, planned = endpoint.rated, planned_ratings(dataset, frame, units)
    moment = _moments(dataset, frame, endpoint.judged)
    enough = real_conversations >= REAL_CONVERSATIONS and not controls.missed
    looks = []
    for number in range(1, looks_due(int(rated.sum()), planned) + 1):
        rows = in_look(moment, rated, number, planned)
        wide, narrow = _intervals(endpoint.rows(rows), number, at_once)
        word = decide(wide, narrow, dataset.facts.margin, controls) if enough else Word.NOT_ENOUGH
        looks.append(StoppingLook(number, ratings_of(number, planned), word, wide))
    settled = next((look for look in looks if look.word != Word.NOT_ENOUGH), None)
    shown = settled or (looks[-1] if looks else None)
    return {
        "method": RULE,
        "planned": planned,
        "looks": [look.as_json() for look in looks],
        "word": (settled.word if settled else Word.NOT_ENOUGH).value,
        "interval": (shown.interval if shown else Estimate.undefined(NO_LOOK)).as_json(),
        "sentence": _sentence(settled, len(looks), planned)
        + lacking(real_conversations)
        + (MISSED if controls.missed else ""),
    }


def planned_ratings(dataset: Dataset, frame: Frame, units: Flags) -> int:
    """k for each comparison that was not withdrawn."""
    open_units = units & overall_units(frame) & ~frame.of_unit("withdrawn").astype(np.bool_)
    return int(open_units.sum()) * dataset.facts.stages[frame.stage].k


def lacking(real_conversations: int) -> str:
    """What keeps any verdict from being given, whatever the judgments say."""
    if real_conversations >= REAL_CONVERSATIONS:
        return ""
    return f" {REAL_CONVERSATIONS - real_conversations} more real conversations are needed before anything can."


def _intervals(endpoint: PrimaryEndpoint, look: int, at_once: int) -> tuple[Estimate, Estimate]:
    found = endpoint.crossing().mean(endpoint.judged.value, fewest=FEWEST)
    return found.interval(level_of(look, 0.95, at_once)), found.equivalence(level_of(look, 0.90, at_once))


def _moments(dataset: Dataset, frame: Frame, judged: Judged) -> Indices:
    """When each row was answered, in milliseconds; 0 of what nobody was asked."""
    rows, rated = frame.ratings, judged.rater >= 0
    table = dataset.tables["judgments"]
    given = table.filter(compute.and_(compute.equal(table.column("stage"), 3), table.column("counted")))
    rater, keys = coded(given.column("rater_key"))
    place = {key: number for number, key in enumerate(rows.rater_keys)}
    of_key = np.array([place[key] for key in keys], dtype=np.int64)
    known = np.searchsorted(rows.unit_keys, as_array(given.column("unit_id"))) * rows.raters + of_key[rater]
    order = np.argsort(known)
    moment = as_array(given.column("submitted_at")).astype("datetime64[ms]").astype(np.int64)
    found = np.zeros(len(judged.rater), dtype=np.int64)
    wanted = judged.comparison[rated] * rows.raters + judged.rater[rated]
    found[rated] = moment[order[np.searchsorted(known[order], wanted)]]
    return found


def _sentence(settled: StoppingLook | None, due: int, planned: int) -> str:
    if settled is not None:
        return f"The study may stop: {settled.word.value}, by look {settled.number} of {LOOKS}."
    if due == LOOKS:
        return f"The study has reached its plan, and none of the {LOOKS} looks settled it."
    if not planned:
        return "Nothing is planned, so there is no look."
    upcoming = f"look {due + 1} of {LOOKS} is due after {ratings_of(due + 1, planned)} of {planned} planned ratings"
    return f"The study should go on: {upcoming}."
