"""What was asked for is refused: every service that says no says it by one of these, and each edge answers in one place.

Members' pages: ``told_on`` here. The API: ``accounts/errors.py``. Raters' pages: ``judgments/rating/views/guard.py``.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise


class Refusal(Exception):
    """Nothing was done. ``text`` says why to people, ``code`` to programs, ``status`` is HTTP's.

    As it is: the request is in order, but it can't be done in the present state.
    """

    code: str = "conflict"
    status: int = 409
    text: str | Promise = ""

    def __init__(self, text: str | Promise | None = None) -> None:
        if text is not None:
            self.text = text
        super().__init__(self.text)

    def __str__(self) -> str:
        return str(self.text)


def told_on[View: Callable[..., HttpResponseBase]](screen: str, *names: str) -> Callable[[View], View]:
    """A refusal leads back to the screen that the act belongs to, which tells it.

    ``screen`` is the name of its address, ``names`` are those arguments of the view that stand in it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def telling(request: HttpRequest, **known: Any) -> HttpResponseBase:
            try:
                return view(request, **known)
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return redirect(reverse(screen, kwargs={name: known[name] for name in names}))

        return telling  # type: ignore[return-value]  # a view as before

    return decorate
