"""What a page says, however its template is wrapped."""

from django.http import HttpResponseBase


def said(response: HttpResponseBase) -> str:
    """The page with every run of white space as one space, as a browser shows it."""
    return " ".join(response.text.split())
