"""How large a page is comes from the app that owns the pages."""

import pytest

from judgments.work.estimates import units_on_a_page
from raters import page_sizes
from tests import factories
from tests.judgments.raters_at_work import open_for_rating


def test_only_one_app_says_how_large_pages_are() -> None:
    page_sizes.register(units_on_a_page)  # as at the start, once more
    with pytest.raises(ValueError, match="known already"):
        page_sizes.register(lambda stage: 1.0)


@pytest.mark.django_db
def test_pages_are_as_large_as_they_were_built_and_before_that_as_they_may_be() -> None:
    _study, stage = open_for_rating(1, subjects=2, attributes_each=4)
    assert page_sizes.units_on_a_page(stage) == 4
    draft = factories.stage(factories.study(), 1, page_size=7)
    assert page_sizes.units_on_a_page(draft) == 7
