"""Recognises, previews and uploads each hostile file through the pages and the API, in a process that may die of it.

Arguments: a study's short name, a user's name, a folder for files. A line of JSON on standard output for each file.
"""

import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

import django

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 240


def main(slug: str, username: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - Django is set up first
    from django.test import Client  # noqa: PLC0415
    from rest_framework.test import APIClient  # noqa: PLC0415

    from accounts.models import Scope, User  # noqa: PLC0415
    from accounts.services import create_token  # noqa: PLC0415
    from tests.conversations.hostile import BYTES  # noqa: PLC0415

    user = User.objects.get(username=username)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    api = APIClient(SERVER_NAME="localhost")
    token = create_token(user=user, name="hostile", scopes=[Scope.BATCH_WRITE], expires_at=None)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token.secret}")
    pages = f"/studies/{slug}/batches"
    said = {"origin": "illustrative", "file_subject": "p1", "subject_policy": "file"}
    for name, make in BYTES.items():
        content = make()

        def sent(**values: Any) -> dict[str, Any]:
            return {"file": SimpleUploadedFile("x", content), **said, **values}  # noqa: B023 - used before the next turn

        started = time.process_time()
        file_format = "csv" if name.startswith("csv") else "chatgpt" if b'"mapping"' in content[:200] else "openai"
        answers = {
            "recognised": client.post(f"{pages}/preview/", sent()),
            "preview": client.post(f"{pages}/preview/", sent(format=file_format)),
            "api": api.post(f"/api/v1{pages}/", sent(), format="multipart"),
            "upload": client.post(f"{pages}/new/", sent(format=file_format)),
        }
        seconds = time.process_time() - started
        report = {
            "name": name,
            "statuses": {door: answer.status_code for door, answer in answers.items()},
            "seconds": round(seconds, 2),
            "megabytes": most_megabytes(),
            "words": answers["recognised"].getvalue().decode(),
        }
        print(json.dumps(report), flush=True)  # noqa: T201


def most_megabytes() -> int:
    """Of this program. What getrusage tells begins with what the tests' own process had taken when it started this one."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) // 1024


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
    django.setup()
    main(*sys.argv[1:])
