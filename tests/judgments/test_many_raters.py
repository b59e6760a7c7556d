"""Many raters at once, over HTTP against a real server: exactly k, nobody twice, nothing lost, nothing stuck."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.db.models import Count
from django.test import Client

from judgments.models import Assignment, Judgment, Slot
from tests import worlds

RATERS = 60
TASKS = 40


@pytest.mark.django_db(transaction=True)
def test_sixty_raters_at_once_leave_exactly_k_ratings_for_each_task():
    stage = worlds.rateable_study(subjects=TASKS).stages.get(number=1)
    link = worlds.entry_link(stage)
    given: Counter[int] = Counter()
    lock = threading.Lock()

    def rate(_rater: int) -> int:
        client = Client()
        done = 0
        try:
            client.post(f"/r/{link.token}/")
            while True:
                client.get(f"/rate/{stage.study.slug}/1/")
                rater_id = client.session["raters"][str(stage.study_id)]
                assignment = Assignment.objects.filter(rater_id=rater_id, outcome="").first()
                if assignment is None:
                    return done
                answer = worlds.submit_all(client, assignment)
                assert answer.status_code == 200
                connection.close()  # as a web server does after each request: the next rater may have it
                with lock:
                    given[assignment.task_id] += 1
                done += 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RATERS) as pool:
        done = sum(pool.map(rate, range(RATERS)))

    assert done == TASKS * stage.k
    assert set(given.values()) == {stage.k}
    assert Slot.objects.filter(stage=stage, filled_at__isnull=False).count() == TASKS * stage.k
    assert Slot.objects.filter(stage=stage, filled_at__isnull=True).count() == 0
    assert Assignment.objects.exclude(outcome="submitted").count() == 0
    assert set(
        Judgment.objects.values("unit").annotate(n=Count("rater", distinct=True)).values_list("n", flat=True)
    ) == {stage.k}
