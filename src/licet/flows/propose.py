"""Proposing: which system speaks, what guards it, and what it says about past cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from licet.core.answer import AnswerKind, answer_label
from licet.core.canonical import digest
from licet.core.case import Content, Part
from licet.core.case_rules import NO_RULES
from licet.core.case_schema import CaseSchema
from licet.core.ids import CaseNumber, Fingerprint, PersonId
from licet.core.refusal import Refused, Unknown
from licet.core.region import widest
from licet.core.scope import Scope
from licet.core.standard import Standard
from licet.core.system import NoProposal, Proposal, Proposed, SystemCard, SystemKind, SystemNotLoadableError, engine_of, is_weighed
from licet.core.use_case import UseCase
from licet.flows.office import Office, entry
from licet.flows.weighed import WeighedSystem
from licet.ports import Guardian, System
from licet.store import cases, systems
from licet.store.book import Tx

SYSTEM_KINDS = ("auto", "builtin", "posted", "callable", "http", "decision", "llm")

OWN = {
    SystemKind.CALLABLE: ("has no system.py", "Write one, or set system: builtin."),
    SystemKind.HTTP: ("names no endpoint", "Add a block `http:` with `url` and `version` to use_case.yaml."),
    SystemKind.DECISION: ("names no decision model", "Add a block `decision:` to use_case.yaml; see docs/decision-protocols.md."),
    SystemKind.LLM: ("names no language model", "Add a block `llm:` with `url`, `model` and `version` to use_case.yaml, and a prompt.md."),
}
"""Systems that a use case's folder holds or names, in the order in which they are looked for; what is said where one is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A past case as the systems at the edge learn from it."""

    case: CaseNumber
    content: Content
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A system ready to be judged or to decide.

    Attributes:
        system: proposes now; None where proposals were posted.
        guardian: says how familiar a case is; None without a build part.
        artifact: stored bytes of a trained system; None for others.
        basis: what it was trained on.
        engine: the built-in system that says how sure it is; None where it says so itself.
        refitted: whether the guardian is another than when this system spoke before, so that familiarity computed then no longer holds.
    """

    card: SystemCard
    system: System | None
    guardian: Guardian | None
    artifact: bytes | None
    basis: str
    engine: "Speaker | None" = None
    refitted: bool = False


def speaker(office: Office, use_case: UseCase, *, wanted: str, posted_as: str | None) -> Speaker | Refused:
    """Finds the system of a use case: the one named, or what is there: a system.py, an endpoint, a model, posted ones, the built-in one.

    Args:
        office: the office.
        use_case: whose system.
        wanted: one of `SYSTEM_KINDS`.
        posted_as: NAME@VERSION of a posted system; None: the newest.
    """
    own = _own(office, use_case, wanted) if posted_as is None else None
    if own is not None:
        return own if isinstance(own, Refused) else _of_folder(office, use_case, own)
    with office.book.read() as tx:
        posted = [s for s in systems.posted(tx, use_case) if posted_as in {None, f"{s.card.name}@{s.card.version}"}]
    if wanted in {"auto", "posted"} and posted:
        return _outside(office, use_case, posted[0].card, None)
    if wanted == "posted" or posted_as is not None:
        why = f"No proposals of {posted_as or 'any system'!r} were imported."
        return Refused(
            code="system_missing", why=why, remedy="Import them: `licet import … --proposal COL --confidence COL --system NAME@VERSION`."
        )
    return _builtin(office, use_case)


def _own(office: Office, use_case: UseCase, wanted: str) -> System | Refused | None:
    """The system that the folder holds or names; `Refused` where one is wanted and missing, None where another kind may be."""
    for kind, (missing, remedy) in OWN.items():
        found = office.systems.load(use_case.slug, use_case.answer_kind, kind) if wanted in {"auto", kind.value} else None
        if found is not None:
            return found
        if wanted == kind.value:
            return Refused(code="system_missing", why=f"{use_case.slug!r} {missing}.", remedy=remedy)
    return None


def _of_folder(office: Office, use_case: UseCase, own: System) -> Speaker | Refused:
    """The system of a folder; beside one whose confidence past cases say, the built-in one that learned from them."""
    if not is_weighed(own.card):
        return _outside(office, use_case, own.card, own)
    engine = _builtin(office, use_case)
    if isinstance(engine, Refused) or engine.system is None:
        return engine
    weighed = WeighedSystem(inner=own, engine=engine.system)
    return replace(_outside(office, use_case, weighed.card, weighed), engine=engine)


def _learned(tx: Tx, use_case: UseCase, part: Part) -> list[Learned]:
    return [
        Learned(case=past.number, content=past.body.content, answer=answer_label(past.answer))
        for past in cases.history(tx, use_case, part)
        if past.answer is not None
    ]


def _outside(office: Office, use_case: UseCase, card: SystemCard, system: System | None) -> Speaker:
    with office.book.read() as tx:
        basis = digest({"guardian": list(cases.basis(tx, use_case, Part.BUILD))})
        stored = systems.guardian_on(tx, use_case, basis)
        own = systems.find(tx, use_case, card.fingerprint)
        raw = None if stored is None else systems.artifact(tx, stored)
        build = [] if raw is not None else _learned(tx, use_case, Part.BUILD)
    guardian = office.guardians.restore(raw) if raw is not None else office.guardians.fit(build) if build else None
    refitted = guardian is not None and (own is None or own.basis != basis)
    return Speaker(card=card, system=system, guardian=guardian, artifact=None, basis=basis, refitted=refitted)


def _builtin(office: Office, use_case: UseCase) -> Speaker | Refused:
    if use_case.answer_kind is not AnswerKind.CHOICE:
        why = f"The built-in system answers choices, and {use_case.slug!r} has {use_case.answer_kind.value} answers."
        return Refused(code="system_missing", why=why, remedy="Post proposals, or write a system.py.")
    with office.book.read() as tx:
        basis = digest({p.value: list(cases.basis(tx, use_case, p)) for p in (Part.BUILD, Part.CALIBRATION)})
        stored = systems.trained_on(tx, use_case, basis)
        raw = None if stored is None or stored.artifact is None else systems.artifact(tx, stored.artifact)
        build = [] if raw is not None else _learned(tx, use_case, Part.BUILD)
        calibration = [] if raw is not None else _learned(tx, use_case, Part.CALIBRATION)
    if raw is None and (not build or not calibration):
        why = f"{use_case.slug!r} has {len(build)} build and {len(calibration)} calibration cases; the built-in system needs both."
        return Refused(code="no_history", why=why, remedy="Import with a split such as --parts 50:20:30, or post proposals.")
    trained = office.trainer.restore(raw) if raw is not None else office.trainer.train(build, calibration)
    return Speaker(card=trained.card, system=trained, guardian=trained.guardian, artifact=raw or trained.to_bytes(), basis=basis)


def keep(tx: Tx, use_case: UseCase, speaker: Speaker, *, by: PersonId, now: datetime) -> str:
    """Stores what a system needs to speak again, and registers it where it is new.

    Returns:
        The name of the stored guardian; empty where the system brings its own, or there is none.
    """
    if speaker.engine is not None:
        keep(tx, use_case, speaker.engine, by=by, now=now)
    artifact = None if speaker.artifact is None else systems.keep_artifact(tx, speaker.artifact)
    guardian = None if speaker.guardian is None or artifact is not None else systems.keep_artifact(tx, speaker.guardian.to_bytes())
    stored = systems.StoredSystem(card=speaker.card, basis=speaker.basis, artifact=artifact, guardian=guardian)
    if not _registered(tx, use_case, stored, by=by, now=now) and guardian is not None:
        systems.set_guardian(tx, use_case, card_of=speaker.card.fingerprint, guardian=guardian, basis=speaker.basis)
    return guardian or ""


def register(tx: Tx, use_case: UseCase, speaker: Speaker, *, by: PersonId, now: datetime) -> None:
    """Registers a system that is about to be asked, without saying that anything it said before still holds."""
    if speaker.engine is not None:
        keep(tx, use_case, speaker.engine, by=by, now=now)
    stored = systems.StoredSystem(card=speaker.card, basis="", artifact=None, guardian=None)
    _registered(tx, use_case, stored, by=by, now=now)


def _registered(tx: Tx, use_case: UseCase, stored: systems.StoredSystem, *, by: PersonId, now: datetime) -> bool:
    """Writes a system down where it is new, with its ledger entry; says whether it was."""
    if not systems.register(tx, use_case, stored, at=now):
        return False
    card = stored.card
    facts = {"kind": card.kind.value, "name": card.name, "version": card.version, "fingerprint": card.fingerprint}
    tx.record(entry("system.registered", by=by, now=now, use_case=use_case, **facts))
    return True


def restore(office: Office, tx: Tx, use_case: UseCase, fingerprint: Fingerprint, guardian_name: str) -> Speaker | None:
    """The system of a mandate, as it was judged: trained artifacts from the store, another from its folder.

    Args:
        office: the office.
        tx: the transaction.
        use_case: whose system.
        fingerprint: the one the mandate names.
        guardian_name: the guardian the mandate names; empty where it names none.

    Returns:
        The speaker; for one from a folder that changed, one with another fingerprint. None where nothing was registered.
    """
    stored = systems.find(tx, use_case, fingerprint)
    if stored is None:
        return None
    if stored.card.kind is SystemKind.BUILTIN and stored.artifact is not None:
        trained = office.trainer.restore(systems.artifact(tx, stored.artifact))
        return Speaker(card=trained.card, system=trained, guardian=trained.guardian, artifact=None, basis=stored.basis)
    guardian = office.guardians.restore(systems.artifact(tx, guardian_name)) if guardian_name else None
    if stored.card.kind is SystemKind.POSTED:
        return Speaker(card=stored.card, system=None, guardian=guardian, artifact=None, basis=stored.basis)
    return _reloaded(office, tx, use_case, stored, guardian)


def _reloaded(office: Office, tx: Tx, use_case: UseCase, stored: systems.StoredSystem, guardian: Guardian | None) -> Speaker | None:
    """The system as its folder is now, with the fingerprint it has now; None where it cannot be loaded any more."""
    try:
        system = office.systems.load(use_case.slug, use_case.answer_kind, stored.card.kind)
    except SystemNotLoadableError:
        return None
    engine = engine_of(stored.card)
    if system is not None and engine is not None and is_weighed(system.card):
        learned = restore(office, tx, use_case, engine, "")
        system = None if learned is None or learned.system is None else WeighedSystem(inner=system, engine=learned.system)
    return None if system is None else Speaker(card=system.card, system=system, guardian=guardian, artifact=None, basis=stored.basis)


def ask(speaker: Speaker, contents: Sequence[Content], before: Sequence[Proposed | None]) -> list[Proposed]:
    """What a system says about cases: taken as it was said or posted before, proposed now elsewhere; with familiarity under a guardian.

    Args:
        speaker: the system.
        contents: the cases.
        before: what was said or posted for each; None where nothing was. A case is never asked about twice.
    """
    open_at = [i for i, one in enumerate(before) if one is None]
    now: Sequence[Proposed] = [NoProposal(why="no proposal was posted")] * len(open_at)
    if speaker.system is not None and open_at:
        now = speaker.system.propose([contents[i] for i in open_at])
    fresh = dict(zip(open_at, now, strict=True))
    said = [fresh[i] if one is None else one for i, one in enumerate(before)]
    return said if speaker.guardian is None else _familiar(speaker.guardian, contents, said)


def _familiar(guardian: Guardian, contents: Sequence[Content], said: list[Proposed]) -> list[Proposed]:
    open_at = [i for i, one in enumerate(said) if isinstance(one, Proposal) and isinstance(one.familiarity, Unknown)]
    if not open_at:
        return said
    values = guardian.familiarity([contents[i] for i in open_at])
    found = dict(zip(open_at, values, strict=True))
    return [replace(one, familiarity=found[i]) if isinstance(one, Proposal) and i in found else one for i, one in enumerate(said)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A past case with what the system says about it.

    Attributes:
        attributes: what routing will know of such a case: its facts, and the schema where it conforms to it.
        name: what the outside calls it, empty where it has no name.
    """

    number: CaseNumber
    attributes: Mapping[str, str]
    proposed: Proposed
    name: str = ""


def scope_for(
    standard: Standard, calibration: Sequence[Spoken], *, has_guardian: bool, schema: CaseSchema | None = None
) -> tuple[Scope, tuple[str, ...]]:
    """Fixes guards and never-alone lists from the standard, the schema and unsealed cases; the threshold is still the widest.

    Returns:
        The scope, and warnings about guards that could not be fitted.
    """
    warnings: list[str] = []
    speaks = [one.proposed for one in calibration if isinstance(one.proposed, Proposal)]
    high = standard.guards.high_stakes_max if standard.high_stakes else None
    if high is not None and not (speaks and all(one.probabilities for one in speaks)):
        warnings.append("The system gives no probability per answer: the high-stakes guard is not fitted.")
        high = None
    share, floor = standard.guards.unfamiliar_share, None
    known = sorted(one.familiarity for one in speaks if not isinstance(one.familiarity, Unknown))
    if share is not None and has_guardian and known:
        floor = known[int(share * len(known))]
    elif share is not None:
        warnings.append("The familiarity guard is not fitted: it takes a build part and a calibration part.")
    scope = Scope(
        threshold=0.0,
        high_stakes=standard.high_stakes,
        high_stakes_max=high,
        familiarity_min=floor,
        never_alone_answers=standard.never_alone_answers,
        never_alone_attributes=standard.never_alone_attributes,
        schema="" if schema is None else schema.digest,
        rules=NO_RULES if schema is None else schema.rules,
        regions=widest(standard.regions),
    )
    return scope, tuple(warnings)
