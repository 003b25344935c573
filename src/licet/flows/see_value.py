"""Seeing value: the newest statement, the baseline it stands on, and what was promised, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.baseline import AnyBaseline
from licet.core.ids import PersonId
from licet.core.people import Act, Actor
from licet.core.promise import Promise
from licet.core.redesign_evidence import ProcessShown
from licet.core.refusal import Refused
from licet.core.simulated_redesign import SimulatedRedesign
from licet.core.use_case import UseCase
from licet.flows.hold_promise import promise_of, promised
from licet.flows.measure_value import StatementOfValue, stated_of
from licet.flows.office import Office, allowed
from licet.flows.see_redesign import process_shown
from licet.flows.set_baseline import first_grant
from licet.store import baselines, people, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenValue:
    """What a use case brought, as far as it is known.

    Attributes:
        use_case: which.
        stated: the newest statement; None before one was made.
        baseline: the newest version; None before one was locked.
        shown: the process as it was redesigned, with the newest simulation of that.
        redesigned: the simulation that counts as what was promised; None before one.
        promise: that one, held against the statement; None without a statement, or where its baseline was replaced since.
        granted: whether AI was ever allowed to decide cases alone.
        may_measure: whether who looks may measure anew.
        names: of everybody with a name here.
    """

    use_case: UseCase
    stated: StatementOfValue | None
    baseline: AnyBaseline | None
    shown: ProcessShown
    redesigned: SimulatedRedesign | None
    promise: Promise | None
    granted: bool
    may_measure: bool
    names: Mapping[PersonId, str]


def see_value(office: Office, by: Actor, *, name: str) -> SeenValue | Refused:
    """What a use case brought, for whoever may look at it.

    Raises:
        UnknownUseCaseError: where it is not there for them.
    """
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        no = allowed(office, tx, by, Act.LOOK, use_case)
        if isinstance(no, Refused):
            return no
        stated = stated_of(tx, use_case)
        return SeenValue(
            use_case=use_case,
            stated=stated,
            baseline=baselines.newest(tx, use_case),
            shown=process_shown(tx, use_case),
            redesigned=promised(tx, use_case),
            promise=None if stated is None else promise_of(tx, use_case, stated.value, stated.baseline),
            granted=first_grant(tx, use_case) is not None,
            may_measure=not isinstance(allowed(office, tx, by, Act.STUDY, use_case), Refused),
            names={person.id: person.name for person, _ in people.everyone(tx)},
        )
