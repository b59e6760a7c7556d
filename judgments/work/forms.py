from typing import Any

from django import forms

from conversations.enums import StageState
from conversations.models import Stage
from judgments.eligibility.specials import MOST_SPECIAL
from judgments.stages import BEHAVIOURS, behaviour

# What the tasks were built from can't change under the raters.
FIXED_ONCE_OPENED = ["k", "gating", "page_size", "attributes_per_subject"]


class StageForm(forms.ModelForm):
    """How a stage is rated. What tasks were built from is fixed once the stage has been opened."""

    class Meta:
        model = Stage
        fields = [
            "k",
            "gating",
            "person_card",
            "attributes_per_subject",
            "reading",
            "others_drawn",
            "words_to_read",
            "page_size",
            "lease_minutes",
            "seconds_per_unit",
            "tasks_per_visit",
            "tasks_per_rater",
            "gold_share",
            "attention_share",
            "repeat_share",
            "control_share",
            "qualification_tasks",
            "qualification_threshold",
            "blinding_questions",
        ]
        labels = {
            "k": "Ratings per task",
            "gating": "What is judged",
            "attributes_per_subject": "Attributes of one subject, at most",
            "page_size": "Units on a page, at most",
            "reading": "What raters are given to read",
            "others_drawn": "Others by chance",
            "words_to_read": "Words to read",
            "person_card": "Show what is known of the person, and ask which response is better before its details",
            "lease_minutes": "Minutes a task stays reserved",
            "seconds_per_unit": "Seconds one judgment takes, beside the reading",
            "tasks_per_visit": "Pages in one arrival, at most",
            "tasks_per_rater": "Pages for one rater, at most",
            "gold_share": "Hidden gold pages, percent",
            "attention_share": "Attention checks, percent",
            "repeat_share": "Own pages again with swapped sides, percent",
            "control_share": "Controls, percent",
            "qualification_tasks": "Gold pages a rater starts with",
            "qualification_threshold": "Agreement with gold needed to go on, percent",
            "blinding_questions": "At the end, ask of how many pages which side was personalized",
        }
        help_texts = {
            "k": "How many people judge each task. Three allows a majority.",
            "attributes_per_subject": "A sample, spread over systems, conversations and confidence. Leave empty to judge all.",
            "person_card": "The card holds the attributes accepted at stage 1. Where stage 1 was not judged it holds all, "
            "said to be unchecked. It is frozen when the stage opens; from then on only the owner changes this.",
            "reading": "Conversations with evidence are always in. Raters are told what they see; judgments under different "
            "rules are told apart. Once the stage was opened only the owner changes this.",
            "others_drawn": "Conversations without evidence, where a number of them is drawn.",
            "words_to_read": "Where a number of words is the limit; a word counts as six characters. "
            "Evidence alone may exceed it.",
            "lease_minutes": "Renewed while the rater works. A late answer is kept and paid, as surplus.",
            "seconds_per_unit": "An assumption for the estimates of time and money, until 20 pages are judged.",
            "tasks_per_visit": "Then the arrival is complete, with its completion code. Leave empty for no limit.",
            "tasks_per_rater": "Leave empty for no limit.",
            "gold_share": "Of a rater's pages. They look like any other and count for nobody's k.",
            "attention_share": "Of a rater's pages: pages with an instruction among the units.",
            "repeat_share": "They tell how steady a rater is and how much the side matters.",
            "control_share": (
                "Pairs with a known answer: they show whether raters could see a difference. "
                f"Gold, attention checks, repeats and controls are at most {MOST_SPECIAL} percent together."
            ),
            "qualification_tasks": "0 asks for no qualification. Who falls below the threshold is screened out, and paid.",
            "qualification_threshold": "",
            "blinding_questions": "0 does not ask. The report's blinding index needs it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way = behaviour(self.instance.number)
        self.fields["gating"] = forms.ChoiceField(
            label="What is judged", choices=list(way.gatings.items()), widget=forms.RadioSelect
        )
        of_some_stages = frozenset[str]().union(*(each.own_settings for each in BEHAVIOURS.values()))
        for name in of_some_stages - way.own_settings:
            del self.fields[name]
        if self.instance.state != StageState.DRAFT:
            for name in self.fields.keys() & set(FIXED_ONCE_OPENED):
                self.fields[name].disabled = True
