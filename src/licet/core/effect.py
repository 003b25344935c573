"""An effect: what happens in the world after a decision, told to the use case's own code or to a webhook."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from licet.core.answer import Answer, answer_to_json
from licet.core.canonical import Json, canonical_bytes
from licet.core.ids import CaseNumber, UseCaseSlug

KEY_LENGTH = 40
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 36
"""Attempts until an effect is dead: with waits from 1 s, doubled up to an hour, that is about a day."""

LONGEST_TIMEOUT = timedelta(seconds=15)
"""The most that one attempt may take: the lease of whoever delivers outlasts it."""

LEASE = timedelta(seconds=20)
"""How long an effect belongs to whoever took it: one that a killed process held is taken again after it."""


class Way(StrEnum):
    """How a decision takes effect. What the folder says at delivery counts; this is what it said when the case was decided."""

    CALLABLE = "callable"
    WEBHOOK = "webhook"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEffect:
    """It has not arrived yet. `last_error` says why the last attempt failed; None before the first."""

    ready_at: datetime
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredEffect:
    """It arrived."""

    at: datetime


class Death(StrEnum):
    """Why an effect is not tried again by itself."""

    REFUSED = "refused_by_receiver"
    USED_UP = "attempts_used_up"
    ERASED = "case_erased"
    NOWHERE = "no_receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEffect:
    """It is not tried again by itself; a person may replay it."""

    at: datetime
    death: Death
    why: str


EffectState = WaitingEffect | DeliveredEffect | DeadEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The receiver said that it took the effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The effect did not arrive, as far as we know.

    Attributes:
        why: a sentence without anything of the case or of what the receiver said.
        retry: whether trying again can help.
        after: how long the receiver asks to be left alone; None where it asks for nothing.
    """

    why: str
    retry: bool
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """There is nothing to deliver, or nobody to deliver it to."""

    death: Death
    why: str


Outcome = Delivered | Failed | Undeliverable


def next_state(outcome: Outcome, *, attempts: int, jitter: float, now: datetime) -> EffectState:
    """What becomes of an effect after an attempt.

    Args:
        outcome: of the attempt.
        attempts: before this one.
        jitter: chance in [0, 1), so that those that failed together are not tried again together.
        now: the moment after the attempt.
    """
    match outcome:
        case Delivered():
            return DeliveredEffect(at=now)
        case Undeliverable(death=death, why=why):
            return DeadEffect(at=now, death=death, why=why)
        case Failed(retry=False, why=why):
            return DeadEffect(at=now, death=Death.REFUSED, why=why)
        case Failed(why=why) if attempts + 1 >= MOST_ATTEMPTS:
            return DeadEffect(at=now, death=Death.USED_UP, why=why)
        case Failed(why=why, after=after):
            wait = max(wait_after(attempts + 1, jitter), min(after or timedelta(0), LONGEST_WAIT))
            return WaitingEffect(ready_at=now + wait, attempts=attempts + 1, last_error=why)
        case _:
            assert_never(outcome)


def wait_after(attempts: int, jitter: float) -> timedelta:
    """The wait after so many failed attempts: doubled each time, a quarter more or less by chance, an hour at most.

    Source: exponential backoff with jitter, M. Brooker, AWS Architecture Blog, 2015.
    """
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 12))
    return min(doubled * (0.75 + jitter / 2), LONGEST_WAIT)


def idempotency_key(installation: str, case: CaseNumber, number: int, at: datetime) -> str:
    """The name under which a receiver knows an effect, whenever and however often it is told of it.

    It is made once, from nothing secret and nothing personal, and stored. The moment is in it because a number is given again
    when an older backup is restored, and another case's effect must not be taken for this one's.

    Args:
        installation: its public key.
        case: whose effect it is.
        number: 1 for the decision, n + 1 for its n-th correction.
        at: when it was decided, or corrected.

    Returns:
        40 hexadecimal digits.
    """
    named: list[Json] = [installation, case, number, at.isoformat()]
    return hashlib.sha256(canonical_bytes(named)).hexdigest()[:KEY_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectMessage:
    """What a receiver is told of one effect.

    Attributes:
        key: the idempotency key.
        number: 1 for the decision, n + 1 for its n-th correction.
        external_id: the outside name of the case.
        decided_by: `mandate` or `person`; never who.
        at: when it was decided, or corrected.
        versions: what the decision stood on.
        corrected: the answer that counted before; None for the decision itself.
    """

    use_case: UseCaseSlug
    case: CaseNumber
    number: int
    key: str
    external_id: str | None
    answer: Answer
    decided_by: str
    at: datetime
    versions: Mapping[str, Json]
    corrected: Answer | None


BY_AI, BY_PERSON = "mandate", "person"
"""Who decided, as receivers are told."""


def message_to_json(message: EffectMessage) -> Mapping[str, Json]:
    """Writes an effect as its receiver reads it."""
    before = message.corrected
    return {
        "key": message.key,
        "use_case": message.use_case,
        "case_number": message.case,
        "external_id": message.external_id,
        "answer": answer_to_json(message.answer),
        "decided_by": message.decided_by,
        "at": message.at.isoformat(),
        "versions": dict(message.versions),
        "effect": message.number,
        "corrects": None if before is None else {"effect": message.number - 1, "answer": answer_to_json(before)},
    }
