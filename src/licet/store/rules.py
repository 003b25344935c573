"""Rules' rows: each version with its text, who proposed and who approved it; of each kind at most one is proposed and one in force."""

from sqlalchemy import bindparam, func, insert, select, update

from licet.core.ids import Digest, PersonId
from licet.core.rules import ProposedRules, RuleKind, RulesInForce
from licet.store.book import Record, Tx
from licet.store.rule_tables import rule_version

PROPOSED, IN_FORCE, REPLACED, WITHDRAWN = "proposed", "in force", "replaced", "withdrawn"

StoredRules = RulesInForce
"""Rules in force as they are stored: text, digest, version, approved_by, at."""

_R = rule_version.c
_STATE = select(rule_version).where(_R.kind == bindparam("kind"), _R.state == bindparam("state"))
_DIGEST = select(_R.digest).where(_R.kind == bindparam("kind"), _R.state == IN_FORCE)
"""Asked with every act: put together once."""


def digest_in_force(tx: Tx, kind: RuleKind) -> Digest | None:
    """The digest of the rules in force; None where the organisation gave itself none. Cheap: it is asked with every act."""
    found = tx.run(_DIGEST, {"kind": kind.value}).scalar_one_or_none()
    return None if found is None else Digest(str(found))


def in_force(tx: Tx, kind: RuleKind) -> StoredRules | None:
    """The rules in force; None where the organisation gave itself none, and only those that Licet ships hold."""
    row = tx.run(_STATE, {"kind": kind.value, "state": IN_FORCE}).one_or_none()
    return None if row is None else _in_force(row)


def proposed(tx: Tx, kind: RuleKind) -> ProposedRules | None:
    """The rules that wait for a yes; None where none do."""
    row = tx.run(_STATE, {"kind": kind.value, "state": PROPOSED}).one_or_none()
    return None if row is None else _proposed(row)


def by_digest(tx: Tx, digest: Digest) -> ProposedRules | None:
    """The rules of this digest that wait for a yes, of whichever kind."""
    row = tx.run(select(rule_version).where(_R.digest == digest, _R.state == PROPOSED)).one_or_none()
    return None if row is None else _proposed(row)


def versions(tx: Tx, kind: RuleKind) -> list[tuple[ProposedRules, str]]:
    """All versions with what became of each, oldest first."""
    asked = select(rule_version).where(_R.kind == kind.value).order_by(_R.version)
    return [(_proposed(row), str(row._mapping["state"])) for row in tx.run(asked)]


def next_version(tx: Tx, kind: RuleKind) -> int:
    """The number of the next proposal."""
    last = tx.run(select(func.max(_R.version)).where(_R.kind == kind.value)).scalar_one_or_none()
    return 1 + int(last or 0)


def propose(tx: Tx, made: ProposedRules) -> None:
    """Writes a proposal."""
    tx.run(
        insert(rule_version).values(
            kind=made.kind.value,
            version=made.version,
            text=made.text,
            digest=made.digest,
            state=PROPOSED,
            proposed_by=made.proposed_by,
            proposed_at=made.proposed_at,
        )
    )


def withdraw(tx: Tx, was: ProposedRules) -> None:
    """Writes that a proposal waits no longer."""
    tx.run(update(rule_version).where(_R.kind == was.kind.value, _R.version == was.version).values(state=WITHDRAWN))


def put_in_force(tx: Tx, made: RulesInForce) -> None:
    """Writes that rules hold from now on, in the place of those before."""
    tx.run(update(rule_version).where(_R.kind == made.kind.value, _R.state == IN_FORCE).values(state=REPLACED))
    this = update(rule_version).where(_R.kind == made.kind.value, _R.version == made.version)
    tx.run(this.values(state=IN_FORCE, approved_by=made.approved_by, in_force_at=made.at))


def _proposed(row: Record) -> ProposedRules:
    r = row._mapping
    return ProposedRules(
        kind=RuleKind(r["kind"]), version=r["version"], text=r["text"], proposed_by=PersonId(r["proposed_by"]), proposed_at=r["proposed_at"]
    )


def _in_force(row: Record) -> RulesInForce:
    r = row._mapping
    approved_by = None if r["approved_by"] is None else PersonId(r["approved_by"])
    return RulesInForce(proposed=_proposed(row), approved_by=approved_by, at=r["in_force_at"])
