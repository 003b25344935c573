"""Drawing audits: each case decided alone is drawn by a secret, at the probability that its day and its stratum have."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from licet.core.audit import ANSWER_WITHIN, Drawn, is_drawn, waits_from
from licet.core.audit_plan import AuditChance, AuditPlan, Day, chance_of, day_number, planned_for, times_of
from licet.core.ids import CaseNumber
from licet.core.mandate import ActiveMandate, Mandate
from licet.stats import watch as watching
from licet.store import audits, decisions, mandates, watches
from licet.store.book import Tx


class NotAuditableError(ValueError):
    """Only cases that AI decided alone, under a mandate, are audited."""


class Auditor:
    """Draws audits under a mandate's secret in a deciding transaction, numbered in the order of drawing."""

    def __init__(self, tx: Tx, mandate: Mandate | None, ground: decisions.Ground | None, now: datetime) -> None:
        """Plans the day where its first case comes; what is planned depends on audits counted before it alone."""
        self._tx, self._now = tx, now
        self._mandate = mandate if isinstance(mandate, ActiveMandate) else None
        self._secret = b"" if ground is None else ground.secret
        self._order = 0 if ground is None else ground.drawn
        self._plan = None if self._mandate is None else self._mandate.terms.audits
        self._day: Day | None = None
        self._weight = 0.0
        self.drawn: list[Drawn] = []
        self._places: dict[CaseNumber, audits.Place] = {}

    def consider(self, case: CaseNumber, attributes: Mapping[str, str], confidence: float) -> tuple[float, bool]:
        """The probability with which a case decided alone is audited, and whether it is.

        Raises:
            NotAuditableError: when there is no mandate.
        """
        if self._mandate is None:
            message = f"Case {case} was drawn for audit without a mandate."
            raise NotAuditableError(message)
        if self._plan is None:
            return self._drawn(self._mandate, case, self._mandate.audit_rate, None)
        day = self._today(self._mandate, self._plan)
        chance = chance_of(self._plan, day, attributes, confidence)
        self._weight += times_of(self._plan, chance)
        return self._drawn(self._mandate, case, chance.probability, chance)

    def _drawn(self, mandate: ActiveMandate, case: CaseNumber, rate: float, chance: AuditChance | None) -> tuple[float, bool]:
        if not is_drawn(self._secret, case, rate):
            return rate, False
        self._order += 1
        due_at = self._now + ANSWER_WITHIN
        drawn = Drawn(
            mandate=mandate.id, round=mandate.round, order=self._order, case=case, probability=rate, drawn_at=self._now, due_at=due_at
        )
        self.drawn.append(drawn)
        if chance is not None and self._day is not None:
            self._places[case] = audits.Place(
                day=self._day.number, planned=self._day.planned, rate=chance.rate, stratum=chance.stratum, slices=chance.slices
            )
        return rate, True

    def _today(self, mandate: ActiveMandate, plan: AuditPlan) -> Day:
        if self._day is None:
            number = day_number(mandate.began, self._now)
            day = watches.day(self._tx, mandate, number) or self._planned(mandate, plan, number)
            self._day = replace(day, rate=max(day.rate, mandate.audit_rate))
        return self._day

    def _planned(self, mandate: ActiveMandate, plan: AuditPlan, number: int) -> Day:
        """Plans a day: the watch that is nearest to its line says how often is audited."""
        there = [mandates.watch_of(self._tx, mandate), *watches.of_slices(self._tx, mandate).values()]
        low = mandate.audit_rate
        rate = max(watching.rate_today(one, low=low, high=max(low, plan.highest)) for one in there if not one.has_tripped)
        before = [day.weight for day in watches.days(self._tx, mandate)]
        planned = Day(number=number, rate=rate, planned=planned_for(rate, before, usual=float(mandate.daily_cap)))
        watches.plan_day(self._tx, mandate, planned)
        return planned

    def waits_from(self, case: CaseNumber, due_at: datetime) -> datetime:
        """From when on a case that was drawn is on the desk, where it is due."""
        return waits_from(self._secret, case, drawn_at=self._now, due_at=due_at)

    def write(self) -> None:
        """Writes what was drawn, and how much the cases weigh that were decided alone."""
        audits.draw(self._tx, self.drawn)
        audits.place(self._tx, self._places)
        if self._mandate is not None and self._day is not None and self._weight:
            watches.weigh(self._tx, self._mandate, self._day.number, more=self._weight)
