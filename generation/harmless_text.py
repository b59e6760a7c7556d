"""Text of others that no tokenizer can take for more than text. Pure.

Many endpoints read their control tokens (``<|im_end|>``) in what a user says as well, the local model's among them: a
conversation could so end its own message and begin one of the system. And a character that nobody sees can carry words
that only the model reads.
"""

import re

# What is not to be seen, or reorders what is: controls, zero-width and bidirectional marks, separators, fillers, tags.
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Persian, Indic scripts and emoji are written with these: one stays where it follows a character that can be seen.
_JOINED = rf"[^\x00-\x7f{_UNSEEN}\u200c\u200d\ufe0e\ufe0f](?:[\ufe0e\ufe0f][\u200c\u200d]?|[\u200c\u200d])"
_SEEN_BY_NOBODY = re.compile(rf"(?P<joined>{_JOINED})|[{_UNSEEN}\u200c\u200d\ufe0e\ufe0f]")
# Characters that become < or [ where a tokenizer normalises.
_ANGLE = "<\u226e\ufe64\uff1c"
_SQUARE = r"\[\uff3b\ufe47"
# [INST], [/INST], [TOOL_CALLS], [gMASK], [|endofturn|]; any short word in brackets, to be on the safe side. A bar is enough
# by itself: what follows may hold a bracket that is written otherwise, and so end a token that was none.
_BRACKETED = rf"[{_SQUARE}](?=[|\uff5c]|[^\s\[\]]{{1,40}}[\]\uff3d\ufe48])"
_HARMFUL = re.compile(rf"[{_ANGLE}]|{_BRACKETED}|{_SEEN_BY_NOBODY.pattern}")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

_SPECIAL_WORDS = "s|pad|unk|bos|eos|sep|cls|mask|think|tools|image|video|audio|filename|reponame|endofchunk|unused[0-9]+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+"
_BRACKET_WORDS = (
    "INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_[A-Z]+|IMG[A-Z_]*|AUDIO|BEGIN_AUDIO|THINK|ARGS|CALL_ID|PREFIX|SUFFIX"
    "|MIDDLE|BOS|EOS|PAD|UNK|CLS|SEP|MASK|[gs]MASK|UNUSED_TOKEN_[0-9]+"
)
CONTROL_TOKEN = re.compile(
    rf"[{_ANGLE}](?="
    r"[|\uff5c][^<>\s]{0,60}[>\uff1e\ufe65]"  # <|im_end|>, <|eot_id|>, and other bars
    rf"|/?(?:{_SPECIAL_WORDS})[>\uff1e\ufe65]"  # </s>, <bos>, <start_of_turn>
    r"|</?SYS>>"  # <<SYS>>
    r")"
    rf"|[{_SQUARE}](?=(?:/?(?:{_BRACKET_WORDS})|[|\uff5c][^\[\]\s\"]{{0,60}})[\]\uff3d\ufe48])",
    re.IGNORECASE,
)


def escaped_json(text: str) -> str:
    """The same JSON, in other words: what could be taken for more than text is written as ``\\u003c``.

    Nothing is lost. No < is left in it, no [INST] and nothing that can't be seen.
    """
    return _STRING.sub(lambda string: _HARMFUL.sub(_escape, string[0]), text)


def _escape(match: re.Match[str]) -> str:
    if match["joined"]:
        return match["joined"]
    return "".join(f"\\u{unit:04x}" for character in match[0] for unit in _units(character))


def _units(character: str) -> tuple[int, ...]:
    code = ord(character)
    if code < 0x10000:
        return (code,)
    return 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)


def unescaped(text: str) -> str:
    """For models that copy an escape and escape it once more: ``\\u003c`` becomes < again."""
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def inert(text: str) -> str:
    """For text that is sent as it is: without what no reader sees, and with a space that breaks each control token."""
    seen = _SEEN_BY_NOBODY.sub(lambda match: match["joined"] or "", _LINE_BREAKS.sub("\n", text))
    return CONTROL_TOKEN.sub(lambda match: f"{match[0]} ", seen)
