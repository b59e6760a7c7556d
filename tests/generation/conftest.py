from collections.abc import Iterator
from typing import Any

import pytest

from conversations.models import Stage, Study
from generation.client import close_clients
from generation.models import Endpoint
from tests.generation import provider as server


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[server.Provider]:
    monkeypatch.setenv("YARDSTICK_LLM_ALLOWED_HOSTS", "127.0.0.1")
    with server.running() as provider:
        yield provider
    close_clients()


@pytest.fixture
def study(db: Any) -> Study:
    study = Study.objects.create(slug="pasta", title="Pasta", seed=7)
    Stage.objects.bulk_create(Stage(study=study, number=number) for number in (1, 2, 3))
    return study


@pytest.fixture
def endpoint(study: Study, provider: server.Provider) -> Endpoint:
    return Endpoint.objects.create(
        study=study,
        name="Stand-in",
        base_url=provider.url,
        model="stand-in",
        parameters={"temperature": 0.2, "max_tokens": 200, "seed": 5},
        input_price=1,
        output_price=2,
        timeout_seconds=5,
    )
