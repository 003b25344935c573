"""An evidence pack's plan: what it is about, and what is left out of it for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.ids import CaseNumber
from licet.core.people import Actor, Person, Role
from licet.core.refusal import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeUseCase:
    """Everything of a use case, and of the installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCase:
    """One case, and everything of the use case and the installation that is about no case: what its decision stood on."""

    number: CaseNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePeriod:
    """What happened from a moment on and before another, and who the people are that acted then."""

    since: datetime
    until: datetime


Scope = WholeUseCase | OneCase | OnePeriod


def scope_to_json(scope: Scope) -> dict[str, Json]:
    """What a pack's manifest says it is about."""
    match scope:
        case WholeUseCase():
            return {"of": "use case"}
        case OneCase(number=number):
            return {"of": "case", "case_number": number}
        case OnePeriod(since=since, until=until):
            return {"of": "period", "from": since.isoformat(), "until": until.isoformat()}


class Part(StrEnum):
    """What may be left out of a pack."""

    OPEN_REASONS = "open_reasons"
    ALONE_ANSWERS = "alone_answers"
    AUDIT_ORDER = "audit_order"


MEANINGS: Mapping[Part, tuple[str, str]] = {
    Part.OPEN_REASONS: (
        "entries case.routed of cases that wait for a person",
        "they tell what the system thought of a case before a person has answered it",
    ),
    Part.ALONE_ANSWERS: (
        "answers and corrections of cases that AI decided alone",
        "each of them may still be asked about in a blind audit while its mandate lasts",
    ),
    Part.AUDIT_ORDER: (
        "places of audits in the order in which they were drawn",
        "gaps between them tell how many audits wait for an answer",
    ),
}
"""What each part is, and why it may be left out; the manifest of a pack says both."""

NEVER: Mapping[str, str] = {
    "answers of sealed cases": "until their owner opens them they are nobody's to see",
    "which cases wait for a blind audit": "whether a case was audited is unknown until it is answered",
    "what cases say": "a pack goes to strangers",
}
"""What no pack holds, whoever it is for."""

LEFT_OUT: Mapping[Role, frozenset[Part]] = {
    Role.AUDITOR: frozenset(),
    Role.RISK: frozenset(),
    Role.OWNER: frozenset(Part),
    Role.BUILDER: frozenset(Part),
    Role.REVIEWER: frozenset(Part),
    Role.SENIOR_REVIEWER: frozenset(Part),
    Role.ADMIN: frozenset(Part),
}
"""What is left out for whom. Who may be asked for a blind answer, and who builds what is judged, does not see what would tell."""

OPERATOR = "operator"
"""Whoever acts without a name: nothing is known of them, so everything that can be left out is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A pack for somebody: for which role, and what is left out of it."""

    role: str
    left_out: frozenset[Part]

    def has(self, part: Part) -> bool:
        """Whether a part is in."""
        return part not in self.left_out


def view_for(actor: Actor, reader: Role | None) -> View | Refused:
    """Says what a pack may hold.

    Args:
        actor: who exports. Of several roles the narrowest counts: two roles of one person are one person.
        reader: for whom; None: for whoever exports.

    Returns:
        The view, or `Refused` with `not_permitted` where the reader's would hold more than the exporter may see.
    """
    own = _own(actor)
    if reader is None:
        return own
    wanted = View(role=reader.value, left_out=LEFT_OUT[reader])
    if not own.left_out <= wanted.left_out:
        why = f"A pack for {reader.value!r} holds more than {own.role!r} may see."
        return Refused(code="not_permitted", why=why, remedy="Let risk or an auditor export it.")
    return wanted


def _own(actor: Actor) -> View:
    if not isinstance(actor, Person) or not actor.roles:
        return View(role=OPERATOR, left_out=frozenset(Part))
    narrowest = max(sorted(actor.roles), key=lambda role: len(LEFT_OUT[role]))
    return View(role=narrowest.value, left_out=frozenset(part for role in actor.roles for part in LEFT_OUT[role]))


def view_to_json(view: View, counts: Mapping[Part, int]) -> dict[str, Json]:
    """What a pack's manifest says of what is left out.

    Args:
        view: whom it is for.
        counts: how much was left out, by part; those of which nothing was there to leave out are not named.
    """
    left: list[Json] = [
        {"part": part.value, "what": MEANINGS[part][0], "why": MEANINGS[part][1], "count": count}
        for part, count in sorted(counts.items())
        if count
    ]
    return {"role": view.role, "left_out": left, "never": [f"{what}: {why}" for what, why in NEVER.items()]}
