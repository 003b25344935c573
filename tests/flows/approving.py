"""What tests of approvals start from: a proposal that is asked approval for, and a crowd that approves at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier

from licet.core.approval import AnyRequest, Approval, Subject
from licet.core.change import ChangeRule
from licet.core.ids import Digest
from licet.core.people import Identity, Person, Role
from licet.core.refusal import Refused
from licet.flows.affirm_risk import Affirmed, affirm_risk
from licet.flows.approve import approve_gate
from licet.flows.assess_risk import show_risk
from licet.flows.grant import Wishes, propose_mandate
from licet.pretend import ScriptedSystem
from licet.store import approvals, use_cases
from licet.testing import World, done, past_cases, promise, says_like
from tests.flows.examples import MAILS, of_word

WISHES = Wishes(audit_rate=1.0, daily_cap=500, planned_audits=400)


def met(
    world: World,
    count: int = 150,
    name: str = MAILS,
    *,
    version: str = "1",
    attempts: tuple[float, ...] = (0.5, 0.5),
    change: ChangeRule | None = None,
) -> None:
    """A use case of low risk with a met verdict of a scripted system, and all a gate asks for but approvals."""
    world.use_case(name, replace(promise(), attempts=attempts, change=change))
    rows = past_cases(count, name=name)
    world.systems.there[name] = ScriptedSystem(says=says_like(rows), version=version, parts={"prompt": "p", "weights": "a"})
    world.import_cases(name, rows, card=None)
    world.sign(name)
    assert world.evaluate(name).stored.word == "met"
    world.ready(name)


def asked(world: World, name: str = MAILS) -> Digest:
    """The builder asks for a mandate; gives what to approve."""
    done(propose_mandate(world.office, world.builder, name=name, wishes=WISHES))
    return world.asked(name)


def affirmed(world: World, name: str = MAILS, *, by: Person | None = None) -> Affirmed:
    """Risk, or whoever is named, affirms the risk answers as they stand."""
    answers = show_risk(world.office, name=name)
    assert answers is not None
    return done(affirm_risk(world.office, by or world.risk, name=name, digest=answers.digest))


def request(world: World, name: str = MAILS, subject: Subject = Subject.MANDATE) -> AnyRequest:
    """The newest request."""
    with world.office.book.read() as tx:
        found = approvals.newest(tx, use_cases.require(tx, name), subject)
    assert found is not None
    return found


def confirmed(person: Person) -> Person:
    """Somebody who has just shown once more who they are."""
    return replace(person, identity=Identity.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What came of approving at once.

    Attributes:
        given: how many were told that their yes was taken.
        refused: how many were told no, by code.
        without_answer: how many were told neither; of whom nobody may be.
        passed: how often the ledger says that the request passed.
        recorded: how many approvals the ledger holds.
    """

    given: int
    refused: Counter[str]
    without_answer: int
    passed: int
    recorded: int


def crowd(
    world: World, digest: Digest, *, people: int, threads: int, twice: bool = False, meanwhile: Callable[[], object] | None = None
) -> Crowd:
    """Lets many people say yes to one request at the same moment, and counts what each was told.

    Args:
        world: the world; the request is of its use case *mails*.
        digest: of the request.
        people: how many.
        threads: how many of them at once.
        twice: whether each says it a second time, at the same moment.
        meanwhile: what happens while they do; None: nothing.
    """
    saying: Sequence[Person] = [one for n in range(people) for one in [world.person(f"risk{n}", Role.RISK)] * (2 if twice else 1)]
    gate = Barrier(threads + (meanwhile is not None))

    def happen() -> None:
        if meanwhile is not None:
            gate.wait(timeout=60)
            meanwhile()

    def say(place: int) -> Approval | Refused | BaseException:
        try:
            if place < threads:
                gate.wait(timeout=60)
            return approve_gate(world.office, saying[place], name=MAILS, digest=digest)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is no answer
            return error

    with ThreadPoolExecutor(threads + 1) as pool:
        happening = pool.submit(happen)
        told = list(pool.map(say, range(len(saying))))
        happening.result()
    return Crowd(
        given=sum(isinstance(one, Approval) for one in told),
        refused=Counter(one.code for one in told if isinstance(one, Refused)),
        without_answer=sum(isinstance(one, BaseException) for one in told),
        passed=len(of_word(world, "approval.passed")),
        recorded=len(of_word(world, "approval.given")),
    )
