"""Risk answers' rows: each version with who answered, when, and the tier that followed."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from licet.core.ids import Digest, PersonId
from licet.core.risk import RiskAnswers, Tier, stricter, tier_of
from licet.core.risk_questions import QUESTIONNAIRE
from licet.core.use_case import UseCase
from licet.store.book import Record, Tx
from licet.store.risk_tables import risk_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRisk:
    """A use case's risk answers as they were given.

    Attributes:
        version: from 1; each change of an answer makes a new one.
        answers: what was answered, to which edition of the questions.
        recorded: the tier that followed then; the ledger says it.
        by: who answered.
        by_risk: whether they did so as risk, with no other hand in the use case: only so a tier is lowered.
        at: when.
    """

    version: int
    answers: RiskAnswers
    recorded: Tier
    by: PersonId
    by_risk: bool
    at: datetime

    @property
    def tier(self) -> Tier:
        """The tier that counts: of what was recorded and what today's rules say, the stricter."""
        return stricter(self.recorded, tier_of(self.answers))

    @property
    def digest(self) -> Digest:
        """What approvals are bound to."""
        return self.answers.digest

    @property
    def personal_data(self) -> bool:
        """Whether cases hold personal data, as far as anybody said otherwise."""
        return self.answers.personal_data

    @property
    def complete(self) -> bool:
        """Whether every question of today's edition has an answer."""
        return not self.answers.unknown and self.answers.questionnaire == QUESTIONNAIRE


def add(tx: Tx, use_case: UseCase, given: StoredRisk) -> None:
    """Writes a version."""
    tx.run(
        insert(risk_answers).values(
            use_case_id=use_case.id,
            version=given.version,
            questionnaire=given.answers.questionnaire,
            answers=json.dumps(dict(given.answers.given), sort_keys=True),
            digest=given.digest,
            tier=given.recorded.value,
            by=given.by,
            by_risk=given.by_risk,
            at=given.at,
        )
    )


def newest(tx: Tx, use_case: UseCase) -> StoredRisk | None:
    """The answers as they stand; None where nobody answered yet."""
    if tx.told is not None:
        row = tx.once(("risks",), lambda: _newest_everywhere(tx)).get(use_case.id)
    else:
        row = tx.run(_NEWEST, {"use_case": use_case.id}).one_or_none()
    return None if row is None else _stored(row)


def _newest_everywhere(tx: Tx) -> dict[int, Record]:
    """The answers of each use case as they stand, for pages that ask about all of them."""
    newest_of = select(_R.use_case_id, func.max(_R.version).label("version")).group_by(_R.use_case_id).subquery()
    these = (newest_of.c.use_case_id == _R.use_case_id) & (newest_of.c.version == _R.version)
    return {row.use_case_id: row for row in tx.run(select(risk_answers).join(newest_of, these))}


_R = risk_answers.c
_NEWEST = select(risk_answers).where(_R.use_case_id == bindparam("use_case")).order_by(_R.version.desc()).limit(1)
"""Asked with every act: put together once."""


def versions(tx: Tx, use_case: UseCase) -> list[StoredRisk]:
    """All versions, oldest first."""
    r = risk_answers.c
    return [_stored(row) for row in tx.run(select(risk_answers).where(r.use_case_id == use_case.id).order_by(r.version))]


def at_moment(tx: Tx, use_case: UseCase, moment: datetime) -> StoredRisk | None:
    """The answers as they stood at a moment; None where there were none yet."""
    r = risk_answers.c
    wanted = select(risk_answers).where(r.use_case_id == use_case.id, r.at <= moment).order_by(r.version.desc()).limit(1)
    row = tx.run(wanted).one_or_none()
    return None if row is None else _stored(row)


def _stored(row: Record) -> StoredRisk:
    r = row._mapping
    given = tuple(sorted(json.loads(r["answers"]).items()))
    return StoredRisk(
        version=r["version"],
        answers=RiskAnswers(given=given, questionnaire=r["questionnaire"]),
        recorded=Tier(r["tier"]),
        by=PersonId(r["by"]),
        by_risk=bool(r["by_risk"]),
        at=r["at"],
    )
