"""Facts of a use case, read from the store and put into the words of its report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from licet.cli.facts_told import body_of, examples_of, mended_of, signatures_of
from licet.cli.limits import Volume, honest_limits
from licet.core.audit import Overdue
from licet.core.ids import CaseNumber
from licet.core.incident import KINDS
from licet.core.mandate import proposed_of
from licet.core.measure import MeasureKind
from licet.core.routing import REASONS
from licet.core.standard import CountersignedStandard, LockedStandard
from licet.core.use_case import UseCase
from licet.flows.audit import watch_points
from licet.flows.open_sealed import figures
from licet.flows.report import active_of
from licet.flows.shown import shown_in_use_case
from licet.flows.verdicts import newest_look
from licet.store import audits, cases, corrections, decisions, looks, mandates, notices, people, standards, stops, use_cases
from licet.store.book import Tx
from licet.store.ledger import make_findable
from licet.web.charts import Stretch
from licet.web.report import (
    AuditFacts,
    Batch,
    CasesFacts,
    IncidentFacts,
    Reason,
    ReportFacts,
)
from licet.web.told import Seen, curve_facts, mandate_facts, measures_told, standard_facts, verdict_facts

if TYPE_CHECKING:
    from licet.flows.office import Office

SIMULATED = "simulated"
"""Cases with an attribute of this name were made up; it says how, and the report marks them."""


def report_of(office: "Office", name: str, *, examples: int = 0, narrow: bool = False, about: str = "") -> ReportFacts:
    """Reads everything a report shows.

    Args:
        office: the installation.
        name: the use case.
        examples: how many errors of the AI are shown at most, with what the cases say: from opened sealed cases and answered
            audits only. None of it goes into an evidence pack, which is for strangers.
        narrow: leaves out what may tell of cases that wait for an answer, as `licet.core.evidence` says.
        about: the evidence pack it is for, in words; empty: none.
    """
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        look = newest_look(tx, use_case)
    shown = None if look is None else figures(office, name=name, look=look.look.id)
    make_findable(office.book)
    with office.book.read() as tx:
        signed = standards.newest(tx, use_case)
        seen = Seen(
            use_case=use_case,
            signed=signed if isinstance(signed, LockedStandard | CountersignedStandard) else None,
            look=look,
            shown=shown,
            mandate=mandates.in_force(tx, use_case) or mandates.newest(tx, use_case),
            names={p.id: f"{p.name} ({', '.join(sorted(p.roles))})" for p, _ in people.everyone(tx)},
        )
        found = _facts(office, tx, seen, examples)
        return replace(narrowed(found) if narrow else found, about=about)


def narrowed(facts: ReportFacts) -> ReportFacts:
    """A report for those who may be asked for a blind answer: nothing of open audits, nothing that AI said of a case."""
    seen = None if facts.audits is None else replace(facts.audits, drawn=facts.audits.drawn - (facts.audits.waiting or 0), waiting=None)
    told = None if facts.cases is None else replace(facts.cases, reasons=(), corrections=())
    return replace(facts, audits=seen, cases=told)


def _facts(office: "Office", tx: Tx, seen: Seen, examples: int) -> ReportFacts:
    use_case = seen.use_case
    rows = _counted(tx, seen)
    made_up = _made_up(tx, rows)
    told = examples_of(tx, seen, rows, made_up)
    return ReportFacts(
        title=use_case.title,
        slug=use_case.slug,
        made_at=office.clock.now(),
        labels=_labels(tx, use_case, made_up),
        warnings=() if seen.look is None else seen.look.warnings,
        limits=honest_limits(
            _volume(tx, seen), None if seen.mandate is None else proposed_of(seen.mandate).terms, shown_in_use_case(tx, use_case)
        ),
        standard=standard_facts(seen),
        verdict=verdict_facts(tx, seen),
        curve=curve_facts(seen),
        mandate=mandate_facts(seen),
        audits=_audits(tx, seen, rows, made_up),
        cases=_cases(tx, seen, any_made_up=bool(made_up)),
        signatures=signatures_of(tx, seen),
        examples=tuple(told[:examples]),
        examples_left_out=bool(told) and examples == 0,
        incidents=tuple(IncidentFacts(at=i.at, kind=KINDS.get(i.kind, i.kind), says=i.says) for i in notices.incidents(tx, use_case)),
    )


def _labels(tx: Tx, use_case: UseCase, made_up: Mapping[CaseNumber, str]) -> tuple[str, ...]:
    found = [f"identity: {', '.join(shown_in_use_case(tx, use_case))}"]
    if stops.pressed(tx, use_case.id) is not None:
        found.append("the stop is pressed: nothing is decided alone")
    if decisions.simulated_people(tx, use_case):
        found.append("people simulated from the data's truth")
    return (*found, *(f"simulated batch: {says}" for says in sorted(set(made_up.values()))))


# --- standard and verdict ----------------------------------------------------------------------------------------------


def _volume(tx: Tx, seen: Seen) -> Volume | None:
    if seen.signed is None or seen.look is None or not isinstance(seen.look.verdict, Mapping):
        return None
    measure = next((m for m in seen.signed.standard.measures if m.kind is MeasureKind.ERROR_ALONE), None)
    if measure is None:
        return None
    usable = next((m.n for m in measures_told(seen.look.verdict, None) if m.name == measure.name), None)
    sheet = looks.worksheet(tx, seen.use_case, seen.look.look.sealed_set)
    checked = any(row.kind == "agreement" and row.answer is not None for row in sheet)
    return Volume(measure=measure, usable=usable, agreements_checked=checked)


# --- mandate, audits, cases --------------------------------------------------------------------------------------------


def _counted(tx: Tx, seen: Seen) -> list[audits.AuditRow]:
    """The audits of the mandate's newest round, in the order in which they were drawn."""
    active = None if seen.mandate is None else active_of(seen.mandate)
    return [] if active is None else [row for row in audits.every(tx, active.id) if row.drawn.round == active.round]


def _made_up(tx: Tx, rows: Sequence[audits.AuditRow]) -> dict[CaseNumber, str]:
    """Which settled audits are on made-up cases, and how those were made up."""
    found = {}
    for row in rows:
        body = None if row.outcome is None else body_of(tx, row.drawn.case)
        says = "" if body is None else body.attributes.get(SIMULATED, "")
        if says:
            found[row.drawn.case] = says
    return found


def _audits(tx: Tx, seen: Seen, rows: Sequence[audits.AuditRow], made_up: Mapping[CaseNumber, str]) -> AuditFacts | None:
    active = None if seen.mandate is None else active_of(seen.mandate)
    if active is None:
        return None
    fed = [row for row in rows if row.fed]
    return AuditFacts(
        points=watch_points(active, fed),
        simulated=stretches([made_up.get(row.drawn.case, "") for row in fed]),
        drawn=len(rows),
        waiting=sum(row.outcome is None for row in rows),
        overdue=sum(isinstance(row.outcome, Overdue) for row in rows),
        tripped=mandates.watch_of(tx, active).has_tripped,
        target=active.terms.target,
        confidence=active.terms.confidence,
    )


def stretches(made_up: Sequence[str]) -> tuple[Stretch, ...]:
    """Where in the order of audits the made-up cases lie; one entry per audit, empty for a real case."""
    found: list[Stretch] = []
    for at, says in enumerate(made_up, start=1):
        if not says:
            continue
        if found and found[-1].last == at - 1 and found[-1].says == says:
            found[-1] = Stretch(first=found[-1].first, last=at, says=says)
        else:
            found.append(Stretch(first=at, last=at, says=says))
    return tuple(found)


def _cases(tx: Tx, seen: Seen, *, any_made_up: bool) -> CasesFacts | None:
    use_case = seen.use_case
    counts = decisions.counts(tx, use_case)
    if counts["alone"] + counts["to_person"] == 0:
        return None
    reasons = sorted(decisions.reasons(tx, use_case).items(), key=lambda pair: -pair[1])
    return CasesFacts(
        alone=counts["alone"],
        to_person=counts["to_person"],
        waiting=counts["waiting"],
        reasons=tuple(Reason(code=code, says=REASONS.get(code, code), cases=count) for code, count in reasons),
        batches=_batches(tx, use_case) if any_made_up else (),
        corrected=sum(corrections.counts(tx, use_case).values()),
        corrections=mended_of(tx, seen),
    )


def _batches(tx: Tx, use_case: UseCase) -> tuple[Batch, ...]:
    found: dict[str, tuple[int, int]] = {}
    for one in cases.live(tx, use_case):
        body = cases.body_of(tx, one)
        says = "" if body is None else body.attributes.get(SIMULATED, "")
        if says:
            routed = decisions.routed(tx, one.number)
            every, alone = found.get(says, (0, 0))
            found[says] = (every + 1, alone + (routed is not None and routed.route == decisions.ALONE))
    return tuple(Batch(says=says, cases=every, alone=alone) for says, (every, alone) in sorted(found.items()))
