"""Seeing comparisons: where each stands, what it shows, and, once it is judged, the cases on which the new version is worse."""

from dataclasses import dataclass

from licet.core.answer import answer_label
from licet.core.comparison import LOST, AnyComparison, Found, Judged, Labelling, Plan, Planned, planned_of
from licet.core.ids import Fingerprint
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.standard import Standard
from licet.core.system import Proposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.judge_comparison import changes_of, standard_of
from licet.flows.office import Office, allowed
from licet.flows.own_grades import standard_at_hand
from licet.stats.compare import cases_needed
from licet.store import comparisons, heads, systems, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A case that the new version makes worse: what both said, and what people say."""

    name: str
    old: str
    new: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSeen:
    """A comparison as it is shown, with the names of both versions.

    Attributes:
        regressions: cases that became worse and were not erased; nothing before it is judged, nor for whoever may not evaluate.
    """

    comparison: AnyComparison
    old: str
    new: str
    regressions: tuple[Regression, ...]

    @property
    def plan(self) -> Plan:
        """What was fixed beforehand."""
        return planned_of(self.comparison).plan

    @property
    def differing(self) -> int | None:
        """On how many cases the versions differ; None before they were asked."""
        return None if isinstance(self.comparison, Planned) else self.comparison.differing

    @property
    def open(self) -> int | None:
        """How many cases wait for an answer; None where none may be given, or any more."""
        return self.comparison.open if isinstance(self.comparison, Labelling) else None

    @property
    def found(self) -> Found | None:
        """What it shows; None before it is judged."""
        return self.comparison.found if isinstance(self.comparison, Judged) else None


def see_comparisons(office: Office, by: Actor, *, name: str) -> tuple[ComparisonSeen, ...]:
    """Every comparison of a use case, the newest first. Nothing a version said is told before all of it is judged."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        open_to_them = not isinstance(allowed(office, tx, by, Act.EVALUATE, use_case), Refused)
        return tuple(_seen(office, tx, use_case, one, with_cases=open_to_them) for one in comparisons.every(tx, use_case))


def list_comparisons(office: Office, *, name: str) -> tuple[AnyComparison, ...]:
    """Every comparison of a use case, the newest first, without a case of it."""
    with office.book.read() as tx:
        return tuple(comparisons.every(tx, use_cases.require(tx, name)))


def _seen(office: Office, tx: Tx, use_case: UseCase, one: AnyComparison, *, with_cases: bool) -> ComparisonSeen:
    plan = planned_of(one).plan
    regressions = _regressions(office, tx, use_case, one) if with_cases and isinstance(one, Judged) else ()
    return ComparisonSeen(comparison=one, old=_named(tx, use_case, plan.old), new=_named(tx, use_case, plan.new), regressions=regressions)


def _named(tx: Tx, use_case: UseCase, fingerprint: Fingerprint) -> str:
    stored = systems.find(tx, use_case, fingerprint)
    return "unknown" if stored is None else f"{stored.card.name}@{stored.card.version}"


def _regressions(office: Office, tx: Tx, use_case: UseCase, one: Judged) -> tuple[Regression, ...]:
    plan = one.planned.plan
    labels = {there.case: there.answer for there in comparisons.differences(tx, use_case, one.planned.id) if there.answer is not None}
    changes = changes_of(tx, use_case, plan, labels, standard_at_hand(office, use_case, standard_of(tx, use_case, plan)))
    worse = [number for number in plan.cases if changes.get(number) == LOST]
    old, new = (systems.proposals_for(tx, use_case, version, worse) for version in (plan.old, plan.new))
    names = {head.number: head.external_id or str(head.number) for head in heads.heads_of(tx, use_case, worse)}
    return tuple(
        Regression(name=names[number], old=_said(old[number]), new=_said(new[number]), right=answer_label(labels[number]))
        for number in worse
    )


def _said(one: Proposed) -> str:
    return answer_label(one.answer) if isinstance(one, Proposal) else "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesNeeded:
    """About how many cases a comparison takes; an estimate throughout.

    Attributes:
        cases: to show with 80% power that a version of the same quality is not worse by the margin.
        answers: of these about so many are to be answered.
        differing: the share of cases on which the versions differ, as it was given or as earlier comparisons showed it.
        seen: on how many cases the share was seen; 0 where it was given.
    """

    cases: int
    answers: int
    differing: float
    seen: int


def cases_to_compare(office: Office, *, name: str, on_disk: Standard, differing: float | None) -> CasesNeeded | Refused:
    """Estimates how many cases a comparison by this standard takes.

    Args:
        office: the office.
        name: of the use case.
        on_disk: the standard, locked or still a draft.
        differing: the share of cases on which the versions differ, in (0, 1]; None: as in the newest comparison that was asked.
    """
    with office.book.read() as tx:
        asked = [one for one in comparisons.every(tx, use_cases.require(tx, name)) if not isinstance(one, Planned)]
    rule = on_disk.change
    if rule is None:
        why = "The standard has no block `change:`, and so no margin."
        return Refused(code="no_change_rule", why=why, remedy="Write it into standard.yaml.")
    seen = 0 if differing is not None or not asked else len(asked[0].planned.plan.cases)
    share = asked[0].differing / seen if seen else differing
    if not share:
        why = f"No comparison of {name!r} says on which share of cases the versions differ."
        return Refused(code="no_comparison", why=why, remedy="Say what you expect: --differing 0.05")
    needed = cases_needed(differing=share, margin=rule.margin, delta=rule.delta * on_disk.attempts[0])
    return CasesNeeded(cases=needed, answers=round(needed * share), differing=share, seen=seen)
