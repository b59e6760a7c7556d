"""What an uploader says about a file beside its format: what one subject is, and what stands for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class SubjectPolicy(StrEnum):
    """What one subject is."""

    FIELD = "field"
    CONVERSATION = "conversation"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class OfferedChoice:
    """What the uploader can say so that a refused file is read: one of the options, and the values that it may have here."""

    option: str  # "part" or "encoding"
    values: tuple[str, ...]


@dataclass(frozen=True)
class Options:
    subject_policy: SubjectPolicy = SubjectPolicy.FIELD
    subject_field: str | None = None  # with FIELD; a dot goes into an object: "metadata.user_id"
    file_subject: str = ""  # with FILE: the id of the one subject
    columns: Mapping[str, str] = field(default_factory=dict)  # CSV: our field -> the file's column
    system: str = ""  # of attributes, selections and responses that name none
    encoding: str = ""  # of a text; empty: UTF-8, or UTF-16 by its mark
    part: str = ""  # which sheet of a workbook, list of an object or file of an archive; empty: the only one, or all

    def as_json(self) -> dict[str, Any]:
        return {
            "subject_policy": self.subject_policy.value,
            "subject_field": self.subject_field,
            "file_subject": self.file_subject,
            "columns": dict(self.columns),
            "system": self.system,
            "encoding": self.encoding,
            "part": self.part,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{**values, "subject_policy": SubjectPolicy(values.get("subject_policy", SubjectPolicy.FIELD))})
