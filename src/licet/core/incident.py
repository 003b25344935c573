"""An incident: something went wrong with a mandate, and what was done about it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.ids import MandateId, UseCaseSlug

KINDS: Mapping[str, str] = {
    "watch_tripped": "Audits found more errors than the mandate allows.",
    "stopped_by_person": "A person suspended the mandate.",
    "audits_used_up": "The planned audits were used up, and nothing would have watched the mandate any longer.",
    "audits_late": "Too many audits were late, and nothing was decided alone until people had caught up.",
    "risk_raised": "The risk answers changed, and the tier became stricter than the one the mandate was granted under.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happened, to which mandate, and in which words the owner is told. `kind` is one of `KINDS`."""

    use_case: UseCaseSlug
    mandate: MandateId
    kind: str
    says: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something the outside must be told after the transaction that caused it. `to` is a person's id."""

    to: str
    subject: str
    body: str
