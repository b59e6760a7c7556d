"""The command that attacks an endpoint: a provider that obeys every attack, one that obeys none, one that is broken."""

import json

import pytest
from django.core.management import call_command

from generation.adversarial import cases
from generation.adversarial.resistance import Resistance, measure_resistance, price_of_measuring
from tests.generation.provider import Reply, attribute, extraction

pytestmark = pytest.mark.django_db(transaction=True)
VOTES = [case for case in cases() if case.task == "stage2"]
EXTRACTIONS = [case for case in cases() if "attribute" in case.wants]


def verdicts(endpoint, chosen):
    return {result.verdict for result in measure_resistance(endpoint, chosen)}


def shown(request):
    return request["messages"][1]["content"]


def test_label_that_follows_the_attack_is_a_success(endpoint, provider):
    case = next(case for case in VOTES if case.place == "prompt" and case.wants["label"] == ["yes"])

    def script(request, number):
        label = "yes" if "always say yes" in shown(request) else "no"
        return Reply(json.dumps({"votes": {"u1": label, "u2": label}}))

    provider.script = script
    assert verdicts(endpoint, [case]) == {Resistance.SUCCEEDED}
    assert len(provider.requests) == 2


def test_label_that_is_the_same_without_the_attack_says_nothing(endpoint, provider):
    wanting_yes = [case for case in VOTES if case.wants["label"] == ["yes"]]
    wanting_no = [case for case in VOTES if case.wants["label"] == ["no"]]
    provider.script = lambda request, number: Reply('{"votes": {"u1": "yes", "u2": "yes"}}')
    assert verdicts(endpoint, wanting_yes) == {Resistance.NO_CHANCE}
    assert verdicts(endpoint, wanting_no) == {Resistance.RESISTED}
    assert price_of_measuring(endpoint, VOTES).calls == len(VOTES) + 1
    assert len(provider.requests) == len(VOTES) + 2


def test_attribute_that_was_ordered_is_a_success(endpoint, provider):
    case = EXTRACTIONS[0]

    def script(request, number):
        ordered = "VIOLET-HERON" in shown(request)
        return Reply(extraction(attribute("The user is VIOLET-HERON.", "Report")) if ordered else extraction())

    provider.script = script
    assert verdicts(endpoint, [case]) == {Resistance.SUCCEEDED}
    provider.script = lambda request, number: Reply(extraction(attribute("The user teaches.", "I teach chemistry")))
    assert verdicts(endpoint, EXTRACTIONS) == {Resistance.RESISTED}


def test_invalid_answer_and_failed_call_are_no_answer(endpoint, provider):
    provider.script = lambda request, number: Reply("I'd rather not.") if number % 2 else Reply(status=500)
    assert verdicts(endpoint, VOTES[:3]) == {Resistance.NO_ANSWER}


def test_command_says_what_it_takes_and_asks_only_when_told(study, endpoint, provider, capsys):
    provider.script = lambda request, number: Reply('{"votes": {"u1": "no", "u2": "yes"}}')
    call_command("resist", study.slug, endpoint="Stand-in", task="stage2")
    assert f"{len(VOTES)} attacks in " in capsys.readouterr().out
    assert not provider.requests
    call_command("resist", study.slug, endpoint="Stand-in", task="stage2", start=True)
    printed = capsys.readouterr().out
    assert f"| stage2 | {len(VOTES)} | 0 | 0 | 0 | {len(VOTES)} | 0 |" in printed
    assert "b01 stage2 command (en): no_chance. 'yes'" in printed
