"""What a ladder still takes: calls of the model, ratings, hours of raters and money."""

from dataclasses import dataclass
from decimal import Decimal

from conversations.enums import Policy, ResponseKind, SelectionPool, StageNumber
from conversations.models import Response, Selection, Stage
from generation.kinds.responses import estimate as of_responses
from generation.kinds.selections import estimate as of_selections
from generation.ladder.scope import RUNGS, Ladder
from generation.queries.estimates import CostEstimate
from judgments.work.estimates import CENT, hours_of

FEWEST_RATERS = 6  # for a verdict (docs/protocol.md)
ARMS = (
    (Policy.OWN, "with its own selection"),
    (Policy.ACCEPTED, "without rejected attributes"),
    (Policy.RELEVANT, "with relevant attributes"),
)


@dataclass(frozen=True, slots=True)
class CallCost:
    title: str
    calls: int
    cost: Decimal  # at most, in the currency of the endpoint's prices


@dataclass(frozen=True, slots=True)
class LadderCost:
    """``ratings`` are pages: each of ``k`` raters on each comparison. ``units`` is how many answers one has, at most."""

    calls: list[CallCost]
    cases: int
    k: int
    units: float
    hours: float
    money: Decimal
    fee: Decimal
    currency: str
    has_prices: bool

    @property
    def ratings(self) -> int:
        return self.k * self.cases * len(RUNGS)

    @property
    def raters(self) -> int:
        """A rater sees one comparison of a case."""
        return max(self.k * len(RUNGS), FEWEST_RATERS)

    @property
    def total_calls(self) -> int:
        return sum(each.calls for each in self.calls)

    @property
    def total_cost(self) -> Decimal:
        return sum((each.cost for each in self.calls), Decimal(0))

    @property
    def ratings_note(self) -> str:
        return f"{self.cases} cases x {len(RUNGS)} arms x {self.k} raters"

    @property
    def hours_text(self) -> str:
        return f"{self.hours:,.1f}"

    @property
    def money_text(self) -> str:
        return f"{self.money:,.2f} {self.currency}"

    @property
    def fee_text(self) -> str:
        return f"{self.fee:,.2f} {self.currency}" if self.fee else ""


def cost_of(ladder: Ladder) -> LadderCost:
    """Calls: of what is missing. Ratings, hours and money: of all three arms, where none is silent."""
    stage = Stage.objects.select_related("study").get(study=ladder.study, number=StageNumber.RESPONSE)
    cases, units = len(ladder.case_ids), _units(ladder)
    hours = hours_of(stage, cases * len(RUNGS) * stage.k * units)
    money = Decimal(hours) * stage.study.pay_per_hour
    return LadderCost(
        calls=_calls(ladder),
        cases=cases,
        k=stage.k,
        units=units,
        hours=hours,
        money=money.quantize(CENT),
        fee=(money * stage.study.platform_fee / 100).quantize(CENT),
        currency=stage.study.currency,
        has_prices=bool(ladder.endpoint.input_price or ladder.endpoint.output_price),
    )


def _calls(ladder: Ladder) -> list[CallCost]:
    own, anew = (_selections(ladder, pool) for pool in (SelectionPool.ALL, SelectionPool.ACCEPTED))
    rows = [
        ("Its own selection", own),
        ("Its selection from accepted attributes", anew),
        ("Generic responses, which all arms share", _responses(ladder, _without_generic(ladder), set())),
        *((f"Responses {name}", _responses(ladder, set(), _unanswered(ladder, policy))) for policy, name in ARMS),
    ]
    return [CallCost(title, found.calls, found.cost) for title, found in rows]


def _selections(ladder: Ladder, pool: SelectionPool) -> CostEstimate:
    """As if nothing were rejected: what people accept is not known before."""
    left = ladder.cases.exclude(pk__in=ladder.spoken(pool))
    told = ladder.selections(SelectionPool.ALL)
    return of_selections.estimate_of_cases(ladder.study, ladder.endpoint, told, left)


def _responses(ladder: Ladder, generic: set[int], personalized: set[int]) -> CostEstimate:
    return of_responses.estimate_of_cases(ladder.endpoint, generic, personalized, max_given=ladder.max_given)


def _without_generic(ladder: Ladder) -> set[int]:
    if ladder.system is None:
        return set(ladder.case_ids)
    written = Response.objects.filter(kind=ResponseKind.GENERIC, system=ladder.system, case__in=ladder.case_ids)
    return set(ladder.case_ids) - set(written.values_list("case", flat=True))


def _unanswered(ladder: Ladder, policy: Policy) -> set[int]:
    return set(ladder.case_ids) - ladder.answered(policy)


def _units(ladder: Ladder) -> float:
    """The overall unit, and one for each attribute that is given: as many as the system selects, or may be given."""
    cases = ladder.spoken(SelectionPool.ALL)
    if not cases:
        return 1 + ladder.max_given
    chosen = Selection.objects.filter(system=ladder.system, pool=SelectionPool.ALL, case__in=cases, selected=True)
    return 1 + min(float(ladder.max_given), chosen.count() / len(cases))
