"""Disclosing: which answers a pack opens, for whom, and what it says of those that were erased or are left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from licet.core.answer import answer_to_json
from licet.core.audit import overdue_reference
from licet.core.canonical import Json, canonical_bytes
from licet.core.evidence import Part, View
from licet.core.ids import BY_MANDATE, CaseNumber
from licet.core.ledger import Event
from licet.core.mandate import proposed_of
from licet.core.review import TO_DECIDE
from licet.core.use_case import UseCase
from licet.flows.correct import commitment_of
from licet.flows.shown import OWN_AFFAIRS, shown_in
from licet.store import audits, corrections, decisions, ledger, mandates, watches
from licet.store.book import Tx
from licet.store.marks import Wanted, every, spans_of
from licet.store.payloads import commitment_salt, salts_of

SAMPLE = 50
"""Decisions shown in a pack, spread evenly over all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where in the ledger things are said, by their numbers.

    Attributes:
        decided: by case.
        corrected: by case and number of the correction.
        erased: by case.
        audited: cases whose audit was answered.
        overdue: what the ledger calls cases whose audit was not answered in time.
        people: by person, where they were added last.
        identities: by person, how they showed who they are in the entries of the pack.
    """

    decided: Mapping[int, int]
    corrected: Mapping[tuple[int, int], int]
    erased: Mapping[int, int]
    audited: frozenset[int]
    overdue: frozenset[str]
    people: Mapping[str, int]
    identities: Mapping[str, list[Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Which answers a pack opens. Make one with `disclosure`.

    Attributes:
        places: where things are said.
        view: whom the pack is for.
        hidden: the words for who decided, of mandates whose audits go on, where those answers are left out.
        counts: how much was left out, by part.
    """

    use_case: UseCase
    places: Places
    view: View
    hidden: frozenset[str]
    counts: Counter[Part] = field(default_factory=Counter)


def _places(said: Sequence[tuple[int, Event]]) -> Places:
    """Reads off a pack's entries where what is said."""
    decided, corrected, erased = dict[int, int](), dict[tuple[int, int], int](), dict[int, int]()
    audited, overdue, people = set[int](), set[str](), dict[str, int]()
    for index, event in said:
        match event.what, event.facts:
            case "case.decided", {"case_number": int(case)}:
                decided[case] = index
            case "case.corrected", {"case_number": int(case), "number": int(number)}:
                corrected[case, number] = index
            case "case.erased", {"case_number": int(case)}:
                erased[case] = index
            case (("audit.answered" | "audit.overdue"), {"case_number": int(case)}):
                audited.add(case)
            case "audit.overdue", {"reference": str(reference)}:
                overdue.add(reference)
            case "person.added", {"person": str(person)}:
                people[person] = index
            case _:
                pass
    return Places(
        decided=decided,
        corrected=corrected,
        erased=erased,
        audited=frozenset(audited),
        overdue=frozenset(overdue),
        people=people,
        identities=shown_in(event for _, event in said),
    )


def disclosure(tx: Tx, use_case: UseCase, view: View, rows: Sequence[ledger.Entry]) -> tuple[Disclosure, list[ledger.Entry]]:
    """What a pack may open, and the entries that it may hold."""
    rows = [row for row in rows if row.event.what not in OWN_AFFAIRS]
    waiting = _waiting(tx, use_case) if not view.has(Part.OPEN_REASONS) else frozenset()
    said = [(row, row.event) for row in rows]
    kept = [row for row, event in said if not (event.what == "case.routed" and event.facts["case_number"] in waiting)]
    hidden = frozenset() if view.has(Part.ALONE_ANSWERS) else _unrevealed(tx, use_case)
    places = _places([(row.index, event) for row, event in said])
    found = Disclosure(use_case=use_case, places=places, view=view, hidden=hidden)
    found.counts[Part.OPEN_REASONS] += len(rows) - len(kept)
    return found, kept


def _waiting(tx: Tx, use_case: UseCase) -> frozenset[int]:
    """Cases that wait for a person's decision. Cases in an audit are not among them: whoever saw that one is missing would know."""
    return frozenset(int(task.case) for task in decisions.open_tasks(tx, use_case) if task.kind in TO_DECIDE)


def _unrevealed(tx: Tx, use_case: UseCase) -> frozenset[str]:
    """Who decided, where the draws of its audits are not told yet."""
    told = every(tx, Wanted(spans=spans_of(tx, [use_case.slug]), words=("secret.revealed",)))
    revealed = {str(row.event.facts["mandate"]) for row in ledger.entries_at(tx, told)}
    return frozenset(BY_MANDATE + proposed_of(one).id for one in mandates.every(tx, use_case) if proposed_of(one).id not in revealed)


def decisions_shown(tx: Tx, found: Disclosure) -> Json:
    """A sample of decisions, each opening the commitment of its entry."""
    there, hidden = sorted(found.places.decided), _hidden(tx, found)
    shown = [CaseNumber(number) for number in there if number not in hidden]
    found.counts[Part.ALONE_ANSWERS] += len(there) - len(shown)
    picked = shown[:: max(1, len(shown) // SAMPLE)][:SAMPLE]
    rows: list[Json] = []
    for number, salt in salts_of(tx, picked).items():
        answer = decisions.answer_of(tx, found.use_case, number, salt)
        if answer is not None:
            payload = canonical_bytes({"answer": answer_to_json(answer)}).decode("utf-8")
            opened = commitment_salt(tx, salt, "answer").hex()
            rows.append({"case": number, "event_index": found.places.decided[number], "payload": payload, "salt": opened})
    return rows


def _hidden(tx: Tx, found: Disclosure) -> frozenset[int]:
    return frozenset(decisions.decided_by(tx, found.use_case, found.hidden)) if found.hidden else frozenset()


def corrections_shown(tx: Tx, found: Disclosure) -> Json:
    """The newest corrections, opened as the sample of decisions is; each beside the answer that counted before it."""
    newest = sorted(found.places.corrected, key=found.places.corrected.__getitem__, reverse=True)
    there, hidden = list(dict.fromkeys(case for case, _ in newest)), _hidden(tx, found)
    picked = [CaseNumber(case) for case in there if case not in hidden][:SAMPLE]
    found.counts[Part.ALONE_ANSWERS] += sum(case in hidden for case in there)
    return [
        {
            "case": case,
            "number": one.number,
            "by": one.by,
            "at": one.at.isoformat(),
            "before": answer_to_json(before),
            "event_index": found.places.corrected[case, one.number],
            "payload": canonical_bytes({"answer": answer_to_json(one.answer)}).decode("utf-8"),
            "salt": commitment_salt(tx, salt, commitment_of(one.number)).hex(),
        }
        for case, salt in salts_of(tx, picked).items()
        for before, one in corrections.steps(tx, found.use_case, case, salt)
        if (case, one.number) in found.places.corrected
    ]


def erased_shown(found: Disclosure) -> Json:
    """Answers that were erased: where they were committed to, and where it is said that nobody can read them any more."""
    said = [(case, index) for case, index in found.places.decided.items()]
    said += [(case, index) for (case, _), index in found.places.corrected.items()]
    return [
        {"case": case, "event_index": index, "erased_index": found.places.erased[case]}
        for case, index in sorted(said)
        if case in found.places.erased
    ]


def audits_shown(tx: Tx, found: Disclosure) -> Json:
    """Audits that were settled; one whose question waits still is nobody's to know, in time or not."""
    rows: list[Json] = []
    waiting = watches.questions_open(tx, found.use_case)
    for mandate in mandates.every(tx, found.use_case):
        for row in audits.every(tx, proposed_of(mandate).id):
            if row.outcome is None or row.drawn.case in waiting or not _is_told(tx, found.places, row):
                continue
            said: dict[str, Json] = {"mandate": row.drawn.mandate, "round": row.drawn.round, "case_number": row.drawn.case}
            if found.view.has(Part.AUDIT_ORDER):
                said["order"] = row.drawn.order
            rows.append({**said, "probability": row.drawn.probability, "outcome": audits.word_of(row.outcome), "fed": row.fed})
    found.counts[Part.AUDIT_ORDER] += 0 if found.view.has(Part.AUDIT_ORDER) else len(rows)
    return rows


def _is_told(tx: Tx, places: Places, row: audits.AuditRow) -> bool:
    """Whether an entry of the pack says what came of an audit; of an overdue one it names no case."""
    case = row.drawn.case
    return case in places.audited or overdue_reference(mandates.secret(tx, row.drawn.mandate), case) in places.overdue
