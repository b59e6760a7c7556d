"""What templates need to use the components, and to say where on the site one is."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()
_SECTIONS = {
    "study-list": "studies",
    "create-study": "studies",
    "api-docs": "api",
    "token-list": "tokens",
    "create-token": "tokens",
    "revoke-token": "tokens",
}


@register.simple_block_tag
def component(content: SafeString, name: str, body: str = "text", **values: object) -> str:
    """A component whose text is long enough to be written between two tags; ``body`` is what the component calls it.

    The component sees only what it is given, as an include with ``only`` does.
    """
    return render_to_string(f"components/{name}.html", {**values, body: content.strip()})


@register.simple_tag(takes_context=True)
def section(context: Context) -> str:
    """The section of the site that the view belongs to: "studies", "api", "tokens" or, for one's own account, none."""
    match = context["request"].resolver_match if "request" in context else None
    if match is None:
        return ""
    return "studies" if "slug" in match.kwargs else _SECTIONS.get(match.url_name or "", "")
