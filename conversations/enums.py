"""The words of docs/protocol.md that ``conversations`` stores."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    ANALYST = "analyst", "Analyst"
    RATER = "rater", "Rater"


class WithdrawalPolicy(models.TextChoices):
    """What becomes of the judgments of a rater who withdraws."""

    KEEP = "keep", "They stay in the study, under a pseudonym"
    EXCLUDE = "exclude", "They are left out of every figure, and others judge those pages"


class StudyState(models.TextChoices):
    ACTIVE = "active", "Active"
    CLOSED = "closed", "Closed"


class StageNumber(models.IntegerChoices):
    EXTRACTION = 1, "Attribute extraction"
    RELEVANCE = 2, "Relevance"
    RESPONSE = 3, "Response"


class StageState(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


# Answers come in, or will again: a paused stage goes on, so its raters must not learn from it.
COLLECTING = (StageState.OPEN, StageState.PAUSED)


class WhileCollecting(models.TextChoices):
    """What becomes of a stage that is open or paused when something changes that shapes its judgments."""

    APART = "apart", "Go on. Judgments before and after the change are told apart in the report"
    CLOSE = "close", "Close the stage first. Only the owner opens it again"


class ReadingKind(models.TextChoices):
    """How much of a person's conversations a page of stage 1 gives to read."""

    ALL = "all", "The whole history"
    DRAWN = "drawn", "All conversations with evidence, and a number of others by chance"
    WORDS = "words", "All conversations with evidence, and others by chance up to a number of words"


class Gating(models.TextChoices):
    """What a stage takes from the stage before it (stage 1 takes everything)."""

    ALL = "all", "All attributes"
    CONSENSUS = "consensus", "What the humans agreed on in the stage before"
    SELECTION = "selection", "The system's own selection"


class Policy(models.TextChoices):
    """Which of its own attributes a system is given for a response."""

    OWN = "own", "what it selected itself"
    ACCEPTED = "accepted", "accepted attributes, selected anew"
    RELEVANT = "relevant", "relevant attributes"
    SELECTION = "selection", "what another system selected"
    ALL = "all", "all attributes"
    UNSTATED = "unstated", "policy not stated"


class SelectionPool(models.TextChoices):
    """From which of its own attributes a system was asked to select."""

    ALL = "all", "all its attributes"
    ACCEPTED = "accepted", "those accepted at stage 1"


class ControlKind(models.TextChoices):
    """What makes the answer of a control known (docs/protocol.md, Controls)."""

    OBVIOUS = "obvious", "one response answers another prompt"
    DAMAGED = "damaged", "one response is the other, damaged"
    PERSONAL = "personal", "one response was written for another subject"


# Whose answers prove attention. A personal one is a matter of taste: it gates nothing and flags nobody.
GATING_CONTROLS = (ControlKind.OBVIOUS, ControlKind.DAMAGED)


class CardBasis(models.TextChoices):
    """What person cards are made from (docs/protocol.md, Stage 3)."""

    ACCEPTED = "accepted", "attributes accepted at stage 1"
    UNCHECKED = "unchecked", "all attributes: stage 1 was not judged"


class Origin(models.TextChoices):
    REAL = "real", "Real"
    SYNTHETIC = "synthetic", "Synthetic"
    ILLUSTRATIVE = "illustrative", "Illustrative"
    UNKNOWN = "unknown", "Unknown"


class BatchState(models.TextChoices):
    PENDING = "pending", "Waiting for a worker"
    IMPORTING = "importing", "Importing"
    DONE = "done", "Imported"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"


class ResponseKind(models.TextChoices):
    GENERIC = "generic", "Generic"
    PERSONALIZED = "personalized", "Personalized"
    CONTROL = "control", "Side of a control"


# What a comparison of an arm is made of.
COMPARED_KINDS = (ResponseKind.GENERIC, ResponseKind.PERSONALIZED)


class MentionMethod(models.TextChoices):
    """Who decided whether a response mentions an attribute explicitly."""

    RULE = "rule", "The documented rule"
    MODEL = "model", "A model"
    UPLOAD = "upload", "Whoever uploaded the response"


class EvidenceState(models.TextChoices):
    """How a quote was found in the turn it points to."""

    EXACT = "exact", "Found verbatim"
    NORMALISED = "normalised", "Found but for white space and punctuation"
    TURN = "turn", "Points to a whole turn, without a quote"
    ASSISTANT_TURN = "assistant_turn", "Points to a turn that is not the subject's own"
    NOT_FOUND = "not_found", "Evidence not found"
    OUT_OF_RANGE = "out_of_range", "Points to no turn of the subject"

    @property
    def is_found(self) -> bool:
        """Whether it can be marked in the conversation, whoever said it."""
        return self.is_own_words or self == EvidenceState.ASSISTANT_TURN

    @property
    def is_own_words(self) -> bool:
        """Whether it is what evidence has to be: something that the subject said."""
        return self in {EvidenceState.EXACT, EvidenceState.NORMALISED, EvidenceState.TURN}


class SearchState(models.TextChoices):
    """How far a search for evidence is."""

    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Searching"
    DONE = "done", "Searched"
    FAILED = "failed", "Failed"


class VersionState(models.TextChoices):
    """What became of another text of a stored conversation."""

    WAITING = "waiting", "Waits for a choice"
    DECLINED = "declined", "Left out"
    TAKEN = "taken", "Taken"
    FORMER = "former", "Stood here before"
