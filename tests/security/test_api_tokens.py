"""Tokens: each opens what its scopes say, none opens what takes a person, and one that counts no longer opens nothing."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from licet.core.people import Act, Caller, Role
from licet.core.token import LONGEST_DAYS, NotATokenError, TokenScope
from licet.flows.issue_tokens import TokenWish, list_tokens, new_token, revoke_token
from licet.flows.office import allowed, allowed_person
from licet.testing import World, done
from licet.web.desk import Service
from licet.web.guard import AWAY, everywhere
from licet.web.metrics import Meter, metrics_routes
from tests.flows.examples import code, of_word
from tests.web.serving import AT, DESK, MAILS, Served, case, journey, problem, read_plain, serving, started
from tests.web.serving import code as said

OPEN = {"/health/live", "/health/ready"}
"""Addresses that anybody may ask."""

DOORS = {
    *("POST /api/v1/session", "POST /api/v1/account/link", "POST /api/v1/account/set-up"),
    *("GET /api/v1/session/oidc", "GET /api/v1/session/oidc/callback"),
}
"""Addresses for those who have yet to show who they are."""

PROGRAM = Caller(token="k_1", name="a program")  # noqa: S106 - a public id
WISH = TokenWish(name="a program", scopes=frozenset({TokenScope.CASES_READ}), use_case=MAILS, lasts=timedelta(days=1))
BODIES: Mapping[str, object] = {
    f"POST {AT}/cases": case("sent"),
    f"POST {AT}/cases/batch": {"cases": [case("sent")]},
    f"POST {AT}/stop": {"why": "a test"},
    f"POST {AT}/workflow/items": case("item", confidence=None),
    f"POST {AT}/cases/1/answer": {"answer": "yes"},
    f"POST {AT}/event-logs": {"events": []},
    f"POST {AT}/redesign/play": {"redesign": {"title": "As it is"}},
    f"POST {AT}/risk/affirm": {"digest": "0" * 64},
    f"POST {AT}/effects/replay": {"case": None},
    f"POST {AT}/outside-evidence": {"name": "x.csv", "content": ""},
    f"POST {AT}/cases/1/information": {"text": "a test"},
    "POST /v1/decisions": {"model": MAILS, "input": "sent", "questions": [{"type": "predicate", "instructions": "?"}]},
    "POST /v1/systemone": {"model": MAILS, "state": "sent", "questions": {"q": {"type": "noul"}}},
    "POST /api/v1/desk/next": {},
    "POST /api/v1/desk/in-hand": None,
    **{f"POST /api/v1/desk/cases/t_x/{act}": body for act, body in DESK.items()},
    "POST /api/v1/desk/answers/h_x/reconsider": {"answer": None},
    "POST /api/v1/desk/answers/h_x/withdraw": None,
    "POST /api/v1/desk/absence": {"starts_at": "2031-01-01T00:00:00Z", "ends_at": "2031-01-02T00:00:00Z"},
    "POST /api/v1/desk/absence/end": {},
    "POST /api/v1/desk/second-looks/next": {},
    f"POST {AT}/known-answers/t_x/contest": {"why": "a test"},
    f"POST {AT}/known-answers/t_x/settle": {"answer": "yes"},
    f"POST {AT}/practice/rounds": {},
    f"POST {AT}/practice/next": {},
    f"POST {AT}/practice/cases/t_x/answer": {"answer": "yes"},
    f"POST {AT}/practice/cases/t_x/settle": {"answer": None},
    "POST /api/v1/session/confirm": {"password": "x"},
    f"POST {AT}/incidents/1/findings": {"finding": "cause", "says": "a test"},
    f"POST {AT}/incidents/1/actions": {"says": "a test", "who": "p_nobody", "until": "2031-01-01T00:00:00Z"},
    f"POST {AT}/incidents/1/actions/1/end": {},
    f"POST {AT}/incidents/1/rechecks": {"most": 1},
    f"POST {AT}/incidents/1/close": None,
    f"POST {AT}/incidents/1/report": None,
    "POST /api/v1/approvals/r_1/approve": {"digest": "0" * 64},
    "POST /api/v1/approvals/r_1/decline": {"why": "a test"},
    "POST /api/v1/approvals/r_1/question": {"says": "a test?"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world that the tests of this file share."""
    with serving(tmp_path_factory.mktemp("tokens"), asserted=True) as found:
        yield found


def everything(served: Served) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Every method, address and operation the server has, as it tells itself."""
    document = served.program(None).get("/api/v1/openapi.json").json()
    return [(method.upper(), path, told) for path, methods in document["paths"].items() for method, told in methods.items()]


def operations(served: Served) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Those of them that do not take anybody."""
    return [one for one in everything(served) if not {frozenset(), frozenset({AWAY})} & set(map(frozenset, one[2].get("security", [])))]


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """Asks an address with a body it takes."""
    at = path.replace("{slug}", MAILS).replace("{case}", "1").replace("{request}", "r_1").replace("{token}", "t_x").replace("{held}", "h_x")
    at = at.replace("{number}", "1").replace("{action}", "1").replace("{name}", "x")
    return client.request(method, at, json=BODIES[f"{method} {at}"]) if method == "POST" else client.request(method, at)


def scope_of(told: Mapping[str, Any]) -> str | None:
    """The scope an operation takes; None where it takes no token."""
    return next((scopes["token"][0] for scopes in told.get("security", []) if "token" in scopes), None)


def test_every_address_says_whom_it_takes(served: Served) -> None:
    found = {path for _, path, told in operations(served) if not told.get("security")}
    assert found == OPEN
    assert {f"{method} {path}" for method, path, _ in everything(served)} - {f"{m} {p}" for m, p, _ in operations(served)} == DOORS


@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_opens_exactly_what_its_scope_says(served: Served, scope: TokenScope) -> None:
    program = served.program(served.token(scope))
    for method, path, told in operations(served):
        wanted = scope_of(told)
        response = ask(program, method, path)
        if path in OPEN:
            assert response.status_code == 200
        elif wanted is None:
            assert said(response) == (403, "person_needed"), (method, path)
        elif wanted == scope:
            assert response.status_code not in {401, 403}, (method, path, response.text)
        else:
            assert said(response) == (403, "scope_missing"), (method, path)


def test_no_scope_and_no_token_is_for_what_takes_a_person(served: Served) -> None:
    """Breaks when an address approves, reviews, grants, answers or lifts for a program that has every scope there is."""
    whole = served.program(served.token(), **{"Licet-As": "rene@example.org"})
    people = [(method, path) for method, path, told in operations(served) if scope_of(told) is None and path not in OPEN]
    assert people
    assert {said(ask(whole, method, path)) for method, path in people} == {(403, "person_needed")}
    changing = {path.rpartition("/")[2] for method, path, told in operations(served) if method != "GET" and scope_of(told) is not None}
    assert changing == {"cases", "batch", "information", "stop", "decisions", "systemone", "items"}


def test_a_program_may_do_two_acts_and_no_other(tmp_path: Path) -> None:
    with World(tmp_path) as world, world.office.book.read() as tx:
        for act in Act:
            found = allowed(world.office, tx, PROGRAM, act, None)
            assert found == PROGRAM if act in {Act.SUBMIT, Act.STOP} else code(found) in {"person_needed", "policy_error"}
            assert code(allowed_person(world.office, tx, PROGRAM, act, None)) in {"person_needed", "policy_error"}


def test_unknown_expired_and_revoked_are_told_alike(served: Served) -> None:
    world = served.world
    everywhere = replace(WISH, use_case=None, scopes=frozenset(TokenScope))
    made, expired = (done(new_token(world.office, served.admin, everywhere)) for _ in range(2))
    done(revoke_token(world.office, served.admin, name=made.token.id))
    short = served.token(days=1)
    shown = [None, "licet_" + "A" * 43, made.text, short[:-1], short + "A", short.upper(), "k_1", made.token.id]
    with closing(sqlite3.connect(world.database)) as raw, raw:
        raw.execute("update api_token set expires_at = made_at where id = ?", [expired.token.id])
    told = [served.program(token).get(f"{AT}/mandate") for token in [*shown, expired.text]]
    assert {one.status_code for one in told} == {401}
    assert {one.headers["www-authenticate"] for one in told} == {"Bearer"}
    assert len({one.text for one in told}) == 1


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  {} x", "bearer\t{}", "Token {}"])
def test_a_token_is_shown_in_one_way(served: Served, header: str) -> None:
    shown = {"Authorization": header.format(served.token())}
    assert served.program(None, **shown).get(f"{AT}/mandate").status_code == 401


def test_two_tokens_at_once_are_none(served: Served) -> None:
    headers = [("Authorization", f"Bearer {served.token()}"), ("Authorization", f"Bearer {served.token()}")]
    assert httpx.get(f"{served.address}{AT}/mandate", headers=headers).status_code == 401


def test_a_token_in_the_address_or_the_body_opens_nothing(served: Served) -> None:
    token = served.token()
    assert served.program(None).get(f"{AT}/mandate", params={"token": token, "access_token": token}).status_code == 401


def test_a_token_for_one_use_case_cannot_tell_others_from_none(served: Served) -> None:
    journey(served.world, "letters")
    bound = served.program(served.token(use_case=MAILS))
    assert bound.get(f"{AT}/mandate").status_code == 200
    others = [bound.get(f"/api/v1/use-cases/{name}/mandate") for name in ("letters", "nowhere")]
    assert {said(one) for one in others} == {(404, "not_there")}
    assert others[0].text == others[1].text
    assert bound.post("/api/v1/use-cases/letters/cases", json=case("elsewhere")).status_code == 404


def test_a_token_is_refused_before_its_body_is_read(served: Served) -> None:
    response = served.program("licet_wrong").post(f"{AT}/cases", content=b"{" * 100_000, headers={"content-type": "application/json"})
    assert said(response) == (401, "token_not_valid")


def test_the_token_is_kept_nowhere(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        token = served.token()
        served.program(token).post(f"{AT}/cases", json=case("x"), headers={"Idempotency-Key": "k"})
        entries = b"".join(served.world.entries())
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert token.encode() not in kept + entries
    assert token.removeprefix("licet_").encode() not in kept + entries
    digest = sha256(token.encode()).hexdigest().encode()
    assert digest in kept
    assert digest not in entries


def test_making_and_revoking_is_in_the_ledger_by_id(served: Served) -> None:
    world = served.world
    made = done(
        new_token(
            world.office, served.admin, TokenWish(name="seen", scopes=frozenset({TokenScope.STOP}), use_case=MAILS, lasts=timedelta(days=1))
        )
    )
    done(revoke_token(world.office, served.admin, name="seen"))
    (made_entry,) = [event for event in of_word(world, "token.made") if event.facts["token"] == made.token.id]
    (ended,) = [event for event in of_word(world, "token.revoked") if event.facts["token"] == made.token.id]
    assert (made_entry.by, made_entry.use_case, made_entry.facts["scopes"]) == (served.admin.id, MAILS, ["stop"])
    assert ended.by == served.admin.id
    assert b"seen" not in b"".join(world.entries())


def test_who_may_make_tokens(served: Served) -> None:
    world = served.world
    everywhere = replace(WISH, use_case=None)
    assert code(new_token(world.office, world.operator, WISH)) == "person_needed"
    assert code(new_token(world.office, PROGRAM, WISH)) == "person_needed"
    for person in (world.builder, world.reviewer, world.risk):
        assert code(new_token(world.office, person, WISH)) == "not_permitted"
    assert code(new_token(world.office, world.other_owner, WISH)) == "not_the_owner"
    assert code(new_token(world.office, world.owner, everywhere)) == "not_permitted"
    for person, wish in ((world.owner, WISH), (served.admin, WISH), (served.admin, everywhere)):
        made = done(new_token(world.office, person, wish))
        assert made.text.startswith("licet_")
        assert made.text not in repr(made)


def test_whoever_may_not_make_a_token_may_not_revoke_one(served: Served) -> None:
    world = served.world
    token = done(new_token(world.office, served.admin, replace(WISH, use_case=None))).token
    for person in (world.owner, world.risk, world.operator):
        assert code(revoke_token(world.office, person, name=token.id)) in {"not_permitted", "person_needed"}
    assert code(revoke_token(world.office, served.admin, name="a program")) == "not_there"
    done(revoke_token(world.office, served.admin, name=token.id))
    assert code(revoke_token(world.office, served.admin, name=token.id)) == "already_done"


@pytest.mark.parametrize(
    "wish",
    [
        replace(WISH, name=" "),
        replace(WISH, name="x" * 61),
        replace(WISH, name="a\nb"),
        replace(WISH, scopes=frozenset()),
        replace(WISH, lasts=timedelta(0)),
        replace(WISH, lasts=timedelta(days=LONGEST_DAYS + 1)),
    ],
)
def test_what_cannot_be_a_token_is_refused(served: Served, wish: TokenWish) -> None:
    with pytest.raises(NotATokenError):
        new_token(served.world.office, served.admin, wish)


def test_an_expired_token_is_listed_and_opens_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        made = done(new_token(world.office, world.owner, WISH))
        (listed,) = list_tokens(world.office)
        assert (listed.token.id, listed.use_case) == (made.token.id, MAILS)


def test_the_stop_is_pressed_by_a_program_and_lifted_by_none(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        program = served.program(served.token(TokenScope.STOP, TokenScope.MANDATE_READ, TokenScope.CASES_WRITE))
        assert program.get(f"{AT}/stop").json() == {"stopped": False, "pressed": []}
        pressed = [program.post(f"{AT}/stop", json={"why": "it looks odd"}) for _ in range(2)]
        assert [one.status_code for one in pressed] == [201, 200]
        assert program.get(f"{AT}/stop").json()["pressed"][0]["by"].startswith("token:k_")
        assert program.post(f"{AT}/cases", json=case("stopped")).json()["reason"] == "stopped"
        for method in ("DELETE", "PUT", "PATCH"):
            assert problem(program.request(method, f"{AT}/stop", json={}))["status"] == 405
        assert program.get(f"{AT}/stop").json()["stopped"]


def test_metrics_are_for_a_token_of_all_use_cases_with_that_scope(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        admin = world.person("ada", Role.ADMIN)
        texts = [
            done(new_token(world.office, admin, replace(WISH, scopes=frozenset({scope}), use_case=use_case))).text
            for scope, use_case in ((TokenScope.METRICS, None), (TokenScope.METRICS, MAILS), (TokenScope.CASES_READ, None))
        ]
        service = Service(office=world.office, read_case=read_plain)
        with started(service, metrics_routes(Meter(), world.office, everywhere(TokenScope.METRICS))) as address:
            asked = [httpx.get(f"{address}/metrics", headers={"Authorization": f"Bearer {text}"}) for text in [*texts, "licet_wrong"]]
        assert [one.status_code for one in asked] == [200, 403, 403, 401]
        assert "licet_build_info" in asked[0].text
