"""What the page asks of a run that asks for selections."""

from typing import Any

from django import forms

from conversations.enums import SelectionPool
from generation.kinds.run_form import RunForm
from generation.kinds.selections.configuration import AttributesOf, SelectionsConfiguration
from generation.kinds.selections.scope import has_attributes
from generation.queries.estimates import system_of


class SelectionsForm(RunForm):
    attributes_of = forms.ChoiceField(
        choices=AttributesOf,
        label="It chooses from the attributes of the subject",
        help_text="A system is judged by its own attributes. Choose all of the study where others extracted them for it.",
    )
    pool = forms.ChoiceField(
        choices=[(SelectionPool.ALL, "All of them"), (SelectionPool.ACCEPTED, "Only those accepted at stage 1")],
        label="Of these",
        help_text="All is its selection. Those accepted at stage 1 are for responses under the policy accepted, and no figure of stage 2 counts that answer.",
    )
    field_order = ["endpoint", "attributes_of", "pool", "limit", "budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = "Cases, at most"
        endpoint = self.initial.get("endpoint")
        owns = endpoint is not None and has_attributes(self.study, system_of(endpoint))
        self.fields["attributes_of"].initial = AttributesOf.OWN if owns else AttributesOf.STUDY

    def configuration(self) -> SelectionsConfiguration:
        return SelectionsConfiguration(
            pool=SelectionPool(self.cleaned_data["pool"]),
            attributes_of=AttributesOf(self.cleaned_data["attributes_of"]),
            seed=self.study.seed,
        )
