"""Rules an organisation gives itself: policy and gates, as text; a change is proposed by one person and approved by another."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.canonical import digest
from licet.core.ids import Digest, PersonId
from licet.core.people import Person
from licet.core.refusal import Refused

LONGEST_RULES = 200_000
"""Most characters of one kind's rules."""


class RuleKind(StrEnum):
    """What rules are about."""

    POLICY = "policy"
    GATES = "gates"


class NotRulesError(ValueError):
    """A text cannot be rules: it is too long, or says what the rules' form does not know."""


def rules_digest(kind: RuleKind, text: str) -> Digest:
    """Names rules by what they say: what an approval is bound to, and what acts that stood on them record."""
    return Digest(digest({"kind": kind.value, "text": text}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRules:
    """Rules somebody asks for; they change nothing yet.

    Attributes:
        kind: what they are about.
        version: counts the proposals of a kind, from 1.
        text: all the organisation's rules of this kind, as they are to be; they replace those before.
    """

    kind: RuleKind
    version: int
    text: str
    proposed_by: PersonId
    proposed_at: datetime

    @property
    def digest(self) -> Digest:
        """What an approval is bound to."""
        return rules_digest(self.kind, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """Rules that hold from `at` on, until others take their place. `approved_by` is None where they only tightened, which took no yes."""

    proposed: ProposedRules
    approved_by: PersonId | None
    at: datetime

    @property
    def kind(self) -> RuleKind:
        """What they are about."""
        return self.proposed.kind

    @property
    def version(self) -> int:
        """Their number."""
        return self.proposed.version

    @property
    def text(self) -> str:
        """What they say."""
        return self.proposed.text

    @property
    def digest(self) -> Digest:
        """Their name by what they say."""
        return self.proposed.digest


def check_rules_text(text: str) -> None:
    """Refuses a text that no rules can be.

    Raises:
        NotRulesError: names the limit.
    """
    if len(text) > LONGEST_RULES:
        raise NotRulesError(f"Rules of {len(text):,} characters; they may have {LONGEST_RULES:,} at most. Take out what is not needed.")
    if "\x00" in text:
        raise NotRulesError("The rules hold a zero character, which no text does. Write them anew.")


def second(asked: Digest, proposed: ProposedRules | None, by: Person, *, now: datetime) -> RulesInForce | Refused:
    """Puts proposed rules in force with a second person's yes to exactly what they say.

    Args:
        asked: the digest the person says yes to.
        proposed: the proposal that is open under this digest; None where there is none.
        by: who approves; never the one who proposed.
        now: when.
    """
    if proposed is None or proposed.digest != asked:
        why = f"No change of rules with digest {asked!r} is proposed now."
        return Refused(code="digest_mismatch", why=why, remedy="Read what is proposed, and approve the digest it shows.")
    if proposed.proposed_by == by.id:
        why = f"{by.email!r} proposed this change and may not approve it."
        return Refused(code="same_person", why=why, remedy="Let another person of risk approve it.")
    return RulesInForce(proposed=proposed, approved_by=by.id, at=now)
