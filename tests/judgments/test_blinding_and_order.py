"""Blinding and order are pure: properties, not examples."""

from hypothesis import given
from hypothesis import strategies as st

from judgments.blinding import as_seen, canonical, personalized_left
from judgments.order import mixed, page_count, pages, shuffled

keys = st.binary(min_size=32, max_size=32)
ids = st.lists(st.integers(1, 10**9), unique=True, max_size=60)


@given(keys, st.integers(1, 10**9), st.integers(0, 10_000))
def test_each_block_of_four_shows_both_sides_twice(key, rater_id, block):
    sides = [personalized_left(key=key, rater_id=rater_id, ordinal=4 * block + place) for place in range(4)]
    assert sum(sides) == 2


@given(keys, st.integers(1, 10**9), st.integers(0, 400))
def test_sides_never_drift_apart_by_more_than_half_a_block(key, rater_id, count):
    left = sum(personalized_left(key=key, rater_id=rater_id, ordinal=ordinal) for ordinal in range(count))
    assert abs(2 * left - count) <= (2 if count % 4 else 0)


def test_sides_of_raters_are_unrelated():
    first_sides = [personalized_left(key=b"k" * 32, rater_id=rater, ordinal=0) for rater in range(4000)]
    assert 1850 < sum(first_sides) < 2150


@given(st.integers(1, 5), st.booleans())
def test_as_seen_is_the_inverse_of_canonical(label, left):
    assert as_seen(canonical(label, personalized_left=left), personalized_left=left) == label
    assert canonical(3, personalized_left=left) == 3


@given(ids, keys, st.randoms())
def test_order_of_a_page_is_the_same_whatever_order_it_is_read_in(items, key, chance):
    order = shuffled(items, key=key, rater_id=1, task_id=2)
    assert sorted(order) == sorted(items)
    chance.shuffle(items)
    assert shuffled(items, key=key, rater_id=1, task_id=2) == order


def test_order_differs_between_raters_and_tasks():
    orders = {
        tuple(shuffled(range(8), key=b"k" * 32, rater_id=rater, task_id=task))
        for rater in range(5)
        for task in range(5)
    }
    assert len(orders) == 25


@given(ids, st.integers(1, 20))
def test_pages_hold_everything_once_and_are_evenly_filled(items, size):
    made = pages(mixed(items, seed=7, target_id=1), size)
    assert sorted(item for page in made for item in page) == sorted(items)
    assert len(made) == page_count(len(items), size)
    assert all(0 < len(page) <= size for page in made)
    assert not made or max(map(len, made)) - min(map(len, made)) <= 1
