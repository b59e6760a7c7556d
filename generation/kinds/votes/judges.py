"""Model raters that are endpoints of ours, and what their prompts hold besides the material."""

from django.utils import translation

from conversations.models import Guidelines, Stage, System
from generation.kinds.votes.configuration import VERSION_WITH_CARD, VOTE_TEMPLATE_VERSION, VotesConfiguration
from generation.models import Endpoint
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.models import Rater

_TOKENS_OF_A_VOTE = {"subject": 40, "case": 20, "comparison": 25}  # by what a page is about


def judge_name(system: System, configuration: VotesConfiguration) -> str:
    """The system's own name, so that what it wrote and how it judges are seen together; other templates say so."""
    _, version = configuration.template
    is_usual = version in {VOTE_TEMPLATE_VERSION, VERSION_WITH_CARD}
    return str(system) if is_usual else f"{system}, judging by template v{version}"


def as_on_pages(configuration: VotesConfiguration, stage: Stage) -> VotesConfiguration:
    """With the template that holds what the stage's pages show."""
    return configuration.beside_card() if behaviour(stage.number).shows_card(stage) else configuration


def judge_of(system: System, configuration: VotesConfiguration) -> Rater | None:
    """The model rater that this system is, if it has judged in its study."""
    name = judge_name(system, configuration)
    return Rater.objects.filter(kind=RaterKind.MODEL, name=name, enrolments__study=system.study_id).first()


def guidelines_of(stage: Stage, configuration: VotesConfiguration) -> Guidelines | None:
    """Those that were in force when the run started."""
    if configuration.guidelines is None:
        return None
    return Guidelines.objects.filter(stage=stage, version=configuration.guidelines).first()


def labels_of(stage_number: int) -> dict[str, int]:
    """The labels as human raters see them, in English and small letters."""
    with translation.override("en"):
        return {choice.label.lower(): choice.value for choice in behaviour(stage_number).choices()}


def failure_modes_of(stage_number: int) -> dict[str, str]:
    """By the word that is stored, what it means."""
    with translation.override("en"):
        return {mode.value: str(mode.label) for mode in behaviour(stage_number).every_failure_mode()}


def units_per_call(endpoint: Endpoint, configuration: VotesConfiguration) -> int:
    """As many as the longest answer has room for."""
    max_tokens = int(configuration.parameters.get("max_tokens", endpoint.max_tokens))
    return max(1, min(configuration.max_units, max_tokens // _TOKENS_OF_A_VOTE[behaviour(configuration.stage).target]))
