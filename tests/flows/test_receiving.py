"""What a program sends is taken in once and followed as it stands, on either database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import Choice
from licet.core.case import CaseState
from licet.core.history import PastCase
from licet.core.token import TokenScope
from licet.core.use_case import UseCase
from licet.flows.correct import correct_decision
from licet.flows.erase import erase_case
from licet.flows.follow import follow_case, list_cases, mandate_now, routed_by_now, watch_now
from licet.flows.intake import Batch
from licet.flows.issue_tokens import Admitted, TokenWish, admit, list_tokens, new_token, revoke_token
from licet.flows.readiness import NotReady, Ready, check_readiness
from licet.flows.receive import KEPT, Parcel, Proposing, Received, forget_requests, receive_batch, receive_case, receive_proposed
from licet.flows.report import gather
from licet.flows.speakers import Speakers
from licet.pretend import START
from licet.store import duties, use_cases
from licet.testing import World, done, past_cases, vendor
from tests.flows.examples import MAILS, code
from tests.web.serving import VERSION, journey

WISH = TokenWish(name="a program", scopes=frozenset(TokenScope), use_case=MAILS, lasts=timedelta(days=30))
LIVE = past_cases(20, unsure=10, name="live")


def entered(world: World) -> Admitted:
    """A program that was let in."""
    made = done(new_token(world.office, world.owner, WISH))
    return done(admit(world.office, made.text, TokenScope.CASES_WRITE, name=MAILS))


def key(name: str | None, body: str = "body") -> Parcel:
    """A request with this key."""
    return Parcel(key=name, digest=body.ljust(64, "0"))


def send(world: World, let: Admitted, row: PastCase, parcel: Parcel) -> Received:
    """Sends a case with its proposal."""
    return done(receive_proposed(world.office, let.by, let.use_case, Proposing(row=row, card=vendor(VERSION), speakers=Speakers()), parcel))


def use_case(world: World) -> UseCase:
    """The use case."""
    with world.office.book.read() as tx:
        return use_cases.require(tx, MAILS)


def test_a_request_that_is_sent_again_is_done_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        journey(world, MAILS)
        let = entered(world)
        row = replace(LIVE[0], external_id=None)
        first, again = (send(world, let, row, key("k")) for _ in range(2))
        assert (first.repeated, again.repeated) == (False, True)
        assert first.followed.case == again.followed.case
        other = receive_case(world.office, let.by, let.use_case, row, key("k", "another"))
        assert code(other) == "idempotency_conflict"
        batch = Batch(name=MAILS, rows=LIVE[1:5], card=vendor(VERSION), source="")
        sent = [done(receive_batch(world.office, let.by, batch, key("b"))) for _ in range(2)]
        assert [[one.repeated for one in each] for each in sent] == [[False] * 4, [True] * 4]


def test_a_key_counts_for_one_token_and_for_a_week(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        journey(world, MAILS)
        one, other = entered(world), entered(world)
        row = replace(LIVE[0], external_id=None)
        assert send(world, one, row, key("k")).followed.case.number != send(world, other, row, key("k", "other")).followed.case.number
        assert forget_requests(world.office) == 0
        world.clock.pass_time(KEPT)
        assert forget_requests(world.office) == 2


def test_cases_are_followed_in_pages_by_state(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        journey(world, MAILS)
        let = entered(world)
        sent = [send(world, let, row, key(None)).followed.case for row in LIVE]
        done(receive_case(world.office, let.by, let.use_case, replace(LIVE[0], external_id="queued", posted=None), key(None)))
        expected = {
            None: 21, CaseState.QUEUED: 1, CaseState.WAITING: 10, CaseState.DECIDED: 10, CaseState.ALONE: 10, CaseState.TO_PERSON: 10,
        }  # fmt: skip
        found = {state: len(list_cases(world.office, let.use_case, state, after=0, limit=100)) for state in expected}
        assert found == expected
        numbers = [one.case.number for one in list_cases(world.office, let.use_case, None, after=sent[4].number, limit=3)]
        assert numbers == [one.number for one in sent[5:8]]
        assert routed_by_now(world.office, [one.number for one in sent[:3]] + [10**9]) == {one.number for one in sent[:3]}
        by_name = done(follow_case(world.office, let.use_case, name=str(sent[0].name)))
        assert by_name == done(follow_case(world.office, let.use_case, name=str(sent[0].number)))
        assert code(follow_case(world.office, let.use_case, name="9" * 40)) == "not_there"


def test_a_corrected_answer_is_the_one_that_counts_wherever_it_is_asked_for(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        journey(world, MAILS)
        let = entered(world)
        name = str(send(world, let, LIVE[1], key(None)).followed.case.name)
        for said in ("no", "perhaps"):
            done(correct_decision(world.office, world.reviewer, name=MAILS, case=name, answer=Choice(value=said), why="it was read wrong"))
        found = done(follow_case(world.office, let.use_case, name=name))
        (listed,) = list_cases(world.office, let.use_case, CaseState.DECIDED, after=0, limit=9)
        assert found.answer == listed.answer == Choice(value="perhaps")
        assert found.case.decided is not None
        assert found.case.decided.answer == Choice(value="yes")
        assert [(one.answer, one.by) for one in found.corrections] == [
            (Choice(value="no"), world.reviewer.id),
            (Choice(value="perhaps"), world.reviewer.id),
        ]
        done(erase_case(world.office, world.owner, name=MAILS, case=name))
        (erased,) = list_cases(world.office, let.use_case, None, after=0, limit=9)
        assert (erased.answer, erased.case.name) == (None, None)


def test_a_past_case_is_not_followed(tmp_path: Path) -> None:
    """Breaks when a program can read history, sealed cases among it, by number or by name."""
    with World(tmp_path) as world:
        journey(world, MAILS)
        for name in ("1", "mails-0"):
            assert code(follow_case(world.office, use_case(world), name=name)) == "not_there"
        assert list_cases(world.office, use_case(world), None, after=0, limit=10) == []


def test_asking_writes_nothing_and_a_mandate_whose_time_is_over_is_expired(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(mandate_now(world.office, use_case(world))) == "no_mandate"
        assert code(watch_now(world.office, use_case(world))) == "mandate_not_active"
    with World(tmp_path / "other") as world:
        journey(world, MAILS)
        entries = len(world.entries())
        assert type(done(mandate_now(world.office, use_case(world)))).__name__ == "ActiveMandate"
        assert done(watch_now(world.office, use_case(world))).counted == 0
        world.clock.pass_time(timedelta(days=400))
        assert type(done(mandate_now(world.office, use_case(world)))).__name__ == "ExpiredMandate"
        assert code(watch_now(world.office, use_case(world))) == "mandate_not_active"
        assert len(world.entries()) == entries


def test_a_token_lets_in_until_it_ends(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        made, other = (done(new_token(world.office, world.owner, WISH)) for _ in range(2))
        assert [one.token.id for one in list_tokens(world.office)] == [made.token.id, other.token.id]
        done(revoke_token(world.office, world.owner, name=other.token.id))
        assert code(admit(world.office, other.text, TokenScope.STOP, name=MAILS)) == "token_not_valid"
        assert done(admit(world.office, made.text, TokenScope.STOP, name=MAILS)).by.token == made.token.id
        world.clock.pass_time(WISH.lasts)
        assert code(admit(world.office, made.text, TokenScope.STOP, name=MAILS)) == "token_not_valid"


def test_what_programs_did_is_in_a_pack_that_holds(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        journey(world, MAILS)
        let = entered(world)
        for row in LIVE[:3]:
            send(world, let, row, key(None))
        pack = done(gather(world.office, world.risk, name=MAILS))
        assert b"token:" + let.by.token.encode() in b"".join(pack.documents.values()) + b"".join(world.entries())


@pytest.mark.parametrize(("seen", "ready"), [(None, False), (timedelta(seconds=5), True), (timedelta(minutes=5), False)])
def test_a_server_is_ready_while_a_worker_is_seen(tmp_path: Path, seen: timedelta | None, *, ready: bool) -> None:
    with World(tmp_path) as world:
        assert check_readiness(world.office, worker_within=None) == Ready()
        if seen is not None:
            with world.office.book.write() as tx:
                duties.seen(tx, "w", started_at=START, now=world.clock.now() - seen, version="0")
        found = check_readiness(world.office, worker_within=timedelta(seconds=30))
        assert isinstance(found, Ready if ready else NotReady)
