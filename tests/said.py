"""What a page says, however its template is wrapped."""

from typing import Protocol


class Answer(Protocol):
    content: bytes


def said(response: Answer) -> str:
    """The page with every run of white space as one space, as a browser shows it."""
    return " ".join(response.content.decode().split())
