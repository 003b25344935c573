"""Importing evidence: what another tool measured comes in, is counted anew, and informs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from licet.core.canonical import Json, digest
from licet.core.case import TextContent
from licet.core.ids import PersonId
from licet.core.outside_evidence import Informs, OutsideEvidence, Satisfies, weigh
from licet.core.outside_rows import Counted, OutsideFile, Row, count, odd, tally_to_json
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.standard import CountersignedStandard
from licet.core.use_case import UseCase
from licet.flows.office import Office, at_work_on, entry
from licet.flows.sort_history import DIGEST, digest_of
from licet.store import imports, looks, outside_evidence, people, standards, systems, use_cases
from licet.store.book import Tx

SAYS_NOTHING = Refused(
    code="nothing_measured",
    why="The file has no row that says anything of a case.",
    remedy="Export the results case by case.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Evidence from outside and what it is worth now: the standard and the sealed cases may have changed since it came in.

    Attributes:
        by_name: who took it in, where it was a person.
    """

    evidence: OutsideEvidence
    worth: Informs | Satisfies
    by_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvidence:
    """A file of another tool as a request brings it.

    Attributes:
        name: what it is called; its ending helps to find out what wrote it.
        data: the file.
        form: what wrote it; `auto` finds out.
        columns: of a table of no tool that is known, which column says what.
        delimiter: of a table; None: found in the header line.
        decimal: of a table, `.` or `,`.
    """

    name: str
    data: bytes = field(repr=False)
    form: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    decimal: str = "."


def import_evidence(office: Office, by: Actor, file: OutsideFile, *, name: str) -> Weighed | Refused:
    """Counts the rows of a file and keeps the numbers; no case of the file is kept, and no answer of ours is held against it.

    Args:
        office: the office.
        by: who brings it.
        file: what another tool wrote.
        name: the use case.

    Returns:
        What it is worth, or `Refused`; also where exactly this file is here already.

    Raises:
        TooMuchError: for more rows or measures than evidence may have.
    """
    with office.book.read() as tx:
        found = _let_in(office, tx, by, name, file.digest)
        if isinstance(found, Refused):
            return found
        ours = _recogniser(office, tx, found[0])
    counted = count(file.rows(), ours)
    if not counted.rows:
        return SAYS_NOTHING
    with office.book.write() as tx:
        again = _let_in(office, tx, by, name, file.digest)
        if isinstance(again, Refused):
            return again
        use_case, actor = again
        kept = _evidence(office, tx, (use_case, actor), file, counted)
        outside_evidence.add(tx, use_case, kept)
        tx.record(entry("evidence.imported", by=actor.id, now=kept.imported_at, use_case=use_case, **_facts(kept)))
        return _weighed(tx, use_case, kept)


def may_bring(office: Office, by: Actor, *, name: str) -> Refused | None:
    """Says no to whoever may not bring evidence, before a file of theirs is read."""
    with office.book.read() as tx:
        found = at_work_on(office, tx, by, Act.IMPORT_EVIDENCE, name=name)
    return found if isinstance(found, Refused) else None


def list_evidence(office: Office, *, name: str) -> list[Weighed]:
    """All evidence from outside in a use case, the newest first, each with what it is worth now."""
    with office.book.read() as tx:
        return evidence_of(tx, use_cases.require(tx, name))


def evidence_of(tx: Tx, use_case: UseCase) -> list[Weighed]:
    """As `list_evidence`, inside a transaction."""
    return [_weighed(tx, use_case, one) for one in outside_evidence.every(tx, use_case)]


def _let_in(office: Office, tx: Tx, by: Actor, name: str, file_digest: str) -> tuple[UseCase, Actor] | Refused:
    found = at_work_on(office, tx, by, Act.IMPORT_EVIDENCE, name=name)
    if isinstance(found, Refused):
        return found
    there = outside_evidence.by_file(tx, found[0], file_digest)
    if there is None:
        return found
    why = f"Exactly this file is here already, as {there.id}."
    return Refused(code="already_done", why=why, remedy=f"See it: `licet evidence outside show {name} {there.id}`.")


def _recogniser(office: Office, tx: Tx, use_case: UseCase) -> Callable[[Row], bytes | None]:
    """Says which past case of ours a row is about: by its outside name, else by its text."""
    names, contents = imports.known_names(tx, use_case), imports.known_digests(tx, use_case)
    key = office.vault.key(DIGEST, b"")

    def ours(row: Row) -> bytes | None:
        found = names.get(row.case)
        if found is not None or not contents:
            return found
        digests = (digest_of(key, TextContent(text=text)) for text in row.contents)
        return next((one for one in digests if one in contents), None)

    return ours


def _evidence(office: Office, tx: Tx, here: tuple[UseCase, Actor], file: OutsideFile, counted: Counted) -> OutsideEvidence:
    use_case, actor = here
    sealed = looks.current_set(tx, use_case)
    whole: frozenset[bytes] = frozenset()
    if sealed is not None and not counted.strangers:
        whole = outside_evidence.sealed_contents(tx, use_case, sealed.id)
    return OutsideEvidence(
        id=office.draw.token("o_"),
        provenance=file.provenance,
        file_digest=file.digest,
        imported_at=office.clock.now(),
        by=actor.id,
        tallies=counted.tallies,
        cases=counted.cases,
        matched=len(counted.matched),
        covers=sealed.id if sealed is not None and whole and whole == counted.matched else None,
        judged=counted.judged,
        findings=odd(file, counted),
    )


def _weighed(tx: Tx, use_case: UseCase, evidence: OutsideEvidence) -> Weighed:
    signed = standards.newest(tx, use_case)
    sealed = looks.current_set(tx, use_case)
    system = evidence.provenance.system
    worth = weigh(
        evidence,
        current_set=None if sealed is None or sealed.opened_scope is not None else sealed.id,
        locked_at=signed.locked.locked_at if isinstance(signed, CountersignedStandard) else None,
        known=system is not None and systems.find(tx, use_case, system) is not None,
    )
    person = people.by_id(tx, PersonId(evidence.by))
    return Weighed(evidence=evidence, worth=worth, by_name=None if person is None else person.name)


def _facts(kept: OutsideEvidence) -> Mapping[str, Json]:
    """What the ledger holds: names that a file gives may say anything, so that only their digest is in it."""
    return {
        "evidence": kept.id,
        "format": kept.provenance.format,
        "file_digest": kept.file_digest,
        "cases": kept.cases,
        "matched": kept.matched,
        "rows": sum(one.rows for one in kept.tallies),
        "tallies": digest([tally_to_json(one) for one in kept.tallies]),
    }
