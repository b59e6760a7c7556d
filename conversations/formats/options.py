"""What an uploader says about a file: its format, and what one subject is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Format(StrEnum):
    YARDSTICK = "yardstick"
    OPENAI = "openai"
    SHAREGPT = "sharegpt"
    WILDCHAT = "wildchat"
    LMSYS = "lmsys"
    CHATGPT = "chatgpt"
    CLAUDE = "claude"
    CSV = "csv"
    VERIFIED_ATTRIBUTES = "verified_attributes"
    RELEASE_TASK4 = "release_task4"
    RELEASE_TASK5 = "release_task5"
    RELEASE_TASK6 = "release_task6"
    RELEASE_VOTES = "release_votes"
    RELEASE_MAJORITY = "release_majority"


class SubjectPolicy(StrEnum):
    """What one subject is."""

    FIELD = "field"
    CONVERSATION = "conversation"
    FILE = "file"


@dataclass(frozen=True)
class Description:
    label: str
    help: str


DESCRIPTIONS: Mapping[Format, Description] = {
    Format.YARDSTICK: Description(
        "Yardstick JSONL",
        "One row a line; its field kind says what it is: conversation, attribute, prompt, response, judgment, ...",
    ),
    Format.OPENAI: Description(
        "OpenAI messages",
        "One conversation a line: {messages: [{role, content}]}, with or without a user or session id.",
    ),
    Format.SHAREGPT: Description(
        "ShareGPT", "{conversations: [{from, value}]}. Carries no user id: say what one subject is."
    ),
    Format.WILDCHAT: Description("WildChat rows", "WildChat-1M as JSON Lines; one subject is one hashed_ip."),
    Format.LMSYS: Description(
        "LMSYS rows", "LMSYS-Chat-1M as JSON Lines. Carries no user id: say what one subject is."
    ),
    Format.CHATGPT: Description(
        "ChatGPT export", "conversations.json of a ChatGPT data export; usually one file is one subject."
    ),
    Format.CLAUDE: Description(
        "Claude export", "conversations.json of a Claude data export; usually one file is one subject."
    ),
    Format.CSV: Description(
        "CSV, one turn a row",
        "Columns for user, conversation, role and content, in any order of the rows; without a column turn their order counts.",
    ),
    Format.VERIFIED_ATTRIBUTES: Description(
        "Verified attributes", "Facts about the user of a session, verified by people, each with its quote."
    ),
    Format.RELEASE_TASK4: Description(
        "Release, task 4", "Stage 1 of the research release: conversations, attributes and evidence."
    ),
    Format.RELEASE_TASK5: Description(
        "Release, task 5", "Stage 2 of the research release: profiles, prompts and cases."
    ),
    Format.RELEASE_TASK6: Description(
        "Release, task 6", "Stage 3 of the research release: generic and personalized responses."
    ),
    Format.RELEASE_VOTES: Description(
        "Release, model votes", "One model's relevance votes on the attributes of task 5."
    ),
    Format.RELEASE_MAJORITY: Description(
        "Release, human majority", "The humans' majority on the attributes of task 5, without the individual raters."
    ),
}

_WITHOUT_A_USER = frozenset({Format.OPENAI, Format.SHAREGPT, Format.LMSYS, Format.CHATGPT, Format.CLAUDE})


@dataclass(frozen=True)
class Options:
    subject_policy: SubjectPolicy = SubjectPolicy.FIELD
    subject_field: str | None = None  # with FIELD; a dot goes into an object: "metadata.user_id"
    file_subject: str = ""  # with FILE: the id of the one subject
    columns: Mapping[str, str] = field(default_factory=dict)  # CSV: our field -> the file's column
    system: str = ""  # of attributes, selections and responses that name none

    def as_json(self) -> dict[str, Any]:
        return {
            "subject_policy": self.subject_policy.value,
            "subject_field": self.subject_field,
            "file_subject": self.file_subject,
            "columns": dict(self.columns),
            "system": self.system,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{**values, "subject_policy": SubjectPolicy(values.get("subject_policy", SubjectPolicy.FIELD))})


def needs_subject_policy(format: Format) -> bool:  # noqa: A002 - what it is called everywhere
    """Whether the uploader must say what one subject is, because the format itself does not."""
    return format in _WITHOUT_A_USER
