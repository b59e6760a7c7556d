"""Plain sentences about agreement: what a figure says here, and why two of them may seem to contradict each other."""

from reports.stats.agreement import Agreement, AgreementFigure, Dominant
from reports.stats.estimate import Estimate

_NAMES = {
    AgreementFigure.PERCENT: "Percent agreement",
    AgreementFigure.COHEN: "Cohen's kappa",
    AgreementFigure.FLEISS: "Fleiss' kappa",
    AgreementFigure.ALPHA_NOMINAL: "Krippendorff's alpha (nominal)",
    AgreementFigure.ALPHA_ORDINAL: "Krippendorff's alpha (ordinal)",
    AgreementFigure.AC1: "Gwet's AC1",
}
# Landis and Koch (1977), Biometrics 33:159-174. Words for orientation; no decision rests on them.
_STRENGTHS = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
# The paradox of Feinstein and Cicchetti (1990), Journal of Clinical Epidemiology 43:543-549.
_ONE_LABEL_RULES, _AC1_AHEAD = 0.7, 0.3
_ROUNDING = 1e-9


def name(figure: AgreementFigure) -> str:
    return _NAMES[figure]


def explain(
    figure: AgreementFigure,
    estimate: Estimate,
    *,
    percent: Estimate | None = None,
    ac1: Estimate | None = None,
    dominant: Dominant | None = None,
) -> str:
    """What one figure says. With percent agreement, AC1 and the dominant label it also explains the paradox of kappa."""
    if estimate.value is None:
        return f"{_NAMES[figure]} cannot be given. {estimate.reason}"
    if figure == AgreementFigure.PERCENT:
        return f"Two raters who judge the same unit give it the same label {_in_100(estimate.value)} times in 100."
    said = f"{_NAMES[figure]} is {estimate.value:.2f}: {_beyond_chance(figure, estimate.value)}"
    if is_paradox(figure, estimate, ac1, dominant):
        return f"{said} {_paradox(percent, dominant)}"
    return said


def explain_all(agreement: Agreement) -> dict[AgreementFigure, str]:
    percent, ac1 = agreement.figures[AgreementFigure.PERCENT], agreement.figures[AgreementFigure.AC1]
    return {
        figure: explain(figure, estimate, percent=percent, ac1=ac1, dominant=agreement.dominant)
        for figure, estimate in agreement.figures.items()
    }


def is_paradox(figure: AgreementFigure, estimate: Estimate, ac1: Estimate | None, dominant: Dominant | None) -> bool:
    """One label rules, and a figure corrected for chance lies far below the one that expects little chance there."""
    if figure in {AgreementFigure.PERCENT, AgreementFigure.AC1} or ac1 is None or dominant is None:
        return False
    if estimate.value is None or ac1.value is None:
        return False
    return dominant.share >= _ONE_LABEL_RULES and ac1.value - estimate.value >= _AC1_AHEAD - _ROUNDING


def _beyond_chance(figure: AgreementFigure, value: float) -> str:
    ordinal = (
        " Labels that lie close on the scale count as near agreement."
        if figure == AgreementFigure.ALPHA_ORDINAL
        else ""
    )
    if value < 0:
        return f"less agreement than raters who answer by chance would reach.{ordinal}"
    strength = next(word for least, word in _STRENGTHS if value >= least)
    reached = f"raters reach {_in_100(value)} % of the agreement that chance leaves open ({strength})."
    if figure == AgreementFigure.AC1:
        return f"{reached} AC1 expects little chance agreement where one label dominates, so it stays near percent agreement."
    return f"{reached}{ordinal}"


def _paradox(percent: Estimate | None, dominant: Dominant | None) -> str:
    if percent is None or percent.value is None or dominant is None:
        return ""
    return (
        f"This does not mean that raters contradict each other: they agree {_in_100(percent.value)} times in 100. But "
        f"{_in_100(dominant.share)} % of all labels are the same one, so that much agreement is expected even from raters "
        "who do not read, and the figure can only count the few units that are different. Read it beside Gwet's AC1, "
        "and judge how raters treat the rare label by its own precision and recall."
    )


def _in_100(share: float) -> str:
    """Whole numbers, but never 100 for what is less, nor 0 for what is more."""
    if 0 < share < 0.005:
        return "less than 1"
    if 0.995 <= share < 1:
        return "more than 99"
    return f"{100 * share:.0f}"
