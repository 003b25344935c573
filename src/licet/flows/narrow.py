"""Narrowing: a part of the running mandate is taken back, with effect from the next deciding transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from licet.core.case_rules import Above, CaseRule
from licet.core.case_schema import CaseSchema, schema_from_json
from licet.core.mandate import ActiveMandate, state_of
from licet.core.narrowing import Wish, narrow, value_limit
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.flows.audit import advance
from licet.flows.office import Office, person_at_work_on
from licet.flows.take_back import Narrowed, take_back
from licet.store import looks
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """What a person asks to take back: see `core.narrowing.Wish`; value limits are still names and numbers."""

    threshold: float | None = None
    regions: Mapping[str, float] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    value_limits: Mapping[str, Decimal] = field(default_factory=dict)
    daily_cap: int | None = None
    audit_rate: float | None = None
    expires_at: datetime | None = None


def narrow_mandate(office: Office, by: Actor, *, name: str, asked: TakeBack, why: str) -> Narrowed | Refused:
    """Takes a part of the running mandate back. It never widens; undoing it takes a new mandate.

    Args:
        office: the office.
        by: an owner, risk or an admin.
        name: the use case.
        asked: what is to be taken back.
        why: in words, for whoever asks later.

    Raises:
        NotAReasonError: when `why` says nothing.
    """
    said = reason(why)
    with office.book.write() as tx:
        now = office.clock.now()
        there = person_at_work_on(office, tx, by, Act.NARROW, name=name)
        if isinstance(there, Refused):
            return there
        use_case, person = there
        running = advance(tx, use_case, now)
        if not isinstance(running, ActiveMandate):
            state = "absent" if running is None else state_of(running)
            return Refused(code="mandate_not_active", why=f"The mandate is {state}.", remedy="See `licet mandate show`.")
        wish = _wish(tx, running, asked)
        made = wish if isinstance(wish, Refused) else narrow(running, wish, now=now)
        if isinstance(made, Refused):
            return made
        return take_back(tx, use_case, running, made, by=person.id, why=said, now=now)


def _wish(tx: Tx, running: ActiveMandate, asked: TakeBack) -> Wish | Refused:
    schema = _schema(tx, running)
    rules: list[CaseRule] = []
    for name, limit in sorted(asked.value_limits.items()):
        rule = value_limit(schema, name, Above(limit=limit))
        if isinstance(rule, Refused):
            return rule
        rules.append(rule)
    return Wish(
        threshold=asked.threshold,
        regions=asked.regions,
        without=asked.without,
        answers=asked.answers,
        attributes=asked.attributes,
        value_limits=tuple(rules),
        daily_cap=asked.daily_cap,
        audit_rate=asked.audit_rate,
        expires_at=asked.expires_at,
    )


def _schema(tx: Tx, running: ActiveMandate) -> CaseSchema | None:
    """The schema that the mandate is bound to, as the verdict's look kept it."""
    plan = looks.by_id(tx, running.terms.look).plan
    return schema_from_json(plan["schema"]) if isinstance(plan, Mapping) and "schema" in plan else None
