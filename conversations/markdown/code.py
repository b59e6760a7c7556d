"""Code with its words told apart, by a lexer that the fence names. Long code, and that of languages not named here, stays plain."""

from collections.abc import Iterator
from functools import cache

from django.utils.html import escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

# Lexers search with patterns whose time grows with the square of the code, so what is longer stays plain: a block, and all
# blocks of a text. The language of which one block takes a second for all that (C#) is not among them.
LONGEST_CODE = 3_000
MOST_CODE = 9_000
_LANGUAGES = frozenset(
    {
        *("bash", "c", "cpp", "c++", "css", "diff", "docker", "dockerfile", "go", "html", "ini"),
        *("java", "javascript", "js", "json", "jsx", "kotlin", "latex", "lua", "make", "makefile", "matlab", "php"),
        *("powershell", "python", "py", "r", "ruby", "rust", "sh", "shell", "sql", "swift", "toml", "ts", "tsx"),
        *("typescript", "xml", "yaml", "yml"),
    }
)
# Told apart as in the sheet; the order decides where a token is of several kinds.
_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "code-comment"),
    (String, "code-string"),
    (Number, "code-number"),
    (Keyword, "code-keyword"),
    (Operator.Word, "code-keyword"),
    (Name.Function, "code-name"),
    (Name.Class, "code-name"),
    (Name.Tag, "code-name"),
)
CLASSES = frozenset(name for _kind, name in _KINDS)


def highlighted(code: str, language: str, *, before: int = 0) -> str:
    """Safe HTML of the code: its characters, and nothing else, in spans. ``before``: characters of earlier blocks."""
    is_short = len(code) <= LONGEST_CODE and before + len(code) <= MOST_CODE
    lexer = _lexer(language.lower()) if is_short else None
    if lexer is None:
        return escape(code)
    return "".join(_pieces(code, lexer))


def _pieces(code: str, lexer: Lexer) -> Iterator[str]:
    # The tokens with their places, so that not one character is added, left out or mended.
    for _at, kind, text in lexer.get_tokens_unprocessed(code):
        name = next((name for of, name in _KINDS if kind in of), None)
        yield escape(text) if name is None or not text.strip() else f'<span class="{name}">{escape(text)}</span>'


@cache
def _lexer(language: str) -> Lexer | None:
    if language not in _LANGUAGES:
        return None
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None
