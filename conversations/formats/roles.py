"""Who speaks, by the names that vendors and logs give to it."""

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
}
EXPECTED = "one of user, assistant, system, tool (or human, gpt)"


def turn_role(record: Record, name: str = "role") -> str:
    value = record.text_or_number(name, EXPECTED)
    if not isinstance(value, str) or value.lower() not in ROLES:
        raise record.error(name, EXPECTED)
    return ROLES[value.lower()]
