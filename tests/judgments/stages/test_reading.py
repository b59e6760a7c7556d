"""What a page of stage 1 gives to read: evidence always, others by chance, the same for all raters of a task."""

from hypothesis import given
from hypothesis import strategies as st

from conversations.enums import ReadingKind
from judgments.stages.reading import CHARACTERS_PER_WORD, ReadingRule, chosen, rule_in

LENGTHS = st.dictionaries(st.integers(1, 10_000), st.integers(0, 50_000), max_size=40)
RULES = st.builds(ReadingRule, st.sampled_from([ReadingKind.DRAWN, ReadingKind.WORDS]), st.integers(0, 20_000))


@given(LENGTHS, RULES, st.data())
def test_evidence_is_always_in_and_what_is_chosen_depends_on_study_and_task_alone(lengths, rule, data):
    evidence = data.draw(st.sets(st.sampled_from(sorted(lengths) or [1])))
    seed, task = data.draw(st.integers(0, 2**31 - 1)), data.draw(st.integers(1, 1_000))
    found = chosen(lengths, evidence, rule, seed=seed, task_id=task)
    assert evidence & lengths.keys() <= set(found) <= lengths.keys()
    assert len(set(found)) == len(found)
    shuffled = dict(data.draw(st.permutations(list(lengths.items()))))
    assert set(chosen(shuffled, evidence, rule, seed=seed, task_id=task)) == set(found)


@given(LENGTHS, st.integers(0, 60), st.data())
def test_so_many_others_are_drawn_as_the_rule_says(lengths, most, data):
    evidence = data.draw(st.sets(st.sampled_from(sorted(lengths) or [1]))) & lengths.keys()
    found = chosen(lengths, evidence, ReadingRule(ReadingKind.DRAWN, most), seed=1, task_id=1)
    assert len(found) == len(evidence) + min(most, len(lengths) - len(evidence))


@given(LENGTHS, st.integers(0, 20_000), st.data())
def test_the_budget_is_kept_unless_evidence_alone_exceeds_it_and_what_fits_is_in(lengths, words, data):
    evidence = data.draw(st.sets(st.sampled_from(sorted(lengths) or [1]))) & lengths.keys()
    found = set(chosen(lengths, evidence, ReadingRule(ReadingKind.WORDS, words), seed=1, task_id=1))
    room, read = words * CHARACTERS_PER_WORD, sum(lengths[each] for each in found)
    assert read <= room or found == evidence
    assert all(read + lengths[each] > room for each in lengths.keys() - found)


def test_tasks_draw_apart():
    lengths = dict.fromkeys(range(1, 61), 1_000)
    draws = {
        tuple(chosen(lengths, [], ReadingRule(ReadingKind.DRAWN, 5), seed=7, task_id=task)) for task in range(1, 21)
    }
    assert len(draws) == 20


@given(RULES | st.just(ReadingRule()))
def test_a_rule_is_told_again_from_its_facts(rule):
    assert rule_in(rule.facts) == rule


def test_rules_that_were_stored_before_gave_all_to_read():
    assert rule_in({}) == rule_in({"reading": "whole history"}) == ReadingRule()
