"""Cannot tell: an answer of its own that goes to somebody senior, and against AI where nobody can say whether AI was right."""

from pathlib import Path

from licet.core.audit import WAITS_WITHIN, Agreed, CannotTell
from licet.core.cannot_tell import ON_AI, Next, next_of
from licet.core.desk import HELD_FOR, Commit, Handed, NothingWaits
from licet.core.people import Person, Role
from licet.core.review import ReviewKind
from licet.flows.audit import audit_status
from licet.flows.cannot_tell import cannot_tell
from licet.flows.desk import next_case
from licet.flows.grant import Wishes
from licet.flows.hold import commit, take_effect
from licet.flows.read_on import waiting_for
from licet.store import audits
from licet.testing import World, done, past_cases, truth_of
from tests.flows.examples import MAILS, of_word

ALL = Wishes(audit_rate=1.0, planned_audits=400)


def handed(world: World, by: Person) -> Handed:
    found = next_case(world.office, by, name=MAILS)
    assert isinstance(found, Handed), found
    return found


def cannot(world: World, by: Person, case: Handed) -> None:
    assert cannot_tell(world.office, by, token=case.token, lease=case.lease.name, why="smudged") is None


def test_what_a_senior_cannot_tell_either_counts_against_ai_and_leaves_no_hard_case_out(tmp_path: Path) -> None:
    """Breaks when *cannot tell* leaves the sample: the watch would see easy cases alone."""
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        sara, rosa = world.person("sara", Role.SENIOR_REVIEWER), world.person("rosa", Role.REVIEWER)
        world.submit(MAILS, past_cases(2, name="live"))
        world.clock.pass_time(WAITS_WITHIN)
        case = handed(world, world.reviewer)
        cannot(world, world.reviewer, case)
        assert (waiting_for(world.office, rosa), waiting_for(world.office, sara)) == (1, 2), "what somebody could not tell is for seniors"
        first, second = handed(world, sara), handed(world, sara)
        assert case.token in {first.token, second.token}
        mine, other = (first, second) if first.token == case.token else (second, first)
        said = Commit(token=other.token, lease=other.lease.name, answer=truth_of(other.body), key="k")
        commit(world.office, sara, said)
        world.clock.pass_time(HELD_FOR)
        take_effect(world.office)
        cannot(world, sara, mine)
        with world.office.book.read() as tx:
            rows = audits.every(tx, world.mandate(MAILS).id)  # type: ignore[union-attr] # it is active
        assert {type(row.outcome) for row in rows} == {Agreed, CannotTell}
        found = done(audit_status(world.office, name=MAILS))
        assert (found.answered, found.errors, found.waiting) == (2, 1, 0)
        assert next_case(world.office, rosa, name=MAILS) == NothingWaits()
        (event,) = [one for one in of_word(world, "audit.answered") if one.facts.get("cannot_tell")]
        assert (event.by, event.facts["agreed"]) == (sara.id, False)
        assert not any(b"smudged" in entry for entry in world.entries())


def test_without_a_senior_it_counts_at_once_and_a_case_that_people_decide_waits_on_for_others(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS, wishes=ALL)
        rosa = world.person("rosa", Role.REVIEWER)
        world.submit(MAILS, past_cases(1, name="live"))
        world.clock.pass_time(WAITS_WITHIN)
        cannot(world, world.reviewer, handed(world, world.reviewer))
        assert done(audit_status(world.office, name=MAILS)).errors == 1
        world.submit(MAILS, past_cases(1, name="unsaid", unsure=1))
        case = handed(world, world.reviewer)
        cannot(world, world.reviewer, case)
        assert handed(world, rosa).token == case.token
        assert done(audit_status(world.office, name=MAILS)).drawn == 1


def test_what_becomes_of_it_by_why_it_was_asked() -> None:
    assert next_of(None, senior=True) is Next.NOBODY, "a planted case is this person's alone"
    for kind in ReviewKind:
        alone = next_of(kind, senior=False)
        assert alone is (Next.AGAINST_AI if kind in ON_AI else Next.OTHERS)
        assert next_of(kind, senior=True) is (Next.OTHERS if kind is ReviewKind.ADJUDICATION else Next.SENIOR)
