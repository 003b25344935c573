"""The catalogue of obligations, and which of them concern a use case."""

from collections.abc import Mapping

from licet.core.obligation import Obligation
from licet.core.obligations_chosen import ISO_42001, NIST_AI_RMF
from licet.core.obligations_eu import EU_AI_ACT
from licet.core.risk import RiskAnswers

EDITION = "2026-11-28"
"""The day on which the catalogue was last held against its sources."""

CATALOGUE: tuple[Obligation, ...] = (*EU_AI_ACT, *NIST_AI_RMF, *ISO_42001)
"""All obligations, laws first."""

MEANINGS: Mapping[str, str] = {
    one.id: f"{one.source.value}, {one.place} ({', '.join(one.concerns)}), from {one.applies_from.isoformat()}: {one.says} "
    f"Evidence for it: {', '.join(one.evidence)}." + (f" To check: {one.check}" if one.check else "")
    for one in CATALOGUE
}
"""Every obligation in words; the reference is written from it."""


def concerning(answers: RiskAnswers | None) -> tuple[Obligation, ...]:
    """The obligations that concern a use case with these answers; None: all there are. What is unknown counts as the harshest answer."""
    return CATALOGUE if answers is None else tuple(one for one in CATALOGUE if one.touches(answers))
