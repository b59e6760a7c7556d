"""What is judged: subjects and their conversations, attributes, prompts and cases."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.enums import Origin, VersionState
from conversations.models.batches import Batch
from conversations.models.studies import Study


class Subject(models.Model):
    """The real person whose conversations are evaluated, known only by a pseudonymous id."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="subjects")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="subjects")
    external_id = models.CharField(max_length=200)  # the uploader's; shown to admins only
    number = models.PositiveIntegerField()  # the pseudonym: "Subject 12"
    origin = models.CharField(max_length=12, choices=Origin)
    stated_conversations = models.PositiveIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "external_id"], name="subject_one_per_external_id"),
            models.UniqueConstraint(fields=["study", "number"], name="subject_one_per_number"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="subject_origin_known"),
        ]

    def __str__(self) -> str:
        return f"Subject {self.number}"


class Conversation(models.Model):
    """One dialogue between a subject and an assistant."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="conversations")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="conversations")
    external_id = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64)  # SHA-256 of the normalised turns
    turns = models.JSONField()  # [{"role": "user", "content": "..."}]
    turn_count = models.PositiveIntegerField()
    character_count = models.PositiveIntegerField()
    title = models.CharField(max_length=120)  # the first words of the subject's first turn, for lists
    language = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=120, blank=True)
    flags = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "content_hash"], name="conversation_one_per_content"),
        ]
        indexes = [models.Index(fields=["subject", "external_id"], name="conversation_external_id")]

    def __str__(self) -> str:
        return self.title


class ConversationVersion(models.Model):
    """Another text of a conversation that is stored already: the same id, exported again with other turns.

    One conversation counts once. A version that goes on where the stored one ends takes its place while nothing of that
    was judged or extracted; what stood there is kept as ``former``. Otherwise it waits for a person to choose.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="versions")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.CASCADE, related_name="conversation_versions")
    state = models.CharField(max_length=10, choices=VersionState)
    content_hash = models.CharField(max_length=64)
    turns = models.JSONField()
    turn_count = models.PositiveIntegerField()
    character_count = models.PositiveIntegerField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "content_hash"], name="conversation_version_one_per_content"
            ),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="conversation_version_state_known"),
        ]
        indexes = [models.Index(fields=["batch"], name="conversation_version_batch")]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.state}"


class System(models.Model):
    """What produced attributes, selections or responses: a named LLM set-up or the customer's own product."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="systems")
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "name", "version"], name="system_one_per_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Attribute(models.Model):
    """One statement about a subject, with the model's reason, a confidence 0..1, and evidence.

    ``evidence`` is a list of ``{conversation, turn, quote, start, end, state}``: conversation is our id or null,
    start/end are character positions in the turn, state is an ``EvidenceState``. ``found_by`` is "search" in one that
    nobody gave. ``merged_from`` holds the texts of near-duplicates that became this one.
    """

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="attributes")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="attributes")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="attributes")
    external_id = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    type = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    confidence = models.FloatField(null=True, blank=True)
    evidence = models.JSONField(default=list)
    merged_from = models.JSONField(default=list)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "system", "content_hash"], name="attribute_one_per_content"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="attribute_confidence_0_1",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Prompt(models.Model):
    """A new request for which a response may be personalized; not from the subject's history."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="prompts")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="prompts")
    external_id = models.CharField(max_length=200)
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    topic = models.CharField(max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "external_id"], name="prompt_one_per_external_id")]

    def __str__(self) -> str:
        return self.text


class Case(models.Model):
    """One (subject, prompt) pair."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="cases")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="cases")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="cases")
    # Set aside by the study's seed before stage 3 opens: it serves controls and belongs to no arm's effect.
    for_controls = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "prompt"], name="case_one_per_pair")]

    def __str__(self) -> str:
        return f"{self.subject_id} x {self.prompt_id}"
