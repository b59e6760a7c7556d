"""Where models answer, and which system uses which of them."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import Study, System

# Only variables made for this purpose may be named: a study's admin must not be able to send any other secret out.
KEY_VARIABLE = re.compile(r"YARDSTICK_LLM_(?:[A-Z0-9]+_)*KEY")


class Endpoint(models.Model):
    """An OpenAI-compatible endpoint and one model behind it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=80)
    base_url = models.CharField(
        "base URL",
        max_length=300,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Up to and including /v1, for example https://api.example.com/v1.",
    )
    model = models.CharField(max_length=120, help_text="The model's name as the endpoint knows it.")
    key_variable = models.CharField(
        "key's environment variable",
        max_length=80,
        blank=True,
        validators=[RegexValidator(KEY_VARIABLE.pattern + r"\Z", "Name a variable YARDSTICK_LLM_<NAME>_KEY.")],
        help_text="The name of the variable that holds the key, never the key. Empty for an endpoint without keys.",
    )
    # The key itself, encrypted, with the origin it may be sent to (generation.keys). Written only, never shown.
    sealed_key = models.TextField(blank=True, default="", db_default="", editable=False)
    parameters = models.JSONField(default=dict, blank=True)  # temperature, max_tokens, seed, ...
    context_tokens = models.PositiveIntegerField(default=8192, validators=[MinValueValidator(1024)])
    input_price = models.DecimalField(
        "price per million input tokens", max_digits=10, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    output_price = models.DecimalField(
        "price per million output tokens", max_digits=10, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    concurrency = models.PositiveSmallIntegerField(
        "calls at once", default=8, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Leave empty for no limit."
    )
    timeout_seconds = models.PositiveSmallIntegerField(
        "seconds a call may take", default=120, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    supports_json_schema = models.BooleanField(
        "structured output by JSON schema",
        default=True,
        help_text="Switch off for endpoints that know no response_format; answers are then parsed and checked.",
    )
    # The model started beside the demo: its address changes with each start and is taken from the settings.
    is_embedded = models.BooleanField(default=False, editable=False)
    # The earliest moment the next call may start, where a rate limit is set. Its row lock orders all claims.
    next_call_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="endpoint_one_per_name"),
            models.CheckConstraint(condition=Q(concurrency__gte=1), name="endpoint_concurrency_positive"),
            models.CheckConstraint(
                condition=Q(input_price__gte=0, output_price__gte=0), name="endpoint_prices_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not isinstance(self.parameters, dict):
            raise ValidationError({"parameters": "A JSON object of request parameters is expected."})

    @property
    def address(self) -> str:
        return settings.LLM_BASE_URL if self.is_embedded else self.base_url

    @property
    def max_tokens(self) -> int:
        return int(self.parameters.get("max_tokens", 1024))


class SystemSetup(models.Model):
    """What makes a system of ours: an endpoint, prompt templates with their versions, and parameters."""

    system = models.OneToOneField(System, on_delete=models.CASCADE, related_name="setup")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="setups")
    templates = models.JSONField(default=dict)  # {"extraction": 1, "respond-generic": 1, "respond-personalized": 1}
    parameters = models.JSONField(default=dict, blank=True)  # over those of the endpoint

    def __str__(self) -> str:
        return f"set-up of {self.system_id}"


class WorkerBeat(models.Model):
    """A sign of life of one process: a worker, or the scheduler's sweep."""

    name = models.CharField(max_length=120, primary_key=True)
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return self.name
