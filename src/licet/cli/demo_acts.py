"""What happens in the demo: each act does with the flows what the commands do, and gives back what came of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from licet.cli.demo_data import Scan, ToldDraw, biopsy_columns, key_text, scans, turned, write_biopsies, write_scans
from licet.cli.founding import create
from licet.cli.frame import granted
from licet.core.answer import AnswerKind
from licet.core.audit import Disagreed
from licet.core.case import Part
from licet.core.drill import Drill
from licet.core.gate import ClosedGate, OpenedGate
from licet.core.history import ImportReport, shares_from
from licet.core.ids import Digest
from licet.core.mandate import ActiveMandate, ProposedMandate, proposed_of
from licet.core.measure import Measure, MeasureKind
from licet.core.people import Operator, Person, Role
from licet.core.refusal import Refused
from licet.core.risk_questions import QUESTIONS
from licet.core.standard import CountersignedStandard, Standard
from licet.core.use_case import Stage
from licet.edge.files import Columns, Reading, file_digest, read_history
from licet.edge.folder import UseCaseFile, load_standard, load_use_case, write_standard, write_use_case
from licet.flows.approve import approve_gate
from licet.flows.assess_risk import answer_risk
from licet.flows.audit import AuditStatus, audit_status
from licet.flows.drill import drill_stop
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.grant import Wishes, grant_mandate, propose_mandate
from licet.flows.hold_gate import show_gate
from licet.flows.import_history import import_history
from licet.flows.intake import Delivery, Tally, submit
from licet.flows.office import Office
from licet.flows.register import add_person, new_use_case
from licet.flows.report import export_cases
from licet.flows.set_standard import countersign_standard, lock_standard
from licet.flows.settle import settle
from licet.flows.sort_history import Order
from licet.settings import FOLDER, Home
from licet.stats.bounds import smallest_n
from licet.store import audits, cases, use_cases
from licet.store.risks import StoredRisk
from licet.wiring import opened

SLIPS = "payment-slips"
BIOPSIES = "biopsies"
PAST, LIVE, TURNED = 1500, 200, 750
"""Scans that become history, that come in first to be decided, and that are fed upside down; the rest comes in after that."""

SLIP_PARTS, BIOPSY_PARTS = "47:17:36", "50:20:30"
UPSIDE_DOWN = "fed upside down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of the demo, all invented."""

    owner: Person
    risk: Person
    builder: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Where the demo plays: an installation of its own, its people, and its seed."""

    home: Home
    office: Office
    cast: Cast
    seed: int

    @property
    def data(self) -> Path:
        """The folder with the CSV files and the pictures."""
        return self.home.root / "data"


@contextmanager
def on_set(root: Path, seed: int) -> Iterator[Set]:
    """Makes an installation in an empty folder, with its people; closes it afterwards."""
    home = Home(root=root, key_file=root / FOLDER / "key")
    create(home)
    home.key_file.write_text(key_text(seed), encoding="ascii")
    with opened(home) as office:
        told = replace(office, draw=ToldDraw(seed))
        cast = Cast(
            owner=_person(told, "Olga Owner", Role.OWNER),
            risk=_person(told, "Rita Risk", Role.RISK),
            builder=_person(told, "Bo Builder", Role.BUILDER),
        )
        settle(told)
        yield Set(home=home, office=told, cast=cast, seed=seed)


def _person(office: Office, name: str, role: Role) -> Person:
    email = f"{name.split()[0].lower()}@example.org"
    return granted(add_person(office, Operator(), email=email, name=name, roles=frozenset({role})))


# --- history and standard ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseMade:
    """A use case with its history: the CSV, and what the import said of it."""

    file: Path
    report: ImportReport


def import_slips(scene: Set) -> UseCaseMade:
    """Writes the scans, makes the use case, and imports the first 1,500 of them as history."""
    found = scans(scene.seed)
    file = write_scans(scene.data / "slips.csv", found[:PAST], prefix="slip-")
    write_scans(scene.data / "monday.csv", found[PAST : PAST + LIVE], prefix="slip-")
    write_scans(scene.data / "wednesday.csv", found[PAST + LIVE :], prefix="slip-")
    _make(scene, SLIPS, "Payment slips: read one handwritten digit", target=0.02, answers=tuple("0123456789"))
    columns = Columns(content=("scan",), answer="digit", id="slip")
    return UseCaseMade(file=file, report=_import(scene, SLIPS, file, columns, SLIP_PARTS))


def import_biopsies(scene: Set) -> UseCaseMade:
    """Writes the biopsies, makes the use case, and imports all of them as history."""
    file = write_biopsies(scene.data / "biopsies.csv")
    _make(scene, BIOPSIES, "Biopsies: benign or malignant", target=0.01, answers=("benign", "malignant"), high_stakes="malignant")
    columns = Columns(content=biopsy_columns(), answer="diagnosis", id="biopsy")
    return UseCaseMade(file=file, report=_import(scene, BIOPSIES, file, columns, BIOPSY_PARTS))


def _make(scene: Set, name: str, title: str, *, target: float, answers: tuple[str, ...], high_stakes: str = "") -> None:
    made = granted(new_use_case(scene.office, scene.cast.builder, name=name, title=title, kind=AnswerKind.CHOICE))
    folder = scene.home.use_cases / name
    measure = Measure(name="error among cases decided alone", kind=MeasureKind.ERROR_ALONE, target=target, confidence=0.95)
    write_use_case(folder, UseCaseFile(slug=made.slug, title=title, answer=AnswerKind.CHOICE, answers=answers))
    write_standard(folder, Standard(measures=(measure,), high_stakes=frozenset({high_stakes} - {""})))


def _import(scene: Set, name: str, file: Path, columns: Columns, parts: str) -> ImportReport:
    order = Order(
        name=name,
        rows=lambda: read_history(file, columns, Reading(), AnswerKind.CHOICE),
        times=None,
        shares=shares_from(parts),
        seed=scene.seed,
        file_digest=file_digest(file),
        mapping=json.dumps({"content": columns.content, "answer": columns.answer, "id": columns.id, "parts": parts}, sort_keys=True),
    )
    report = granted(import_history(scene.office, scene.cast.builder, order))
    settle(scene.office)
    return report


def sign_standard(scene: Set, name: str) -> CountersignedStandard:
    """Locks the standard as its owner, and countersigns it as risk."""
    granted(lock_standard(scene.office, scene.cast.owner, name=name, draft=load_standard(scene.home.use_cases / name)))
    signed = granted(countersign_standard(scene.office, scene.cast.risk, name=name))
    settle(scene.office)
    return signed


def judge(scene: Set, name: str) -> Evaluated:
    """Evaluates the built-in system on the sealed cases, as the builder."""
    folder = scene.home.use_cases / name
    told = load_use_case(folder)
    request = Request(name=name, on_disk=load_standard(folder), system=told.system, schema=told.case)
    done = granted(evaluate(scene.office, scene.cast.builder, request))
    settle(scene.office)
    return done


# --- mandate -----------------------------------------------------------------------------------------------------------

WISHES = Wishes(audit_rate=0.25, daily_cap=2000, lasts=timedelta(days=30), planned_audits=300)


def propose(scene: Set, name: str) -> ProposedMandate | Refused:
    """Proposes a mandate as the builder."""
    made = propose_mandate(scene.office, scene.cast.builder, name=name, wishes=WISHES)
    settle(scene.office)
    return made


SLIP_RISK: Mapping[str, str] = {
    **{question.code: question.options[0].code for question in QUESTIONS},
    "decision": "reads",
    "subject": "people",
    "money": "up_to_100",
    "autonomy": "alone_most",
    "contest": "simply",
}
"""What the demo's people answer for slips: one digit is read, of slips up to 100, corrected within the day; no personal data in a scan."""

BIOPSY_RISK: Mapping[str, str] = {
    **SLIP_RISK,
    "harm": "yes",
    "undo": "never",
    "money": "none",
    "vulnerable": "yes",
    "personal_data": "special",
    "autonomy": "alone_some",
}
"""And for biopsies: a wrong answer harms a patient."""


def assess(scene: Set, name: str, answers: Mapping[str, str]) -> StoredRisk:
    """Answers the risk questions as the builder."""
    done = granted(answer_risk(scene.office, scene.cast.builder, name=name, answers=answers))
    settle(scene.office)
    return done.risk


def drill(scene: Set, name: str) -> Drill:
    """Exercises the stop as the owner."""
    done = granted(drill_stop(scene.office, scene.cast.owner, name=name))
    settle(scene.office)
    return done


def gate(scene: Set, name: str) -> OpenedGate | ClosedGate:
    """The gate to *delegated* as it stands."""
    return show_gate(scene.office, name=name, to=Stage.DELEGATED)


def olga_tries(scene: Set, name: str, covers: Digest) -> Refused:
    """Lets the owner try to approve what she owns.

    Raises:
        GateClosedError: when nobody refuses it, which would break the first law of approvals.
    """
    given = approve_gate(scene.office, scene.cast.owner, name=name, digest=covers)
    if isinstance(given, Refused):
        return given
    message = f"The owner of {name!r} approved her own gate."
    raise GateClosedError(message)


class GateClosedError(RuntimeError):
    """The gate stayed closed where the story needs it open, or opened where it must not."""


def approve_and_grant(scene: Set, name: str, covers: Digest) -> ActiveMandate:
    """Approves the proposed mandate as risk, and grants it as the owner.

    Raises:
        GateClosedError: when something is missing all the same.
    """
    granted(approve_gate(scene.office, scene.cast.risk, name=name, digest=covers))
    made = grant_mandate(scene.office, scene.cast.owner, name=name)
    settle(scene.office)
    if isinstance(made, ClosedGate):
        message = f"The gate of {name!r} is closed: {', '.join(r.code for r in made.missing)}."
        raise GateClosedError(message)
    return granted(made)


# --- cases -------------------------------------------------------------------------------------------------------------


def send(scene: Set, file: Path, *, simulated: bool = False) -> Tally:
    """Submits a file of slips; people are simulated from the truth in it."""
    columns = Columns(content=("scan",), answer="digit", id="slip", attributes=("simulated",) if simulated else ())
    delivery = Delivery(
        name=SLIPS,
        rows=read_history(file, columns, Reading(), AnswerKind.CHOICE),
        source=file_digest(file)[:12],
        card=None,
        simulated=True,
    )
    done = Tally()
    for so_far in submit(scene.office, scene.cast.builder, delivery):
        done = granted(so_far)
    settle(scene.office)
    return done


def write_upside_down(scene: Set) -> Path:
    """Writes the scans of the build and calibration parts once more, turned by 180 degrees: no sealed scan is among them."""
    with scene.office.book.read() as tx:
        use_case = use_cases.require(tx, SLIPS)
        seen = {one.external_id for part in (Part.BUILD, Part.CALIBRATION) for one in cases.stored(tx, use_case, part)}
    found = [turned(scan) for scan in scans(scene.seed) if f"slip-{scan.number:04d}" in seen]
    return write_scans(scene.data / "tuesday.csv", found[:TURNED], prefix="turned-", simulated=UPSIDE_DOWN)


def watch(scene: Set) -> AuditStatus:
    """Where the audits of the slips' mandate stand."""
    status = granted(audit_status(scene.office, name=SLIPS))
    settle(scene.office)
    return status


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What AI decided alone of the scans fed upside down.

    Attributes:
        alone: how many cases.
        wrong: the scans, the right way up, that it read wrongly by the data's truth, with what it said.
    """

    alone: int
    wrong: tuple[tuple[Scan, str], ...]


def damage(scene: Set) -> Damage:
    """Holds what AI decided of the simulated batch against the truth that the data set has."""
    by_name = {f"turned-{scan.number:04d}": scan for scan in scans(scene.seed)}
    rows = granted(export_cases(scene.office, scene.cast.risk, name=SLIPS))
    found = [(by_name[name], said) for name, route, _, _, said, *_ in rows if route == "alone" and name in by_name]
    return Damage(alone=len(found), wrong=tuple((scan, said) for scan, said in found if said != scan.digit))


def order_of_trip(scene: Set, mandate: ActiveMandate) -> tuple[int, int]:
    """Audits on scans fed upside down that the watch had counted when it tripped, and how many of those disagreed."""
    with scene.office.book.read() as tx:
        fed = [row for row in audits.every(tx, proposed_of(mandate).id) if row.fed]
        names = {row.drawn.case: cases.by_number(tx, row.drawn.case) for row in fed}
    on_turned = [row for row in fed if (one := names[row.drawn.case]) is not None and (one.external_id or "").startswith("turned-")]
    return len(on_turned), sum(isinstance(row.outcome, Disagreed) for row in on_turned)


def clean_labels(measure: Measure) -> int:
    """Fewest cases, without a single error among them, that show a measure's target."""
    return smallest_n(target=measure.target, delta=measure.delta)


def reasons_in_order(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons why people decide, the most frequent first."""
    return sorted(reasons.items(), key=lambda pair: -pair[1])
