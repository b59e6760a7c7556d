"""What systems made of the material: selections, responses, and the comparisons raters judge."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.enums import ControlKind, MentionMethod, Policy, ResponseKind, SelectionPool
from conversations.models.batches import Batch
from conversations.models.material import Attribute, Case, Subject, System


class SelectionRecord(models.Model):
    """A system spoke about a case: which attributes it would use for it, or that it would use none.

    Every judged attribute of the case that the system did not select is then a no. Without a record it is missing.
    """

    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="selection_records")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="selection_records")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="selection_records")
    # What it chose from. Its own selection (stage 2, ``own``) is from all; ``accepted`` is an arm's, and no stage-2 figure's.
    pool = models.CharField(
        max_length=8, choices=SelectionPool, default=SelectionPool.ALL, db_default=SelectionPool.ALL
    )
    provenance = models.JSONField(default=dict)  # of a run: its call, template version, parameters; empty when uploaded
    spoken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "case", "pool"], name="selection_record_one_per_pool"),
            models.CheckConstraint(condition=Q(pool__in=SelectionPool.values), name="selection_record_pool_known"),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} on {self.case_id}"


class Selection(models.Model):
    """A system's decision whether an attribute is used for a case it spoke about."""

    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="selections")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="selections")
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="selections")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="selections")
    pool = models.CharField(
        max_length=8, choices=SelectionPool, default=SelectionPool.ALL, db_default=SelectionPool.ALL
    )
    selected = models.BooleanField()
    score = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "case", "attribute", "pool"], name="selection_one_per_attribute_and_pool"
            ),
            models.CheckConstraint(condition=Q(pool__in=SelectionPool.values), name="selection_pool_known"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id} for {self.case_id}: {self.selected}"


class Arm(models.Model):
    """What is compared with generic: a system, its policy and every setting that changes the treatment.

    Arms are never pooled without a word. Uploads may name one; what they leave unnamed is one arm of the system.
    """

    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="arms")
    name = models.CharField(max_length=120, blank=True)  # the uploader's
    policy = models.CharField(max_length=12, choices=Policy, default=Policy.UNSTATED)
    # Whose selection is given, where the policy is ``selection``.
    selecting_system = models.ForeignKey(System, null=True, on_delete=models.RESTRICT, related_name="selected_for")
    settings = models.JSONField(default=dict)  # template version, number of attributes, parameters
    settings_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name", "policy", "selecting_system", "settings_hash"],
                name="arm_one_per_treatment",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(policy__in=Policy.values), name="arm_policy_known"),
            models.CheckConstraint(
                condition=Q(policy=Policy.SELECTION, selecting_system__isnull=False)
                | (~Q(policy=Policy.SELECTION) & Q(selecting_system__isnull=True)),
                name="arm_selection_of_a_system",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}, {self.name or self.policy_in_words}"

    @property
    def policy_in_words(self) -> str:
        selected = self.policy == Policy.SELECTION
        return f"selection of {self.selecting_system}" if selected else self.get_policy_display()


class Response(models.Model):
    """A system's answer to a case: generic (prompt only) or personalized (prompt and attributes).

    Or ``control``: a text that was made of another response, or uploaded, to be one side of a control.
    """

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="responses")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="responses")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="responses")
    kind = models.CharField(max_length=12, choices=ResponseKind)
    # Of a personalized response; a generic one belongs to all arms of its system.
    arm = models.ForeignKey(Arm, null=True, on_delete=models.RESTRICT, related_name="responses")
    attempt = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    model = models.CharField(max_length=120, blank=True)
    provenance = models.JSONField(default=dict)  # template version, parameters, seed; empty when uploaded
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    # No columns: what a rater's page has read beside it (``conversations/laid_out.py``). None: it was not looked for.
    is_laid_out: bool | None = None
    html: str = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "system", "kind", "arm", "attempt"],
                name="response_one_per_arm_and_attempt",
                condition=~Q(kind=ResponseKind.CONTROL),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(kind__in=ResponseKind.values), name="response_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} response {self.pk}"


class LaidOutResponse(models.Model):
    """A response as HTML, made once by one version of the renderer (``conversations/laid_out.py``). It goes with its response."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="laid_out")
    renderer = models.CharField(max_length=64)
    text_md5 = models.CharField(max_length=32)  # of the text that was laid out: what PostgreSQL can tell by itself
    html = models.TextField(blank=True)  # empty: it can't be laid out, and is shown as it was written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "renderer"], name="laid_out_once")]

    def __str__(self) -> str:
        return f"{self.response_id} as HTML"


class SilentCase(models.Model):
    """An arm left the response to a case as it was, because it was given nothing: a tie that nobody is asked about.

    Identical texts are the other way to be silent; their comparison says it itself.
    """

    arm = models.ForeignKey(Arm, on_delete=models.CASCADE, related_name="silent_cases")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="silent_cases")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="silent_cases")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["arm", "case"], name="silent_case_once_per_arm")]

    def __str__(self) -> str:
        return f"{self.arm_id} on {self.case_id}"


class Comparison(models.Model):
    """The generic and the personalized response of one arm for one case.

    Or a control: ``personalized`` is then the side that is right, whatever it is made of, and there is no arm.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comparisons")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="comparisons")
    arm = models.ForeignKey(Arm, null=True, on_delete=models.RESTRICT, related_name="comparisons")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="comparisons")
    # All arms of a system share it.
    generic = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="comparisons_as_generic")
    personalized = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="comparison_as_personalized")
    control = models.CharField(max_length=8, choices=ControlKind, blank=True, default="", db_default="")
    # Whose text a personal control borrows: it goes when either subject is erased.
    borrowed_from = models.ForeignKey(Subject, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # Identical texts are a tie that no human is asked about.
    identical = models.BooleanField(default=False)
    # Reasons why the text would unblind a rater; held while there are any and nobody released it.
    leak_reasons = ArrayField(models.TextField(), default=list, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(generic=models.F("personalized")), name="comparison_of_two_responses"),
            models.CheckConstraint(
                condition=Q(control="") | Q(control__in=ControlKind.values, arm__isnull=True),
                name="comparison_control_without_arm",
            ),
        ]
        indexes = [models.Index(fields=["case", "system"], name="comparison_case_system")]

    def __str__(self) -> str:
        return f"comparison {self.pk}"


class ComparisonAttribute(models.Model):
    """An attribute that went with a comparison: given to the system, or mere context."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="attributes")
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="comparisons")
    given = models.BooleanField(default=True)  # False: context, not judged
    mentioned = models.BooleanField(null=True, blank=True)  # explicitly, in the personalized response
    mention_method = models.CharField(
        max_length=8, choices=MentionMethod, default=MentionMethod.RULE, db_default=MentionMethod.RULE
    )
    # Which model decided, as it calls itself, where one did.
    mention_model = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comparison", "attribute"], name="comparison_attribute_once"),
            models.CheckConstraint(
                condition=Q(mention_method__in=MentionMethod.values), name="comparison_attribute_mention_method_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id} in {self.comparison_id}"
