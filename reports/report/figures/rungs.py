"""Which arms are the rungs of one ladder: a system under the policies own, accepted and relevant, alike in all else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.dataset.arms import ComparedArm, settings_of
from reports.stats.ladder import Rung

POLICIES: Mapping[str, Rung] = {"own": Rung.OWN, "accepted": Rung.ACCEPTED, "relevant": Rung.RELEVANT}
FEWEST = 2  # one rung alone has no step

type Rungs = Mapping[Rung, ComparedArm]


@dataclass(frozen=True, slots=True)
class LadderOfArms:
    """``rungs`` from the lowest on, two or three. ``doubtful`` policies have several arms of which none fits better."""

    system: str
    rungs: Rungs
    doubtful: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        return len(self.rungs) == len(Rung)

    @property
    def settings_differ(self) -> bool:
        """Then a step is not the policy's alone."""
        return len({_settings(arm) for arm in self.rungs.values()}) > 1


def ladders_of(arms: Sequence[ComparedArm]) -> list[LadderOfArms]:
    """By system, in the order of the arms. A system without two rungs has none."""
    on_rungs = [arm for arm in arms if arm.facts["arm_policy"] in POLICIES]
    found = []
    for system, of_system in groupby(on_rungs, key=lambda arm: arm.system):
        found += _of_system(system, list(of_system))
    return found


def _of_system(system: str, arms: Sequence[ComparedArm]) -> list[LadderOfArms]:
    """One arm a policy: they belong together. Else those of the same settings do."""
    if len({_rung(arm) for arm in arms}) == len(arms):
        return _several([_ladder(system, arms)])
    by_settings: dict[str, list[ComparedArm]] = {}
    for arm in arms:
        by_settings.setdefault(_settings(arm), []).append(arm)
    return _several([_ladder(system, alike) for alike in by_settings.values()])


def _ladder(system: str, arms: Sequence[ComparedArm]) -> LadderOfArms:
    of_rung = {rung: [arm for arm in arms if _rung(arm) == rung] for rung in Rung}
    rungs = {rung: its[0] for rung, its in of_rung.items() if len(its) == 1}
    doubtful = [policy for policy, rung in POLICIES.items() if len(of_rung[rung]) > 1]
    return LadderOfArms(system, rungs, doubtful)


def _several(ladders: Sequence[LadderOfArms]) -> list[LadderOfArms]:
    return [ladder for ladder in ladders if len(ladder.rungs) >= FEWEST]


def _rung(arm: ComparedArm) -> Rung:
    return POLICIES[arm.facts["arm_policy"]]


def _settings(arm: ComparedArm) -> str:
    return json.dumps(settings_of(arm.facts), sort_keys=True)
