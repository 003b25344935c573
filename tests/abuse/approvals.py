"""Attacks on approvals: a yes to one's own work, and a thousand of them at the same moment."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from licet.core.approval import PassedRequest
from licet.testing import World, worlds_on
from tests.abuse.count import Count, Ground
from tests.cluster import missing
from tests.flows.approving import Crowd, asked, crowd, met, request
from tests.flows.examples import of_word
from tests.security.self_approval import ROUTES

PEOPLE, AT_ONCE = 1_000, 50
"""How many approve one request in the full run, and how many threads carry them."""

ANSWERS = frozenset({"request_not_open", "already_done", "not_what_was_asked", "nothing_to_approve"})


def self_approval(ground: Ground) -> Count:
    """Everything somebody can try to be their own second pair of eyes."""
    count = Count(more={"routes": len(ROUTES)})
    for name, route in ROUTES.items():
        with World(ground.folder / name) as world:
            count.saw(name, succeeded=route(world))
            granted = of_word(world, "mandate.granted")
            count.saw(f"{name}: a mandate in the ledger", succeeded=bool(granted))
    return count


def approvals_at_once(ground: Ground) -> Count:
    """A crowd says yes to one request at the same moment, each of them twice, with and without a risk answer that changes meanwhile."""
    people = ground.size(PEOPLE, least=16)
    count = Count(more={"at_once": min(AT_ONCE, people)})
    for database in ("sqlite", "postgresql"):
        if database == "postgresql" and ground.cluster is None:
            count.skipped.append(f"PostgreSQL: {missing()}")
            continue
        for voided in (False, True):
            where = f"{database}{', voided meanwhile' if voided else ''}"
            with _database(ground, database), World(ground.folder / where.replace(", ", "-").replace(" ", "-")) as world:
                count.more[where] = _crowd(count, world, where, people=people, voided=voided)
    return count


def _crowd(count: Count, world: World, where: str, *, people: int, voided: bool) -> dict[str, object]:
    met(world)
    digest = asked(world)

    def void() -> None:
        world.assess("mails", money="up_to_100")

    found = crowd(world, digest, people=people, threads=min(AT_ONCE, people), twice=True, meanwhile=void if voided else None)
    for name, wrong in wrongs(found, world, voided=voided).items():
        count.saw(f"{where}: {name}", succeeded=wrong)
    count.tried += 2 * people
    return {"given": found.given, "passed": found.passed, "refused": dict(found.refused)}


def wrongs(found: Crowd, world: World, *, voided: bool) -> dict[str, bool]:
    """What must not have come of a crowd."""
    passed = {0, 1} if voided else {1}
    yes = request(world).request.given
    return {
        "it did not pass exactly once": found.passed not in passed,
        "an approval was counted twice": found.given != found.recorded or len({one.by for one in yes}) != len(yes),
        "somebody was told neither yes nor no": found.without_answer > 0,
        "a request that is void counts as passed": voided and isinstance(request(world), PassedRequest),
    }


@contextmanager
def _database(ground: Ground, name: str) -> Iterator[None]:
    with ExitStack() as stack:
        if name == "postgresql" and ground.cluster is not None:
            stack.enter_context(worlds_on(stack.enter_context(ground.cluster.lending())))
        yield
