"""Narrowing: a part of the running mandate is taken back, with effect from the next deciding transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from licet.core.canonical import Json
from licet.core.case_rules import Above, CaseRule
from licet.core.case_schema import CaseSchema, schema_from_json
from licet.core.ids import PersonId
from licet.core.mandate import ActiveMandate, state_of
from licet.core.narrowing import Narrowing, Wish, changes, is_certified, narrow, value_limit
from licet.core.people import Act, Actor
from licet.core.reason import reason
from licet.core.refusal import Refused
from licet.core.use_case import UseCase
from licet.flows.audit import advance
from licet.flows.office import Office, entry, person_at_work_on
from licet.store import looks, narrowings
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """The mandate as it is now, and what was taken back."""

    mandate: ActiveMandate
    narrowing: Narrowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks to take back: see `core.narrowing.Wish`; value limits are still names and numbers."""

    threshold: float | None = None
    answers: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    value_limits: Mapping[str, Decimal] = field(default_factory=dict)
    daily_cap: int | None = None
    audit_rate: float | None = None
    expires_at: datetime | None = None


def narrow_mandate(office: Office, by: Actor, *, name: str, asked: Asked, why: str) -> Narrowed | Refused:
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
        return _write(tx, use_case, running, made, by=person.id, why=said, now=now)


def _wish(tx: Tx, running: ActiveMandate, asked: Asked) -> Wish | Refused:
    schema = _schema(tx, running)
    rules: list[CaseRule] = []
    for name, limit in sorted(asked.value_limits.items()):
        rule = value_limit(schema, name, Above(limit=limit))
        if isinstance(rule, Refused):
            return rule
        rules.append(rule)
    return Wish(
        threshold=asked.threshold,
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


def _write(  # noqa: PLR0913 - one act, all its circumstances
    tx: Tx, use_case: UseCase, was: ActiveMandate, made: ActiveMandate, *, by: PersonId, why: str, now: datetime
) -> Narrowed | Refused:
    if made.limits is None:
        message = f"Mandate {made.id!r} was narrowed to nothing in particular."
        raise ValueError(message)
    tested = looks.by_id(tx, made.terms.look).look.thresholds
    narrowing = Narrowing(
        mandate=made.id,
        number=made.limits.narrowing,
        changed=changes(was, made),
        certified=is_certified(made.terms.scope, made.scope, tested),
        by=by,
        at=now,
        why=why,
    )
    narrowings.add(tx, made, made.limits, narrowing)
    facts: dict[str, Json] = {"mandate": made.id, "number": narrowing.number, "changed": narrowing.changed}
    facts["certified"] = narrowing.certified
    tx.record(entry("mandate.narrowed", by=by, now=now, use_case=use_case, **facts))
    return Narrowed(mandate=made, narrowing=narrowing)
