"""Measuring value: what changed since AI decides, from what the ledger's own rows show, held against the locked baseline."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from licet.core.audit import outcome_loss
from licet.core.baseline import Baseline, CountersignedBaseline
from licet.core.baseline_measured import HOUR, MINUTE, WEEK, leads_since
from licet.core.canonical import Json, digest
from licet.core.ids import MandateId
from licet.core.level import Level
from licet.core.mandate import granted_of
from licet.core.people import Act, Actor
from licet.core.policy import told_as
from licet.core.refusal import Refused, Unknown
from licet.core.use_case import UseCase
from licet.core.value import Around, Seen, Value, value_from_json, value_of, value_to_json
from licet.flows.audit import error_interval
from licet.flows.count_audits import settled
from licet.flows.import_log import newest_in
from licet.flows.office import Office, at_work_on, entry
from licet.flows.set_baseline import first_grant, not_signed
from licet.store import audits, baselines, decisions, event_logs, incidents, live_cases, mandates, use_cases
from licet.store.book import Tx
from licet.store.live_cases import Course, InHand

MEASURE = "measure the value of a use case"
"""What the act is called here."""

Steps = Mapping[MandateId, Sequence[tuple[datetime, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfValue:
    """A statement of value: what was found, when, and against which baseline."""

    value: Value
    at: datetime
    baseline: str


def measure_value(office: Office, by: Actor, *, name: str) -> StatementOfValue | Refused:
    """Measures what a use case changed since a mandate was granted first, and keeps it as a statement.

    Args:
        office: the office.
        by: who asks.
        name: the use case.

    Returns:
        The statement, or `Refused`: without a baseline that two people signed, and where AI never was allowed to decide.
    """
    now = office.clock.now()
    with office.book.read() as tx:
        found = _measured(office, tx, by, name, now)
    if isinstance(found, Refused):
        return found
    value, baseline = found
    with office.book.write() as tx:
        again = at_work_on(office, tx, by, Act.STUDY, name=name)
        if isinstance(again, Refused):
            return told_as(again, Act.STUDY, MEASURE)
        use_case, actor = again
        says = value_to_json(value)
        made = baselines.Statement(baseline=baseline, says=says, by=actor.id, at=now)
        baselines.state(tx, use_case, made)
        facts: dict[str, Json] = {"baseline": baseline, "statement": digest(says), "cases": value.cases}
        tx.record(entry("value.stated", by=actor.id, now=now, use_case=use_case, **facts))
        return _stated(made)


def _measured(office: Office, tx: Tx, by: Actor, name: str, now: datetime) -> tuple[Value, str] | Refused:
    """What changed, and the digest of the baseline that it is held against; nothing is written while so many cases are read."""
    found = at_work_on(office, tx, by, Act.STUDY, name=name)
    if isinstance(found, Refused):
        return told_as(found, Act.STUDY, MEASURE)
    use_case = found[0]
    signed = baselines.newest(tx, use_case)
    if not isinstance(signed, CountersignedBaseline):
        return not_signed(signed, use_case)
    since = first_grant(tx, use_case)
    if since is None:
        why = f"AI was never allowed to decide cases of {use_case.slug!r} alone."
        return Refused(code="no_mandate", why=why, remedy="There is nothing to compare with the baseline before a mandate is granted.")
    hands = live_cases.in_hand(tx, use_case, since)
    around = replace(_around(tx, use_case, hands, since, now), leads=_leads(tx, use_case, signed.locked.baseline, since))
    return value_of(signed.locked.baseline, _seen(tx, use_case, hands, since, now), around), signed.digest


def _leads(tx: Tx, use_case: UseCase, baseline: Baseline, since: datetime) -> Mapping[str, Level | Unknown]:
    """Lead times of cases that began since AI may decide alone, where the newest event log tells of any."""
    kept = event_logs.newest(tx, use_case)
    if kept is None or kept.digest == baseline.log or kept.last_at <= since:
        return {}
    found = newest_in(tx, use_case)
    return {} if isinstance(found, Refused) else leads_since(found[1], since, baseline)


def newest_value(office: Office, *, name: str) -> StatementOfValue | None:
    """The newest statement of a use case; None before one was made."""
    with office.book.read() as tx:
        return stated_of(tx, use_cases.require(tx, name))


def stated_of(tx: Tx, use_case: UseCase) -> StatementOfValue | None:
    """As `newest_value`, inside a transaction."""
    made = baselines.newest_statement(tx, use_case)
    return None if made is None else _stated(made)


def every_value(office: Office) -> list[tuple[UseCase, StatementOfValue | None]]:
    """The newest statement of every use case, for the portfolio."""
    with office.book.read() as tx:
        made = baselines.newest_statements(tx)
        return [(one, _stated(made[one.id]) if one.id in made else None) for one in use_cases.every(tx)]


def _stated(made: baselines.Statement) -> StatementOfValue:
    return StatementOfValue(value=value_from_json(made.says), at=made.at, baseline=made.baseline)


def _seen(tx: Tx, use_case: UseCase, hands: InHand, since: datetime, now: datetime) -> Seen:
    """The cases since then, in columns."""
    cases, steps = live_cases.since(tx, use_case, since), live_cases.steps_of(tx, use_case)
    strata = _strata(cases, steps)
    received = np.array([one.received_at.timestamp() for one in cases], np.float64)
    ended = np.array([np.inf if one.decided_at is None else one.decided_at.timestamp() for one in cases], np.float64)
    return Seen(
        weeks=(received // WEEK).astype(np.int64),
        hours=(ended - received) / HOUR,
        open_hours=(np.minimum(ended, now.timestamp()) - received) / HOUR,
        alone=np.array([one.alone for one in cases], np.bool_),
        minutes=np.array([hands.seconds.get(one.number, 0.0) / MINUTE for one in cases], np.float64),
        stratum=np.array(strata, np.int64),
        given=np.array([one.left is None for one in cases], np.bool_),
    )


def _strata(cases: Sequence[Course], steps: Steps) -> list[int]:
    """For each case the step of exposure in which chance drew it, numbered over all mandates; -1 where nothing was drawn."""
    numbers: dict[tuple[MandateId, int], int] = {}
    drawn = [_drawn_at(one, steps) for one in cases]
    return [-1 if one is None else numbers.setdefault(one, len(numbers)) for one in drawn]


def _drawn_at(case: Course, steps: Steps) -> tuple[MandateId, int] | None:
    if case.mandate is None or case.routed_at is None or case.mandate not in steps:
        return None
    if case.left is not None:
        return case.mandate, case.left
    taken = steps[case.mandate]
    place = bisect_right([at for at, _ in taken], case.routed_at) - 1
    return (case.mandate, taken[place][1]) if case.alone and place >= 0 else None


def _around(tx: Tx, use_case: UseCase, hands: InHand, since: datetime, now: datetime) -> Around:
    return Around(
        since=since,
        until=now,
        timed=hands.timed,
        errors=_errors(tx, use_case),
        spent=live_cases.spent_since(tx, use_case, since),
        incidents=len(incidents.every(tx, use_case)),
        simulated=decisions.simulated_people(tx, use_case),
    )


def _errors(tx: Tx, use_case: UseCase) -> Level | Unknown:
    """The error among cases that AI decided alone under the newest mandate, each audit weighed by how likely it was drawn."""
    active = granted_of(mandates.in_force(tx, use_case))
    fed = [] if active is None else [row for row in audits.every(tx, active.id) if row.drawn.round == active.round and row.fed]
    if active is None or not fed:
        return Unknown(why="no audit was answered yet")
    low, high = error_interval(active, fed)
    weights = np.array([1.0 / row.drawn.probability for row in fed])
    losses = np.array([outcome_loss(settled(row)) for row in fed])
    return Level(value=float(weights @ losses / weights.sum()), low=low, high=high, n=len(fed))
