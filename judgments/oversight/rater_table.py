"""The raters of a study with what their work looks like. As many queries for one rater as for a thousand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from conversations.models import Stage, Study
from judgments.disclosure import Sight
from judgments.eligibility.standing import GOES_ON
from judgments.oversight.answer_signs import AnswerSigns, answer_signs
from judgments.oversight.control_answers import ControlAnswers, control_answers
from judgments.oversight.intervals import Clustered, Share
from judgments.oversight.rater_figures import StageFigures, stage_figures
from judgments.oversight.rater_flags import FlagEvidence, flags
from judgments.stages import behaviour
from judgments.work.gold_agreement import Right, attention_results, gold_agreement
from raters.enums import EnrolmentOutcome, RaterKind
from raters.models import Admission, Arrival, Enrolment
from raters.platforms.registry import crowd_names, platform_of

ACTIVE, PAUSED = "active", "paused"
STATES = {ACTIVE: "Active", PAUSED: "Paused", **dict(EnrolmentOutcome.choices)}


@dataclass(frozen=True, slots=True)
class KnownAnswers:
    """What one rater made of pages whose answer is known: how many were right, of how many."""

    gold: Right | None
    checks: Right | None
    controls: ControlAnswers | None


@dataclass(frozen=True, slots=True)
class StageWork:
    """One rater's work in one stage."""

    stage: Stage
    figures: StageFigures
    gold: Share | None
    checks_failed: int
    checks: int
    controls: ControlAnswers | None
    flags: list[str]
    signs: AnswerSigns | None  # None for who may not see them

    @property
    def peers(self) -> Share | None:
        return self.figures.peers.share if self.figures.peers else None

    @property
    def left(self) -> Share | None:
        return self.figures.left.share if self.figures.left else None


@dataclass(frozen=True, slots=True)
class RaterRow:
    """One rater over the stages that are looked at."""

    enrolment: Enrolment
    admissions: list[Admission]
    state: str  # a key of STATES
    works: list[StageWork] = field(default_factory=list)

    @property
    def state_text(self) -> str:
        return STATES[self.state]

    @property
    def entry(self) -> str:
        """Where they came from; never who they are there."""
        label = self.enrolment.entry_link.label if self.enrolment.entry_link else "uploaded or by hand"
        platform = platform_of(self.enrolment.platform)
        return f"{platform.short_name}; {label}" if platform.is_crowd else label

    @property
    def stages(self) -> str:
        numbers = {admission.stage.number for admission in self.admissions}
        return ", ".join(map(str, sorted(numbers | {work.stage.number for work in self.works})))

    @property
    def done(self) -> int:
        return sum(work.figures.submitted for work in self.works)

    @property
    def surplus(self) -> int:
        return sum(work.figures.surplus for work in self.works)

    @property
    def set_aside(self) -> int:
        return sum(work.figures.set_aside for work in self.works)

    @property
    def excluded(self) -> int:
        return sum(work.figures.excluded for work in self.works)

    @property
    def gold(self) -> Share | None:
        return _pooled(work.gold for work in self.works)

    @property
    def speeding(self) -> Share | None:
        return _pooled(work.figures.speeding for work in self.works)

    @property
    def straight_lining(self) -> Share | None:
        return _pooled(work.figures.straight_lining for work in self.works)

    @property
    def others_straight_lining(self) -> Share | None:
        return _pooled(work.figures.others_straight_lining for work in self.works)

    @property
    def peers(self) -> Share | None:
        return _summed(work.figures.peers for work in self.works)

    @property
    def left(self) -> Share | None:
        return _summed(work.figures.left for work in self.works)

    @property
    def checks(self) -> int:
        return sum(work.checks for work in self.works)

    @property
    def checks_failed(self) -> int:
        return sum(work.checks_failed for work in self.works)

    @property
    def controls(self) -> ControlAnswers | None:
        return ControlAnswers.together(work.controls for work in self.works)

    @property
    def flags(self) -> list[str]:
        several = len(self.works) > 1
        return [f"stage {work.stage.number}: {flag}" if several else flag for work in self.works for flag in work.flags]


def rater_rows(
    *, study: Study, sight: Sight, stage: Stage | None = None, rater_ids: Collection[int] | None = None
) -> list[RaterRow]:
    """The human raters by number. With a stage: those who were let into it or labelled in it, with that stage's work."""
    stages = [stage] if stage else list(study.stages.all())
    works = _works(study, stages, sight, rater_ids)
    rows = []
    for enrolment in _enrolments(study, rater_ids):
        admitted = [admission for admission in enrolment.admissions.all() if admission.stage in stages]
        mine = works.get(enrolment.rater_id, [])
        if stage is None or admitted or mine:
            rows.append(RaterRow(enrolment, admitted, _state(enrolment, admitted), mine))
    return rows


def _enrolments(study: Study, rater_ids: Collection[int] | None) -> QuerySet[Enrolment]:
    # Only on a crowd platform does the end of an arrival end anything: by an open link raters come back as they like.
    by_platform = Arrival.objects.filter(enrolment=OuterRef("pk"), entry_link__platform__in=crowd_names())
    latest = by_platform.order_by("-arrived_at")
    admissions = Admission.objects.select_related("stage").order_by("stage__number")
    found = (
        Enrolment.objects.filter(study=study, rater__kind=RaterKind.HUMAN)
        .select_related("rater", "entry_link")
        .prefetch_related(Prefetch("admissions", queryset=admissions))
        .annotate(
            arrival_outcome=Subquery(latest.values("outcome")[:1]),
            unread=Count("messages", filter=Q(messages__from_rater=True, messages__read_at__isnull=True)),
        )
        .order_by("number")
    )
    return found if rater_ids is None else found.filter(rater_id__in=rater_ids)


def _state(enrolment: Enrolment, admissions: list[Admission]) -> str:
    """Whether they go on, and if not, why. Ended is what ended last: the study, its stages, their last arrival."""
    if enrolment.outcome not in GOES_ON:
        return enrolment.outcome
    if enrolment.paused_at is not None:
        return PAUSED
    if admissions and all(admission.outcome for admission in admissions):
        return admissions[-1].outcome
    arrival: str | None = enrolment.arrival_outcome  # type: ignore[attr-defined]  # _enrolments gives it
    return enrolment.outcome or arrival or ACTIVE


def _works(
    study: Study, stages: list[Stage], sight: Sight, rater_ids: Collection[int] | None
) -> Mapping[int, list[StageWork]]:
    """By rater. All raters of the study are read, because each is compared with the others."""
    figures = stage_figures(study=study)
    by_rater: dict[int, list[StageWork]] = {}
    for stage in stages:
        gold = gold_agreement(stage=stage, rater_ids=rater_ids)
        checks = attention_results(stage=stage, rater_ids=rater_ids)
        controls = control_answers(stage=stage, rater_ids=rater_ids) if behaviour(stage.number).has_sides else {}
        here = [one for one in figures if one.stage_id == stage.pk]
        signs = answer_signs(stage=stage, rater_ids=rater_ids)
        usual = _summed(one.peers for one in here)
        for one in here:
            if rater_ids is not None and one.rater_id not in rater_ids:
                continue
            answers = KnownAnswers(gold.get(one.rater_id), checks.get(one.rater_id), controls.get(one.rater_id))
            evidence = _evidence(stage, one, answers, usual, signs.get(one.rater_id, AnswerSigns()))
            work = _work(stage, evidence, sight)
            by_rater.setdefault(one.rater_id, []).append(work)
    return by_rater


def _evidence(
    stage: Stage, figures: StageFigures, known: KnownAnswers, usual: Share | None, signs: AnswerSigns
) -> FlagEvidence:
    passed, total = known.checks or (0, 0)
    return FlagEvidence(
        figures=figures,
        gold=Share.of(*known.gold) if known.gold else None,
        gold_threshold=stage.qualification_threshold / 100,
        checks_failed=total - passed,
        checks=total,
        controls=known.controls,
        peers=figures.peers.share if figures.peers else None,
        others_peers=usual.value if usual else None,
        signs=signs,
    )


def _work(stage: Stage, evidence: FlagEvidence, sight: Sight) -> StageWork:
    found = [] if sight.waits else flags(evidence, with_sides=stage.number not in sight.withheld)
    signs = None if sight.waits else evidence.signs
    known = (evidence.gold, evidence.checks_failed, evidence.checks, evidence.controls)
    return StageWork(stage, evidence.figures, *known, found, signs)


def _pooled(shares: Iterable[Share | None]) -> Share | None:
    known = [share for share in shares if share is not None]
    return Share.of(sum(share.hits for share in known), sum(share.total for share in known))


def _summed(clusters: Iterable[Clustered | None]) -> Share | None:
    known = [one for one in clusters if one is not None]
    if not known:
        return None
    sums = [
        sum(getattr(one, name) for one in known)
        for name in ("pages", "hits", "total", "hits_squared", "hits_times_total", "total_squared")
    ]
    return Clustered(*sums).share
