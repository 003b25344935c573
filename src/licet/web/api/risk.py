"""Risk: the tier of a use case and what each answer does to it, and its obligations. A program only reads them; people affirm."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from licet.core.ids import Digest
from licet.core.obligation import DISCLAIMER, Obligation
from licet.core.obligations import EDITION
from licet.core.refusal import Refused
from licet.core.risk import Effect, effects
from licet.core.token import TokenScope
from licet.flows.affirm_risk import affirm_risk
from licet.flows.assess_risk import show_risk
from licet.flows.list_obligations import Obliged, list_obligations
from licet.store.risks import StoredRisk
from licet.web.desk import desk_of
from licet.web.guard import NEEDS_PERSON, GuardedRoute, Let, LetPerson, everywhere, let_in, needs, person_let_in
from licet.web.problems import refusal

routes = APIRouter(tags=["risk"], route_class=GuardedRoute)
catalogue = APIRouter(tags=["risk"])

TierName = Literal["low", "medium", "high", "prohibited"]
Day = Annotated[date | None, Query(description="The day that is asked about, such as 2027-12-02; without it, today.")]


class AnswerOut(BaseModel):
    """What one answer does to the tier."""

    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str = Field(description="One of the question's answers, or `unknown`, which counts as the harshest.")
    at_least: TierName = Field(description="The tier that the use case has at least because of this answer.")
    because: list[str] = Field(description="The rules that say so; a rule with several conditions stands at each of its answers.")
    without: TierName = Field(description="The tier, were this one answer the mildest.")


class RiskOut(BaseModel):
    """The risk answers of a use case as they stand."""

    model_config = ConfigDict(extra="forbid")

    tier: TierName
    version: int
    digest: str
    questionnaire: str = Field(description="The edition of the questions that were answered.")
    by: str
    at: datetime
    complete: bool = Field(description="Whether every question of today's edition has an answer.")
    personal_data: bool
    answers: list[AnswerOut]


class AffirmIn(BaseModel):
    """What a person outside the team says is right. Nobody says it for somebody else: whoever is signed in does."""

    model_config = ConfigDict(extra="forbid", strict=True)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the risk answers, as they were read.")


class AffirmedOut(BaseModel):
    """That somebody outside the team said that the risk answers are right."""

    model_config = ConfigDict(extra="forbid")

    version: int
    digest: str
    by: str
    at: datetime
    passed: str | None = Field(description="The request that waited for this and that the fast lane passed now; null where none did.")


class ObligationOut(BaseModel):
    """What a law or a framework asks, in our own words, and what Licet shows for it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    source: str
    place: str
    says: str
    concerns: list[Literal["provider", "deployer"]]
    applies_from: date
    applies: bool = Field(description="Whether it applies on the day that is asked about.")
    by_choice: bool = Field(description="Whether it is taken on by choice; else it is a law.")
    evidence_for: list[str] = Field(description="Kinds of evidence that Licet produces; `none` where it produces nothing.")
    to_check: str = Field(description="What of this entry must be checked by somebody who knows; else empty.")


class ObligationsOut(BaseModel):
    """Obligations, with the day they were asked about and the edition of the catalogue."""

    model_config = ConfigDict(extra="forbid")

    on: date
    edition: date
    disclaimer: str
    obligations: list[ObligationOut]


@routes.get("/risk", **needs(TokenScope.MANDATE_READ))
async def read_risk(let: Annotated[Let, Depends(let_in)]) -> RiskOut:
    """The tier of the use case, and what each answer does to it."""
    found = await let.desk.run(lambda: show_risk(let.desk.office, name=let.use_case.slug))
    if found is None:
        why = f"Nobody answered the risk questions of {let.use_case.slug!r} yet."
        raise refusal(Refused(code="not_there", why=why, remedy="Answer them: `licet risk answer`."))
    return _risk(found)


@routes.post("/risk/affirm", **NEEDS_PERSON)
async def affirm(given: AffirmIn, let: Annotated[LetPerson, Depends(person_let_in)]) -> AffirmedOut:
    """Say, as risk or as an owner of another use case, that the risk answers with this digest are right."""
    digest = Digest(given.digest)
    done = await let.desk.run(lambda: affirm_risk(let.office, let.by, name=let.use_case.slug, digest=digest))
    if isinstance(done, Refused):
        raise refusal(done)
    yes, passed = done.affirmation, None if done.passed is None else done.passed.request.id
    return AffirmedOut(version=yes.version, digest=yes.digest, by=yes.by, at=yes.at, passed=passed)


@routes.get("/obligations", **needs(TokenScope.MANDATE_READ))
async def read_obligations(let: Annotated[Let, Depends(let_in)], on: Day = None) -> ObligationsOut:
    """The obligations that concern the use case, by its risk answers."""
    return _obliged(await let.desk.run(lambda: list_obligations(let.desk.office, name=let.use_case.slug, on=on)))


@catalogue.get("/obligations", dependencies=[Depends(everywhere(TokenScope.MANDATE_READ))], **needs(TokenScope.MANDATE_READ))
async def read_catalogue(request: Request, on: Day = None) -> ObligationsOut:
    """All obligations of the catalogue; for a token that is not bound to one use case."""
    desk = desk_of(request)
    return _obliged(await desk.run(lambda: list_obligations(desk.office, name=None, on=on)))


def _risk(stored: StoredRisk) -> RiskOut:
    return RiskOut(
        tier=stored.tier.value,
        version=stored.version,
        digest=stored.digest,
        questionnaire=stored.answers.questionnaire,
        by=stored.by,
        at=stored.at,
        complete=stored.complete,
        personal_data=stored.personal_data,
        answers=[_answer(effect) for effect in effects(stored.answers)],
    )


def _answer(effect: Effect) -> AnswerOut:
    return AnswerOut(
        question=effect.question.code,
        answer=effect.answer,
        at_least=effect.at_least.value,
        because=[rule.code for rule in effect.because],
        without=effect.without.value,
    )


def _obliged(found: Obliged) -> ObligationsOut:
    listed = [_obligation(one, found.on) for one in found.obligations]
    return ObligationsOut(on=found.on, edition=date.fromisoformat(EDITION), disclaimer=DISCLAIMER, obligations=listed)


def _obligation(one: Obligation, on: date) -> ObligationOut:
    return ObligationOut(
        id=one.id,
        source=one.source.value,
        place=one.place,
        says=one.says,
        concerns=[party.value for party in one.concerns],
        applies_from=one.applies_from,
        applies=one.applies(on),
        by_choice=not one.source.law,
        evidence_for=[kind.value for kind in one.evidence],
        to_check=one.check,
    )
