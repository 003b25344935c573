"""Looking at a desk: what waits, what is in whose hands, what is overdue; and how far one case of it is."""

from licet.core.desk import DeskStatus, TaskState
from licet.core.people import Act, Actor, Operator, Role
from licet.core.refusal import Refused
from licet.flows.office import Office, at_work_on, person_at_work_on
from licet.flows.roles import everybody_here
from licet.store import desk_load

SEES = {True: Act.LOOK, False: Act.REVIEW}
"""What it takes to see how a desk stands: whoever runs the machine could read the database as well; people take part in reviewing."""

NOT_THERE = Refused(code="not_on_the_desk", why="There is no such case on this desk.", remedy="Give the `token` that came with the case.")


def desk_status(office: Office, by: Actor, *, name: str) -> DeskStatus | Refused:
    """How a use case's desk stands, with the load of everybody who reviews there; for those who review, and whoever runs the command.

    Audits wait among the others. Somebody who sends a case and sees the queue grow, though AI decided it, would know that it was drawn:
    so nobody who only builds or looks is told.
    """
    with office.book.read() as tx:
        there = at_work_on(office, tx, by, SEES[isinstance(by, Operator)], name=name)
        if isinstance(there, Refused):
            return there
        use_case, _ = there
        reviewers = [one for one in everybody_here(tx, use_case) if one.has(Role.REVIEWER, Role.SENIOR_REVIEWER)]
        return desk_load.status(tx, use_case, reviewers, office.clock.now())


def task_state(office: Office, by: Actor, *, name: str, token: str) -> TaskState | Refused:
    """How far a case on the desk is, told the same for each kind of task."""
    with office.book.read() as tx:
        there = person_at_work_on(office, tx, by, Act.REVIEW, name=name)
        if isinstance(there, Refused):
            return there
        return desk_load.state_of(tx, there[0], token, office.clock.now()) or NOT_THERE
