"""Saying who is right, for tests: somebody senior answers every case on which two people differ."""

from licet.core.desk import HELD_FOR, Commit, Revealed
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.hold import commit, keep_or_change, take_effect
from licet.flows.second import TwoAnswers, next_second_look
from licet.testing import World, truth_of


def clear(world: World, senior: Person) -> int:
    """Lets somebody senior tell the truth about every case on which two people differ; says about how many."""
    count = 0
    while isinstance(found := next_second_look(world.office, senior), TwoAnswers):
        case = found.handed
        said = commit(world.office, senior, Commit(token=case.token, lease=case.lease.name, answer=truth_of(case.body), key=case.token))
        assert not isinstance(said, Refused), said
        if isinstance(said, Revealed):
            assert not isinstance(keep_or_change(world.office, senior, held_id=said.id, answer=None), Refused)
        count += 1
    world.clock.pass_time(HELD_FOR)
    take_effect(world.office)
    return count
