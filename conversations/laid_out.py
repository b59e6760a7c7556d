"""Responses as HTML, kept in the database: what never changes is laid out once, and not by each process for each rater.

It goes with its response, says nothing of another text than the one it was made of, and another version of the renderer makes anew.
"""

from hashlib import blake2b, md5

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.statements import Statement, columns, rows
from conversations.markdown import LONGEST
from conversations.markdown.version import renderer_version, words
from conversations.models import Response
from conversations.rendering import rendered_once

# Of the row ``{response}``: whether it was laid out, and how.
LAID_OUT_SQL = """LEFT JOIN LATERAL (
        SELECT true AS is_laid_out, kept.html FROM conversations_laidoutresponse kept
        WHERE kept.response_id = {response}.id AND kept.renderer = ANY (%(renderers)s::text[])
            AND kept.text_md5 = md5({response}.text) LIMIT 1
    ) AS {response}_laid_out ON true"""
LAID_OUT_COLUMNS = "COALESCE({response}_laid_out.is_laid_out, false), COALESCE({response}_laid_out.html, '')"
_KEEP = Statement(
    """INSERT INTO conversations_laidoutresponse (response_id, renderer, text_md5, html)
    SELECT response.id, %(renderer)s, %(md5)s, %(html)s
    FROM conversations_response response WHERE response.id = %(response)s
    ON CONFLICT (response_id, renderer) DO UPDATE SET text_md5 = EXCLUDED.text_md5, html = EXCLUDED.html RETURNING id""",
    columns,
)


def html_of(response: Response) -> SafeString | None:
    """The response as HTML, None where it can't be laid out. A rater's page keeps what was not kept yet; who only looks keeps nothing."""
    if response.is_laid_out:
        return mark_safe(response.html) if response.html else None  # noqa: S308 - ``rendered`` made it
    return _made(response) if response.is_laid_out is None else _kept(response)


def lay_out(responses: QuerySet[Response]) -> int:
    """Ahead of who will read them, in English. Returns how many were not laid out before."""
    with override("en"):
        missing = responses.exclude(laid_out__renderer__in=renderers())
        for response in missing:
            _kept(response)
    return len(missing)


def _made(response: Response) -> SafeString | None:
    return rendered_once(response.text) if len(response.text) <= LONGEST else None


def _kept(response: Response) -> SafeString | None:
    html = _made(response)
    by = renderers()[_has_words(html)]
    digest = md5(response.text.encode(), usedforsecurity=False).hexdigest()
    rows(_KEEP, {"response": response.pk, "renderer": by, "md5": digest, "html": html or ""})
    return html


def renderers() -> list[str]:
    """What may have laid out a text for a page in this language: the words that we add to some texts are its own."""
    return [renderer(), f"{renderer()[:30]}:{blake2b(words().encode(), digest_size=16).hexdigest()}"]


def renderer() -> str:
    """Its name changes when it comes to lay out in another way."""
    return renderer_version().hex()


def _has_words(html: str | None) -> bool:
    return html is not None and ("aria-label=" in html or f"[{_('image')}]" in html)
