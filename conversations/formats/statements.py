"""A running text about a person, cut into the statements that it is made of. Nothing is added, and nothing reworded."""

import re

_HEADING = re.compile(r"^\s*(?:#{1,6}\s.*|\*\*[^*]+\*\*:?\s*)$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
# Behind a sentence, where another one begins; not behind an initial or a title.
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z]\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bProf\.)"
    r"(?<=[.!?\u3002\uff01\uff1f])\s+(?=[\"“'(]?[^\W\d_a-z])|(?<=[\u3002\uff01\uff1f])"
)
_SHORTEST = 3


def statements_of(text: str) -> list[str]:
    """Each item of a list, and each sentence of what is none; headings are left out."""
    found: list[str] = []
    for line in text.splitlines():
        if not line.strip() or _HEADING.match(line):
            continue
        item = _BULLET.sub("", line, count=1).strip()
        found += [item] if item != line.strip() else [each.strip() for each in _SENTENCE_END.split(item)]
    return [each for each in found if len(each) >= _SHORTEST]
