"""Outside evidence: what another tool measured of a system; it informs, and hardly ever counts as a certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licet.core.canonical import Json
from licet.core.ids import PersonId, SealedSetId
from licet.core.outside_rows import Provenance, Tally
from licet.core.refusal import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What would have to be shown beside a file; None: nobody shows it. Readers leave all of it unknown, since no format has it.

    Attributes:
        unseen: whoever made the system saw neither these cases nor these results before.
        labels_blind: people of ours gave the right answers without seeing the system's.
        drawn: the cases were drawn at random from those that the system is meant for.
        looks: how many results were seen before this one was shown.
    """

    unseen: bool | None = None
    labels_blind: bool | None = None
    drawn: bool | None = None
    looks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideEvidence:
    """What is kept of a file: its numbers and where they come from, and no case of it.

    Attributes:
        id: of the evidence.
        file_digest: SHA-256 of the file's bytes, in hex.
        imported_at, by: when, and by whom.
        cases: distinct cases; `matched` of them are past cases of this use case.
        covers: number of the sealed set whose cases the file has all of, and no other; None where there is none such.
        judged: whether a model gave scores; None: not told.
        findings: what is odd, in sentences.
        told: what no format of today says, and a certificate needs.
    """

    id: str
    provenance: Provenance
    file_digest: str
    imported_at: datetime
    by: PersonId
    tallies: tuple[Tally, ...]
    cases: int
    matched: int
    covers: SealedSetId | None
    judged: bool | None
    findings: tuple[str, ...]
    told: Told = field(default_factory=Told)

    @property
    def whole(self) -> bool:
        """Whether the run ended, with every case it was to have, and nothing unscored or broken."""
        came = self.provenance
        short = came.planned is not None and came.planned > self.cases
        return came.finished is True and not short and not any(one.unscored or one.errored for one in self.tallies)


REASONS: Mapping[str, str] = {
    "not_the_sealed_cases": "Its cases are not exactly the cases that are sealed here.",
    "seen_before": "Nothing shows that whoever made the system had not seen these cases and results.",
    "labels_not_blind": "Nothing shows that people of yours gave the right answers without seeing the system's.",
    "no_standard": "No standard is locked and countersigned.",
    "made_before_lock": "It was made before the standard was locked.",
    "time_unknown": "The file does not say when it was made, or names a time that had not come.",
    "fingerprint_not_told": "It does not name the fingerprint of a system that is known here.",
    "judged_by_model": "A model gave scores.",
    "judge_unknown": "Nothing shows whether a rule, a person or a model gave the scores.",
    "sample_unknown": "Nothing shows how the cases were chosen.",
    "run_incomplete": "The run broke off, does not say that it ended, or left cases unscored or broken.",
    "looks_unknown": "Nothing shows how many results were looked at before this one was shown.",
}
"""Why evidence from outside is no certificate: every code, with its sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Informs:
    """Evidence that opens no gate, and each reason why: codes of `REASONS`, at least one."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfies:
    """Evidence against which nothing stands: cases, labels and lock are as the standard asks."""


def weigh(evidence: OutsideEvidence, *, current_set: SealedSetId | None, locked_at: datetime | None, known: bool) -> Informs | Satisfies:
    """Says whether evidence from outside could stand as a certificate.

    What nobody shows speaks against it: silence is no evidence.

    Args:
        evidence: as it was taken in.
        current_set: number of the sealed set that counts now, not opened; None where there is none.
        locked_at: when the standard in force was locked; None where none is locked and countersigned.
        known: whether the system it names is registered in the use case, by its fingerprint.

    Returns:
        `Informs` with each reason, in the order of `REASONS`; `Satisfies` where there is none.
    """
    made_at, told = evidence.provenance.made_at, evidence.told
    against = {
        "not_the_sealed_cases": current_set is None or evidence.covers != current_set,
        "seen_before": told.unseen is not True,
        "labels_not_blind": told.labels_blind is not True,
        "no_standard": locked_at is None,
        "made_before_lock": locked_at is not None and made_at is not None and made_at < locked_at,
        "time_unknown": made_at is None or made_at > evidence.imported_at,
        "fingerprint_not_told": not known,
        "judged_by_model": evidence.judged is True,
        "judge_unknown": evidence.judged is None,
        "sample_unknown": told.drawn is not True,
        "run_incomplete": not evidence.whole,
        "looks_unknown": told.looks is None,
    }
    reasons = tuple(code for code in REASONS if against[code])
    return Informs(reasons=reasons) if reasons else Satisfies()


def evidence_to_json(evidence: OutsideEvidence, worth: Informs | Satisfies) -> Mapping[str, Json]:
    """Evidence and its worth for programs; what nobody knows is null."""
    came = evidence.provenance
    reasons = worth.reasons if isinstance(worth, Informs) else ()
    return {
        "id": evidence.id,
        "certificate": not reasons,
        "reasons": [{"code": code, "says": REASONS[code]} for code in reasons],
        "format": came.format,
        "tool": came.tool,
        "version": came.version,
        "made_at": None if came.made_at is None else came.made_at.isoformat(),
        "system": came.system,
        "planned": came.planned,
        "finished": came.finished,
        "file_digest": evidence.file_digest,
        "imported_at": evidence.imported_at.isoformat(),
        "by": evidence.by,
        "cases": {"rows": sum(one.rows for one in evidence.tallies), "distinct": evidence.cases, "ours": evidence.matched},
        "judged_by_model": evidence.judged,
        "measures": [_figures(one) for one in evidence.tallies],
        "findings": list(evidence.findings),
    }


def _figures(one: Tally) -> Mapping[str, Json]:
    failing, mean = one.failing, one.mean
    known = None if isinstance(failing, Unknown) else failing
    return {
        "name": one.name,
        "passed": one.passed,
        "failed": one.failed,
        "graded": one.graded,
        "unscored": one.unscored,
        "errored": one.errored,
        "repeated": one.repeated,
        "mean": None if isinstance(mean, Unknown) else mean,
        "failing": None if known is None else known[0],
        "interval": None if known is None else [known[1], known[2]],
    }
