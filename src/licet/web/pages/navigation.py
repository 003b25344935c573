"""The navigation: which pages there are, and how many things wait on each for whoever looks."""

from collections.abc import Callable
from dataclasses import dataclass

from licet.core.people import Person
from licet.flows.answer_labels import labels_waiting
from licet.flows.investigate import count_incidents
from licet.flows.office import Office
from licet.flows.read_on import waiting_for
from licet.flows.second import second_looks_waiting
from licet.flows.see_approvals import waiting_for_yes
from licet.flows.see_contests import contests_waiting

Count = Callable[[Office, Person], int]
"""How many things wait there for a person; 0 shows no number. It must be quick: it is asked every half minute by everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page in the navigation.

    Attributes:
        key: what a page names itself with (`here`), so that its line is marked.
        title: what people call it.
        address: where it is.
        icon: its picture's name in `parts.html.j2`.
        count: how many things wait there; None: nothing is counted.
    """

    key: str
    title: str
    address: str
    icon: str
    count: Count | None = None


PLACES: tuple[Place, ...] = (
    Place(key="portfolio", title="Portfolio", address="/", icon="portfolio"),
    Place(key="review", title="Review", address="/review", icon="review", count=waiting_for),
    Place(key="second", title="Second look", address="/second-look", icon="second", count=second_looks_waiting),
    Place(key="labels", title="Labels", address="/labels", icon="label", count=labels_waiting),
    Place(key="contests", title="Contests", address="/contests", icon="flag", count=contests_waiting),
    Place(key="approvals", title="Approvals", address="/approvals", icon="approvals", count=waiting_for_yes),
    Place(key="practice", title="Practice", address="/practice", icon="practice"),
    Place(key="people", title="People", address="/people", icon="people"),
    Place(key="process", title="Process", address="/process", icon="process"),
    Place(key="monitoring", title="Monitoring", address="/monitoring", icon="monitoring"),
    Place(key="incident", title="Incidents", address="/incidents", icon="incident", count=count_incidents),
    Place(key="ledger", title="Ledger", address="/ledger", icon="ledger"),
)
"""In the order people see them. A page of yours is one line here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A place and how many things wait there."""

    place: Place
    count: int


def counted(office: Office, person: Person) -> list[Counted]:
    """Every place with its count, for a person."""
    return [Counted(place=place, count=0 if place.count is None else place.count(office, person)) for place in PLACES]
