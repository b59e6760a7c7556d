"""What raters of a stage are told unless the study says otherwise: texts of the product, in Markdown."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "default_guidelines"


@cache
def default_guidelines(number: int, language: str = "") -> str:
    """In English, or in another of the raters' languages; empty where there is none in that language."""
    path = _FOLDER / language / f"stage{number}.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
