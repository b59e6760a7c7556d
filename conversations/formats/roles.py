"""Who speaks, by the names that vendors and logs give to it."""

import re
from collections.abc import Mapping

from .fields import Record

ROLES: Mapping[str, str] = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "claude": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "assistant",
    "function-call": "assistant",
    "function_response": "tool",
    "function-response": "tool",
    "observation": "tool",
    "humanmessage": "user",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "systemmessage": "system",
    "toolmessage": "tool",
    "functionmessage": "tool",
    "chatbot": "assistant",
    "agent": "assistant",
    "customer": "user",
    "ipython": "tool",
    "human_message": "user",
    "user_message": "user",
    "ai_message": "assistant",
    "assistant_message": "assistant",
    "system_message": "system",
    "humanmessagechunk": "user",
    "toolmessagechunk": "tool",
    "gemini": "assistant",
    "grok": "assistant",
    "deepseek": "assistant",
    "copilot": "assistant",
    "llm": "assistant",
    "tool_message": "tool",
    "tool_result": "tool",
    "tool_response": "tool",
    "tool-response": "tool",
    "tool_call": "assistant",
    "tool-call": "assistant",
}
# Around a name: blanks, a colon, and characters of no width.
_MARKS = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]+|[\s:\u200b-\u200f\u2060\ufeff]+$")
EXPECTED = "one of user, assistant, system, tool (or human, gpt)"


def turn_role(record: Record, name: str = "role") -> str:
    value = record.text_or_number(name, EXPECTED)
    role = ROLES.get(_MARKS.sub("", value).lower()) if isinstance(value, str) else None
    if role is None:
        raise record.error(name, EXPECTED)
    return role
