"""Stages as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from conversations.models import Stage

# Percent of a rater's pages.
SHARE_FIELDS = ("gold_share", "attention_share", "repeat_share", "control_share")


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
            "reading",
            "others_drawn",
            "words_to_read",
            "seconds_per_unit",
            *SHARE_FIELDS,
            "person_card",
            "control_share",
            "opened_at",
            "closed_at",
        ]
        read_only_fields = fields


class StageChange(serializers.ModelSerializer[Stage]):
    class Meta:
        model = Stage
        fields = [
            "k",
            "gating",
            "lease_minutes",
            "page_size",
            "attributes_per_subject",
            "reading",
            "others_drawn",
            "words_to_read",
            "seconds_per_unit",
            *SHARE_FIELDS,
            "person_card",
            "control_share",
        ]


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
    hours = serializers.FloatField(help_text="Of raters, together; controls and repeats included.")
    seconds_per_unit = serializers.FloatField(help_text="Where it is not measured, beside the reading.")
    words_per_page = serializers.IntegerField(help_text="To read on a page, on average.")
    measured = serializers.BooleanField(help_text="Whether the pace is the stage's own; else it is assumed.")
    basis = serializers.CharField(help_text="What hours and money rest on, in words.")
    money = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="For the raters' time.")
    fee = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="The crowd platform's, on top.")
    currency = serializers.CharField()


class FillingSerializer(serializers.Serializer[Any]):
    needed = serializers.IntegerField(source="filling.needed", help_text="Different raters.")
    here = serializers.IntegerField(source="filling.here", help_text="Raters who may be given pages.")
    places = serializers.IntegerField(
        source="filling.places", allow_null=True, help_text="Raters whom links let in yet; null is any number."
    )
    more = serializers.IntegerField(source="filling.more", help_text="Raters missing beside those who are here.")
    waiting = serializers.IntegerField(source="filling.waiting", help_text="Ratings, each of another rater.")
    unfilled = serializers.IntegerField(source="filling.unfilled", help_text="Of them, what nobody will give.")
    pages_each = serializers.IntegerField(source="filling.pages_each", help_text="About so many for each rater.")
    sentences = serializers.ListField(source="words.sentences", child=serializers.CharField())
    warning = serializers.CharField(source="words.warning", help_text="Empty where there are raters enough.")
    remedies = serializers.ListField(source="words.remedies", child=serializers.CharField())
