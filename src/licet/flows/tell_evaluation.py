"""Telling an evaluation: as data for programs and files, with no more in it than whoever asks may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from licet.core.canonical import Json
from licet.core.people import Act, Actor
from licet.core.refusal import Refused
from licet.core.sealed import SealedSet
from licet.core.standard import CountersignedStandard
from licet.core.system import SystemCard
from licet.flows.office import Office, allowed
from licet.flows.open_sealed import Figures, figures
from licet.flows.verdicts import newest_look
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach
from licet.store import looks, standards, systems, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of an evaluation.

    Attributes:
        stored: the look with its verdict.
        card: the system that was judged.
        version: of the standard.
        sealed: the sealed set as it stands.
        fresh: whether a look was spent just now.
    """

    slug: str
    stored: looks.StoredLook
    card: SystemCard
    version: int
    sealed: SealedSet
    fresh: bool


def newest_evaluation(office: Office, by: Actor, *, name: str) -> tuple[Mapping[str, Json], datetime] | None:
    """The newest verdict on the standard as it is signed, and when it was given; None where there is none.

    Whoever may not evaluate the use case is told no case of it, also where the sealed cases are open.
    """
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        stored = newest_look(tx, use_case)
        signed = None if stored is None else standards.by_digest(tx, use_case, stored.standard)
        system = None if stored is None else systems.find(tx, use_case, stored.fingerprint)
        if stored is None or not isinstance(signed, CountersignedStandard) or system is None:
            return None
        sealed = looks.set_by_id(tx, stored.look.sealed_set)
        with_cases = not isinstance(allowed(office, tx, by, Act.EVALUATE, use_case), Refused)
    told = Told(slug=use_case.slug, stored=stored, card=system.card, version=signed.locked.version, sealed=sealed, fresh=False)
    data = evaluation_json(told, figures(office, name=name, look=stored.look.id))
    return {name: value for name, value in data.items() if with_cases or name != EXAMPLES}, stored.look.at


EXAMPLES = "examples"
"""Where the data name cases that went wrong, with what people and AI said of each."""


def evaluation_json(told: Told, shown: Figures | None) -> dict[str, Json]:
    """An evaluation as JSON; what shows sealed answers is null until they are open."""
    stored, sealed = told.stored, told.sealed
    verdict = stored.verdict if isinstance(stored.verdict, Mapping) else {}
    data: dict[str, Json] = {
        "use_case": told.slug,
        "verdict": stored.word,
        "why": verdict.get("why"),
        "standard": {"digest": stored.standard, "version": told.version},
        "system": {
            "fingerprint": stored.fingerprint,
            "kind": told.card.kind.value,
            "name": told.card.name,
            "version": told.card.version,
        },
        "cases": {"sealed": sealed.cases, "labelled": sealed.labelled, "adjudicated": sealed.adjudications},
        "looks": len(sealed.looks),
        "look": {"number": stored.look.number, "fresh": told.fresh, "share": stored.look.share, "sealed_set": sealed.id},
        "measures": _measures(verdict, shown),
        "region": verdict.get("region"),
        "more": None if shown is None else more_json(shown.more),
        "warnings": list(stored.warnings),
    }
    data |= {"regions": verdict["regions"]} if "regions" in verdict else {}
    return data if shown is None else data | _opened(shown)


def _measures(verdict: Mapping[str, Json], shown: Figures | None) -> list[Json]:
    measures = verdict.get("measures")
    opened = {} if shown is None else {m.name: m for m in shown.found.measures}
    rows: list[Json] = []
    for row in measures if isinstance(measures, list) else []:
        filled = dict(row) if isinstance(row, Mapping) else {}
        figure = opened.get(str(filled.get("name")))
        if figure is not None:
            filled |= {"n": figure.n, "errors": figure.errors, "estimate": figure.estimate, "interval": [figure.low, figure.high]}
        rows.append(filled)
    return rows


def _opened(shown: Figures) -> dict[str, Json]:
    """The curve with error rates, and examples of errors: there once the sealed cases are open."""
    curve: list[Json] = [
        {"threshold": p.threshold, "coverage": p.coverage, "n": p.n, "errors": p.errors, "upper": p.upper} for p in shown.found.curve
    ]
    examples: list[Json] = [
        {"case": m.name, "confidence": m.confidence, "said": m.said, "truth": m.truth, "alone": m.alone} for m in shown.found.misses[:20]
    ]
    return {"curve": curve, "examples": examples}


def more_json(more: LabelMore | NotCertifiable | OutOfReach | None) -> Json:
    """What it would take, as JSON; always an estimate."""
    if more is None:
        return None
    if isinstance(more, LabelMore):
        gain: dict[str, Json] = {"labels": more.more, "coverage": more.coverage, "gain": more.gain, "power": more.power}
        return {"kind": "label_more", "estimated": True, **gain}
    if isinstance(more, NotCertifiable):
        return {"kind": "not_certifiable", "needed": more.needed, "available": more.available}
    return {"kind": "out_of_reach", "estimated": True, "estimate": more.estimate, "target": more.target}
