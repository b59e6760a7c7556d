"""What a page says, however its template is wrapped."""

from django.http import HttpResponse


def said(response: HttpResponse) -> str:
    """The page with every run of white space as one space, as a browser shows it."""
    return " ".join(response.content.decode().split())
