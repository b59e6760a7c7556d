"""What the dataset says of the study as a whole: one JSON object beside the tables."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from conversations.models import Batch, Guidelines, Study
from reports.dataset.looking import LookFacts, ReopeningFacts, looks_of, reopenings_of
from reports.dataset.ruling import RulesFacts, rules_of
from reports.dataset.versions import APP_VERSION, PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class StageFacts:
    """``k`` is the number of counted ratings for each regular task."""

    state: str
    k: int
    gating: str


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """``margin``: smallest meaningful difference in points of the 1-5 scale. ``withheld``: stages left out.

    The last two are not in older exports.
    """

    slug: str
    title: str
    seed: int
    margin: float
    currency: str
    pay_per_hour: float
    stages: dict[int, StageFacts]
    withheld: list[int] = field(default_factory=list)
    batches: dict[int, str] = field(default_factory=dict)
    protocol_version: str = PROTOCOL_VERSION
    app_version: str = APP_VERSION
    looks: list[LookFacts] = field(default_factory=list)  # none in the first exports
    reopenings: list[ReopeningFacts] = field(default_factory=list)
    rules: list[RulesFacts] = field(default_factory=list)
    platform_fee: float = 0.0  # percent of pay
    guideline_characters: int = 0  # of stage 3's, in force

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        stages = {int(number): StageFacts(**facts) for number, facts in content["stages"].items()}
        batches = {int(number): name for number, name in content["batches"].items()}
        looks = [LookFacts(**each) for each in content.get("looks", [])]
        reopenings = [ReopeningFacts(**each) for each in content.get("reopenings", [])]
        rules = [RulesFacts(**each) for each in content.get("rules", [])]
        built = {"stages": stages, "batches": batches, "looks": looks, "reopenings": reopenings, "rules": rules}
        return cls(**{**content, **built})


def study_facts(study: Study, withheld: Sequence[int] = ()) -> StudyFacts:
    return StudyFacts(
        slug=study.slug,
        title=study.title,
        seed=study.seed,
        margin=float(study.margin),
        currency=study.currency,
        pay_per_hour=float(study.pay_per_hour),
        stages={
            stage.number: StageFacts(state=stage.state, k=stage.k, gating=stage.gating) for stage in study.stages.all()
        },
        withheld=list(withheld),
        batches=dict(Batch.objects.filter(study=study).order_by("id").values_list("id", "filename")),
        looks=looks_of(study),
        reopenings=reopenings_of(study),
        rules=rules_of(study),
        platform_fee=float(study.platform_fee),
        guideline_characters=_guideline_characters(study),
    )


def _guideline_characters(study: Study) -> int:
    newest = Guidelines.objects.filter(stage__study=study, stage__number=3).first()
    return 0 if newest is None else len(newest.text)
