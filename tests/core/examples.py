"""Values that several tests of the rules start from."""

from datetime import UTC, datetime, timedelta

from licet.core.gate import OpenedGate
from licet.core.ids import Digest, Fingerprint, LookId, MandateId, PersonId, SealedSetId, UseCaseSlug
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Act, Person, Role
from licet.core.policy import Permission
from licet.core.scope import Scope
from licet.core.sealed import Look
from licet.core.standard import CountersignedStandard, LockedStandard, Standard
from licet.core.terms import Terms
from licet.core.use_case import Stage

NOW = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
SLUG = UseCaseSlug("mails")
ERROR = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)
MISSED = Measure(name="missed", kind=MeasureKind.MISSED_HIGH_STAKES, target=0.05, confidence=0.95)
STANDARD = Standard(measures=(ERROR,))


def person(name: str, *roles: Role) -> Person:
    """Somebody with roles."""
    return Person(id=PersonId(f"p_{name}"), email=f"{name}@example.org", name=name.title(), roles=frozenset(roles))


def may(by: Person, act: Act) -> Permission:
    """What the door leaves behind where it said yes."""
    return Permission(by=by, act=act, use_case=SLUG, policy=Digest("9" * 64))


OWNER, RISK = person("olga", Role.OWNER), person("rita", Role.RISK)
BUILDER, REVIEWER, ADMIN = person("bo", Role.BUILDER), person("rene", Role.REVIEWER), person("ada", Role.ADMIN)


def signed(standard: Standard = STANDARD, version: int = 1) -> CountersignedStandard:
    """A standard that two people signed."""
    locked = LockedStandard(use_case=SLUG, version=version, standard=standard, locked_by=OWNER.id, locked_at=NOW)
    return CountersignedStandard(locked=locked, countersigned_by=RISK.id, countersigned_at=NOW)


def terms(*, threshold: float = 0.9, cap: int = 1000, rate: float = 0.1, lasts: timedelta = timedelta(days=30)) -> Terms:
    """Terms of a mandate."""
    return Terms(
        fingerprint=Fingerprint("f" * 64),
        system="vendor@1",
        scope=Scope(threshold=threshold),
        guardian="",
        standard=Digest("5" * 64),
        look=LookId(1),
        verdict=Digest("7" * 64),
        target=0.05,
        confidence=0.95,
        audit_rate=rate,
        planned_audits=100,
        daily_cap=cap,
        lasts=lasts,
    )


def proposed(what: Terms | None = None) -> ProposedMandate:
    """A mandate somebody asks for."""
    return ProposedMandate(id=MandateId("m_1"), use_case=SLUG, terms=what or terms(), proposed_by=BUILDER.id, proposed_at=NOW)


def active(what: Terms | None = None) -> ActiveMandate:
    """A mandate in force since NOW."""
    asked = proposed(what)
    return ActiveMandate(proposed=asked, granted_by=OWNER.id, granted_at=NOW, expires_at=NOW + asked.terms.lasts)


def opened_for(digest: Digest) -> OpenedGate:
    """An open gate to *delegated*."""
    return OpenedGate(to=Stage.DELEGATED, covers=digest, mandate=digest, requirements=())


def look(  # noqa: PLR0913 - one look, all its circumstances
    scope: str = "a",
    *,
    number: int = 1,
    labels: int = 300,
    share: float = 1.0,
    outputs: int = 12,
    recount: bool = False,
    adjudications: int = 0,
) -> Look:
    """A look that was taken."""
    return Look(
        id=LookId(number),
        sealed_set=SealedSetId(1),
        number=number,
        scope=Digest(scope),
        labels=labels,
        adjudications=adjudications,
        share=share,
        outputs=outputs,
        thresholds=(0.9, 0.8, number / 1000),
        recount=recount,
        at=NOW + timedelta(minutes=number),
    )
