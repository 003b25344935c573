"""A team's capacity as a page says it."""

from dataclasses import dataclass

from licet.core.capacity import Enough, Held, Short, capacity_in_words
from licet.core.people import Person
from licet.core.refusal import Unknown
from licet.flows.list_capacity import TeamCapacity

HARDLY = 0.001
"""A share of late cases below this is said to be below it: its digits are the model's, not the desk's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a card says of a team.

    Attributes:
        mark: enough, short or unknown; tone: of the mark.
        beside: what stands beside the number of those who are there.
        late: the share of cases that would be late, in words.
        says: a sentence.
        something: whether there are figures to show.
    """

    mark: str
    tone: str
    beside: str
    late: str
    says: str
    something: bool


def told_of(team: TeamCapacity) -> Told:
    """What a card says of a team."""
    there, held = team.capacity, team.held
    mark, tone = _mark(held)
    said = held.why if isinstance(held, Unknown) else capacity_in_words(there, held, late=team.late)
    needed = () if isinstance(held, Unknown) else ((held.needed or "no number", "needed" if held.needed else "is enough"),)
    beside = "".join(f" · {n} {why}" for n, why in (*needed, (there.unqualified, "not qualified"), (there.away, "away")) if n)
    known = [one for one in (there.cases, there.seconds, there.a_day) if not isinstance(one, Unknown)]
    return Told(mark=mark, tone=tone, beside=beside, late=_late(held), says=said[:1].upper() + said[1:], something=bool(known))


def _mark(held: Held) -> tuple[str, str]:
    match held:
        case Enough():
            return "enough", "good"
        case Short():
            return "short", "bad"
        case Unknown():
            return "unknown", "open"


def _late(held: Held) -> str:
    if isinstance(held, Unknown):
        return "Unknown"
    if isinstance(held, Short) and held.overrun:
        return "All"
    return "Under 0.1%" if held.late < HARDLY else f"{held.late:.1%}"


def qualified_in(team: TeamCapacity, person: Person) -> str:
    """What a table says of somebody's qualification."""
    if team.rule is None:
        return "not asked for"
    one = next((one for one in team.people if one.member.person.id == person.id), None)
    if one is None or not one.member.ready:
        return "not yet"
    return "ready" if one.until is None else f"until {one.until.day} {one.until:%b %Y}"
