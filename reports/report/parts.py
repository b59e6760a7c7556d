"""Parts of a study that can be looked at alone: a system, an arm, an origin, a batch, a topic, a type of attribute."""

from dataclasses import dataclass
from typing import Any, Self

SEPARATOR, SYSTEM, ARM = ":", "system", "arm"
NAMES = {
    SYSTEM: "System",
    ARM: "Arm",
    "subject_origin": "Origin",
    "batch_id": "Batch",
    "prompt_topic": "Topic of the prompt",
    "attribute_type": "Attribute type",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Without a column: the whole study. ``system`` is who wrote what is judged: attributes, or responses."""

    column: str = ""
    value: str = ""

    @classmethod
    def parse(cls, written: str) -> Self:
        """As ``str`` writes it. Raises ValueError for a column that a study has no parts by."""
        if not written:
            return cls()
        column, _separator, value = written.partition(SEPARATOR)
        if column not in NAMES or not value:
            raise ValueError("There is no such part of a study.")
        return cls(column, value)

    def __str__(self) -> str:
        return f"{self.column}{SEPARATOR}{self.value}" if self.column else ""

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column or None, "value": self.value or None}
