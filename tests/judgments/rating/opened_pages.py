"""A rater opens a page of stage 3, and its two texts change places."""

from django.test import Client

from conversations.models import Comparison, Response
from tests import worlds


def rater_client(stage) -> Client:
    client = Client()
    client.post(f"/r/{worlds.entry_link(stage).token}/")
    return client


def open_task(client: Client, stage):
    response = client.get(f"/rate/{stage.study.slug}/{stage.number}/")
    assert response.status_code == 200
    return response


def swap_texts(comparison: Comparison) -> None:
    generic, personalized = comparison.generic, comparison.personalized
    Response.objects.filter(pk=generic.pk).update(text=personalized.text)
    Response.objects.filter(pk=personalized.pk).update(text=generic.text)
