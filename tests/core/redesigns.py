"""Simulated redesigns to test with."""

from datetime import datetime, timedelta

from licet.core.ids import Digest, Fingerprint, PersonId
from licet.core.redesign import Redesign, ServiceLevel, redesign_to_json
from licet.core.simulated_redesign import (
    BackTested,
    Kept,
    Kind,
    Needed,
    RedesignSimulationId,
    Row,
    SimulatedRedesign,
    Span,
    Unit,
    WhatIf,
)

REDESIGN = Redesign(title="AI on checks")
HOURS = Span(mean=10.0, low=9.0, high=11.0)
TIME = Row(key="lead_time_median", says="Lead time", kind=Kind.TIME, unit=Unit.SECONDS, as_is=HOURS, to_be=HOURS, change=None)
WORK = Row(key="hours", says="People's work", kind=Kind.LABOUR, unit=Unit.HOURS_A_WEEK, as_is=HOURS, to_be=HOURS, change=HOURS, note="n")


def simulation_of(*, at: datetime, beats: bool = True) -> SimulatedRedesign:
    """A simulation as it is kept, with one figure of time and one of work."""
    return SimulatedRedesign(
        id=RedesignSimulationId("s_1"),
        at=at,
        by=PersonId("p_olga"),
        redesign=redesign_to_json(REDESIGN),
        digest=REDESIGN.digest,
        log="l_1",
        log_digest="1" * 64,
        system=Fingerprint("2" * 64),
        standard=Digest("5" * 64),
        measured=True,
        inputs={"decides": "check"},
        assumed=(("reviewers", "4"),),
        replications=30,
        seed=0,
        cases=500,
        back_test=BackTested(beats=beats, says="On 200 later cases."),
        rows=(TIME, WORK),
        what_if=(
            WhatIf(key="volume", says="Half as many cases again", rows=(TIME, WORK)),
            WhatIf(key="ill", says="2 ill", rows=(), why_not="Nobody would be left."),
        ),
        needed=Needed(people=3, tried=((3, HOURS),), says="It takes 3 reviewers."),
        service_level=ServiceLevel(within=timedelta(hours=48), share=0.9),
        kept=Kept(kept=True, says="Simulated: 95% are done within the service level."),
        notes=("A note.",),
    )
