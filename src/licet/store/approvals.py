"""Requests' rows: what was asked for, every yes and question, and what became of it."""

import json
from datetime import datetime
from typing import assert_never

from sqlalchemy import func, insert, select, update

from licet.core.approval import (
    AnyRequest,
    Approval,
    Covered,
    DeclinedRequest,
    EndedRequest,
    ExpiredRequest,
    FastLaneId,
    LiveRequest,
    NotStoredRequestError,
    OpenRequest,
    Part,
    PassedRequest,
    Question,
    Quorum,
    Request,
    RequestId,
    Subject,
    UsedRequest,
    VoidRequest,
    WithdrawnRequest,
    Yes,
    covered_from_json,
    covered_to_json,
    state_word,
)
from licet.core.ids import Digest, PersonId, UseCaseSlug
from licet.core.risk import Tier
from licet.core.use_case import UseCase
from licet.store import tables
from licet.store.approval_tables import approval_question, approval_request, approval_yes
from licet.store.book import Record, Tx
from licet.store.teams import in_view

_R, _Y, _Q = approval_request.c, approval_yes.c, approval_question.c
LIVE = ("open", "passed")


def open_(tx: Tx, use_case: UseCase, opened: OpenRequest) -> None:
    """Writes a request that waits; it is the newest of its use case and subject from now on."""
    request = opened.request
    tx.run(
        insert(approval_request).values(
            id=request.id,
            use_case_id=use_case.id,
            slug=request.use_case,
            subject=request.subject.value,
            names=request.names,
            covered=json.dumps(covered_to_json(request.covered), sort_keys=True),
            digest=request.digest,
            people=request.quorum.people,
            of_risk=request.quorum.of_risk,
            tier=None if request.tier is None else request.tier.value,
            asked_by=request.asked_by,
            asked_at=request.asked_at,
            expires_at=request.expires_at,
            state="open",
            state_at=request.asked_at,
        )
    )


def add_yes(tx: Tx, found: LiveRequest, yes: Yes) -> None:
    """Writes a yes, and that the request passed where with this yes it did. The same person's second yes breaks a law of the table."""
    request = found.request
    tx.run(
        insert(approval_yes).values(
            request_id=request.id,
            by=yes.by,
            number=len(request.given),
            at=yes.at,
            of_risk=yes.of_risk,
            identity=yes.identity,
            fast_lane=yes.fast_lane,
        )
    )
    if isinstance(found, PassedRequest):
        tx.run(update(approval_request).where(_R.id == request.id, _R.state == "open").values(state="passed", state_at=found.at))


def end(tx: Tx, ended: EndedRequest) -> None:
    """Writes what became of a request; what ended stays as it ended."""
    values: dict[str, object] = {"state": state_word(ended), "state_at": ended.at}
    match ended:
        case VoidRequest():
            values |= {"why": json.dumps([part.value for part in ended.changed])}
        case DeclinedRequest():
            values |= {"ended_by": ended.by, "why": ended.why}
        case WithdrawnRequest():
            values |= {"ended_by": ended.by}
        case ExpiredRequest() | UsedRequest():
            pass
        case _:
            assert_never(ended)
    tx.run(update(approval_request).where(_R.id == ended.request.id, _R.state.in_(LIVE)).values(**values))


def escalated(tx: Tx, request: Request, at: datetime) -> None:
    """Writes that everybody else who could approve was told."""
    tx.run(update(approval_request).where(_R.id == request.id).values(escalated_at=at))


def ask(tx: Tx, request: Request, question: Question) -> None:
    """Writes a question."""
    tx.run(
        insert(approval_question).values(request_id=request.id, number=question.number, by=question.by, at=question.at, says=question.says)
    )


def answer(tx: Tx, request: Request, question: Question) -> None:
    """Writes the answer to a question."""
    this = update(approval_question).where(_Q.request_id == request.id, _Q.number == question.number)
    tx.run(this.values(answered_by=question.answered_by, answered_at=question.answered_at, answer=question.answer))


def newest(tx: Tx, use_case: UseCase, subject: Subject) -> AnyRequest | None:
    """The newest request for something of a use case; None where nobody asked."""
    asked = select(approval_request).where(_R.use_case_id == use_case.id, _R.subject == subject.value)
    row = tx.run(asked.order_by(_R.number.desc()).limit(1)).one_or_none()
    return None if row is None else _request(tx, row)


def find(tx: Tx, request: str) -> tuple[int, AnyRequest] | None:
    """A request by its id, with its use case's row; None where there is none, or it is another team's."""
    joined = select(approval_request).join(tables.use_case, tables.use_case.c.id == _R.use_case_id)
    row = tx.run(joined.where(_R.id == request, in_view(tx))).one_or_none()
    return None if row is None else (int(row._mapping["use_case_id"]), _request(tx, row))


def every(tx: Tx, use_case: UseCase) -> list[AnyRequest]:
    """All requests of a use case, oldest first."""
    asked = select(approval_request).where(_R.use_case_id == use_case.id).order_by(_R.number)
    return [_request(tx, row) for row in tx.run(asked).all()]


def live(tx: Tx, use_case: UseCase) -> list[LiveRequest]:
    """The requests of a use case that wait or have passed and were not used, oldest first."""
    asked = select(approval_request).where(_R.use_case_id == use_case.id, _R.state.in_(LIVE)).order_by(_R.number)
    found = [_request(tx, row) for row in tx.run(asked).all()]
    return [one for one in found if isinstance(one, OpenRequest | PassedRequest)]


def with_live(tx: Tx) -> list[int]:
    """The rows of use cases that have such a request."""
    joined = select(_R.use_case_id).join(tables.use_case, tables.use_case.c.id == _R.use_case_id)
    return [int(row) for row in tx.conn.execute(joined.where(_R.state.in_(LIVE), in_view(tx)).distinct()).scalars()]


def given(tx: Tx, use_case: UseCase) -> tuple[Approval, ...]:
    """All approvals people ever gave in a use case, oldest first: those to requests, and those of releases that knew none."""
    a = tables.approval
    rows = tx.run(select(a).where(a.c.use_case_id == use_case.id)).all()
    earlier = [Approval(digest=Digest(r.digest), by=PersonId(r.by), at=r.at) for r in rows]
    asked = select(_R.digest, _Y.by, _Y.at).join_from(approval_request, approval_yes, _R.id == _Y.request_id)
    yeses = tx.run(asked.where(_R.use_case_id == use_case.id, _Y.fast_lane.is_(None))).all()
    now = [Approval(digest=Digest(r.digest), by=PersonId(r.by), at=r.at) for r in yeses]
    return tuple(sorted([*earlier, *now], key=lambda one: one.at))


def signers(tx: Tx, use_case: UseCase) -> frozenset[PersonId]:
    """The different people who approved exactly what is proposed now."""
    asked = [found.request for found in live(tx, use_case) if found.request.subject is Subject.MANDATE]
    return frozenset(yes.by for request in asked for yes in request.given if yes.fast_lane is None)


def passed_by_lane(tx: Tx, lane: FastLaneId) -> tuple[datetime, ...]:
    """When a standing approval passed something."""
    return tuple(tx.conn.execute(select(_Y.at).where(_Y.fast_lane == lane).order_by(_Y.at)).scalars())


def count_live(tx: Tx) -> int:
    """How many requests wait or have passed and were not used, in the whole installation."""
    return int(tx.conn.execute(select(func.count()).select_from(approval_request).where(_R.state.in_(LIVE))).scalar_one())


def _request(tx: Tx, row: Record) -> AnyRequest:
    r = row._mapping
    covered: Covered = covered_from_json(json.loads(r["covered"]))
    request = Request(
        id=RequestId(r["id"]),
        use_case=UseCaseSlug(r["slug"]),
        subject=Subject(r["subject"]),
        names=r["names"],
        covered=covered,
        quorum=Quorum(people=r["people"], of_risk=r["of_risk"]),
        tier=None if r["tier"] is None else Tier(r["tier"]),
        asked_by=PersonId(r["asked_by"]),
        asked_at=r["asked_at"],
        expires_at=r["expires_at"],
        escalated_at=r["escalated_at"],
        given=_yeses(tx, r["id"]),
        questions=_questions(tx, r["id"]),
    )
    return _in_state(request, row)


def _in_state(request: Request, row: Record) -> AnyRequest:  # noqa: PLR0911 - one for each state
    r = row._mapping
    at: datetime = r["state_at"]
    match r["state"]:
        case "open":
            return OpenRequest(request=request)
        case "passed":
            return PassedRequest(request=request, at=at)
        case "void":
            return VoidRequest(request=request, at=at, changed=tuple(Part(part) for part in json.loads(r["why"])))
        case "declined":
            return DeclinedRequest(request=request, at=at, by=PersonId(r["ended_by"]), why=r["why"])
        case "withdrawn":
            return WithdrawnRequest(request=request, at=at, by=PersonId(r["ended_by"]))
        case "expired":
            return ExpiredRequest(request=request, at=at)
        case "used":
            return UsedRequest(request=request, at=at)
        case state:
            message = f"Request {request.id!r} has the unknown state {state!r}; restore a backup."
            raise NotStoredRequestError(message)


def _yeses(tx: Tx, request: str) -> tuple[Yes, ...]:
    rows = tx.run(select(approval_yes).where(_Y.request_id == request).order_by(_Y.number)).all()
    return tuple(
        Yes(
            by=PersonId(r.by),
            at=r.at,
            of_risk=bool(r.of_risk),
            identity=r.identity,
            fast_lane=None if r.fast_lane is None else FastLaneId(r.fast_lane),
        )
        for r in rows
    )


def _questions(tx: Tx, request: str) -> tuple[Question, ...]:
    rows = tx.run(select(approval_question).where(_Q.request_id == request).order_by(_Q.number)).all()
    return tuple(
        Question(
            number=r.number,
            by=PersonId(r.by),
            at=r.at,
            says=r.says,
            answered_by=None if r.answered_by is None else PersonId(r.answered_by),
            answered_at=r.answered_at,
            answer=r.answer,
        )
        for r in rows
    )
