"""An obligation: something that a law or a framework asks of an organisation that uses AI, in our own words, and what Licet shows for it.

Licet gives evidence for an obligation. Whether it is fulfilled, people say who know the law and the organisation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from licet.core.risk import RiskAnswers

DISCLAIMER = "Evidence for obligations, in our own words; no legal advice, and no claim that an obligation is fulfilled."
"""Stands wherever obligations are listed."""


class Source(StrEnum):
    """Who asks."""

    EU_AI_ACT = "EU AI Act"
    NIST_AI_RMF = "NIST AI RMF 1.0"
    ISO_42001 = "ISO/IEC 42001:2023"

    @property
    def law(self) -> bool:
        """Whether it is a law; the others are taken on by choice."""
        return self is Source.EU_AI_ACT


class Party(StrEnum):
    """Whom it concerns, in the words of the EU AI Act."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"


class Kind(StrEnum):
    """A kind of evidence that Licet produces by itself; the list is closed."""

    STANDARD = "locked standard"
    VERDICT = "verdict with bounds"
    LEDGER = "audit trail in the ledger"
    MANDATE = "mandate terms"
    STOP = "stop and its drills"
    PACK = "evidence pack"
    REVIEWS = "blind reviews"
    AUDITS = "blind audits and the watch"
    INCIDENTS = "incidents"
    CORRECTIONS = "corrections of decisions"
    ERASURE = "erasure"
    RISK = "risk answers"
    APPROVALS = "approvals"
    NONE = "none"


SHOWN_BY: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.STANDARD: "What good means, locked by two people before any result was seen: `licet standard show`.",
        Kind.VERDICT: "Met, not met or undecided on sealed cases, with a valid bound on the error: `licet evaluate`.",
        Kind.LEDGER: "What happened, when, by whom, and on which versions, in a log that shows when it was changed: `licet ledger verify`.",
        Kind.MANDATE: "Which exact system decides which cases alone, how many, until when: `licet mandate show`.",
        Kind.STOP: "Who stopped AI and when, and that it worked: `licet stop status`.",
        Kind.PACK: "One file that a stranger verifies offline: `licet evidence export`.",
        Kind.REVIEWS: "What people answered before they saw what AI said: `licet cases answer`.",
        Kind.AUDITS: "What blind audits of cases decided alone found, and the bound they feed: `licet audit status`.",
        Kind.INCIDENTS: "Each suspension, what caused it, and that the owner was told: `licet mandate show`, the ledger.",
        Kind.CORRECTIONS: "Decisions that a person changed, with a reason: `licet cases correct`.",
        Kind.ERASURE: "Cases whose content nobody can read any more, and that the rest is still provable: `licet cases erase`.",
        Kind.RISK: "What was answered about the use case, by whom and when, and the tier that followed: `licet risk show`.",
        Kind.APPROVALS: "Who said yes to which exact version: `licet gate show`.",
        Kind.NONE: "Licet produces nothing for it.",
    }
)
"""What each kind of evidence is, and which command shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One line of the catalogue.

    Attributes:
        id: its name here, never given to another.
        source: who asks.
        place: where: an article, a subcategory, a clause or a control.
        says: what is asked, in our own words.
        concerns: whom.
        applies_from: from this day on; of a framework, the day it was published.
        when: pairs of a risk question and an answer; it concerns use cases that answered any of them at least so; none: all use cases.
        evidence: what Licet produces for it; `NONE` alone where that is nothing.
        check: what of this entry must be checked by somebody who knows; empty where nothing is known to be unsure.
    """

    id: str
    source: Source
    place: str
    says: str
    concerns: tuple[Party, ...]
    applies_from: date
    evidence: tuple[Kind, ...]
    when: tuple[tuple[str, str], ...] = ()
    check: str = ""

    def touches(self, answers: RiskAnswers) -> bool:
        """Whether it concerns a use case with these answers; what is unknown counts as the harshest answer."""
        return not self.when or any(answers.at_least(question, answer) for question, answer in self.when)

    def applies(self, on: date) -> bool:
        """Whether it applies on a day."""
        return on >= self.applies_from
