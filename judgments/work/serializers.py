"""Stages as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from conversations.models import Stage


class StageSerializer(serializers.ModelSerializer[Stage]):
    name = serializers.CharField(source="get_number_display", read_only=True)

    class Meta:
        model = Stage
        fields = [
            "number",
            "name",
            "state",
            "k",
            "gating",
            "lease_minutes",
            "page_size",
            "attributes_per_subject",
            "seconds_per_unit",
            "opened_at",
            "closed_at",
        ]
        read_only_fields = fields


class StageChange(serializers.ModelSerializer[Stage]):
    class Meta:
        model = Stage
        fields = ["k", "gating", "lease_minutes", "page_size", "attributes_per_subject", "seconds_per_unit"]


class ProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Ratings promised: k for each task.")
    filled = serializers.IntegerField(help_text="Ratings given.")
    leased = serializers.IntegerField(help_text="Raters are at them now.")
    waiting = serializers.IntegerField(help_text="Nobody is at them.")
    tasks = serializers.IntegerField()
    tasks_done = serializers.IntegerField(help_text="Tasks with all k ratings.")
    tasks_withdrawn = serializers.IntegerField()
    raters = serializers.IntegerField()
    surplus = serializers.IntegerField(help_text="Answers that came after others had filled the slots.")
    set_aside = serializers.IntegerField(help_text="Tasks that raters could not or would not judge.")


class EstimateSerializer(serializers.Serializer[Any]):
    tasks = serializers.IntegerField()
    units = serializers.IntegerField()
    judgments = serializers.IntegerField(help_text="units x k")
    k = serializers.IntegerField()
    hours = serializers.FloatField(help_text="Of raters, together.")
    seconds_per_unit = serializers.FloatField()
    measured = serializers.BooleanField(help_text="Whether the pace is the study's own.")
    money = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="For the raters' time.")
    fee = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="The crowd platform's, on top.")
    currency = serializers.CharField()
