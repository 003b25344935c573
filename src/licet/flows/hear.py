"""Hearing: what a system says on stored cases, with the scope fixed before it speaks, and what of the cases cannot count."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.core.case import Part
from licet.core.case_rules import SCHEMA
from licet.core.case_schema import CaseSchema
from licet.core.refusal import Refused
from licet.core.scope import Scope
from licet.core.standard import Standard
from licet.flows.office import Office
from licet.flows.propose import Spoken, scope_for
from licet.flows.run import ALONE, Matter, Runner, ask_about
from licet.flows.speak import speak_on
from licet.store.heads import CaseHead, part_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardUnder:
    """What a system is heard under: a standard, and the schema as the folder has it; None: a use case without a schema."""

    standard: Standard
    schema: CaseSchema | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a system said.

    Attributes:
        scope: guards, never-alone lists, schema and rules; the threshold is still the widest.
        spoken: the cases in their order; erased ones are left out.
        warnings: about guards that could not be fitted.
    """

    scope: Scope
    spoken: list[Spoken]
    warnings: tuple[str, ...]


def hear(office: Office, matter: Matter, cases: Sequence[CaseHead], under: HeardUnder, runner: Runner = ALONE) -> Heard | Refused:
    """Fixes guards on the calibration part, and hears what the system says of cases; what a sealed answer says can move neither.

    Args:
        office: the office.
        matter: which system speaks, and of whose cases.
        cases: the cases to speak on.
        under: standard and schema.
        runner: who asks the system.

    Returns:
        What it said; or `Refused` where it stopped answering, or its budget is spent.
    """
    with office.book.read() as tx:
        calibrating = part_heads(tx, matter.use_case, Part.CALIBRATION)
    numbers = {head.number for head in calibrating}
    stopped = ask_about(office, matter, [*calibrating, *(head for head in cases if head.number not in numbers)], runner)
    fitting = stopped or speak_on(office, matter, calibrating, with_attributes=False)
    if isinstance(fitting, Refused):
        return fitting
    scope, warnings = scope_for(under.standard, fitting, has_guardian=matter.speaker.guardian is not None, schema=under.schema)
    asked = bool(under.standard.never_alone_attributes) or any(measure.slice is not None for measure in under.standard.measures)
    asked = asked or bool(under.standard.regions) or under.standard.clusters is not None or bool(under.standard.slices)
    spoken = speak_on(office, matter, cases, with_attributes=asked, schema=under.schema)
    return spoken if isinstance(spoken, Refused) else Heard(scope=scope, spoken=spoken, warnings=warnings)


def never_alone_warnings(under: HeardUnder, heard: Heard) -> tuple[str, ...]:
    """What a reader must know: guards not fitted, and how many sealed cases are not as the schema says or lack what the standard asks."""
    said = heard.spoken
    names = {*under.standard.never_alone_attributes, *(region.attribute for region in under.standard.regions)}
    without = {name: sum(name not in one.attributes for one in said) for name in sorted(names)}
    strangers = 0 if under.schema is None else sum(SCHEMA not in one.attributes for one in said)
    schema = (
        f"{strangers:,} of {len(said):,} sealed cases are not as the schema in use_case.yaml says: they count as never decided alone. "
        "Import cases with the fields and attributes it asks for.",
    )
    lacking = tuple(
        f"{count:,} of {len(said):,} sealed cases carry no attribute {name!r}, which the standard asks about: they are never decided "
        f"alone. Import and submit cases with --attributes {name}."
        for name, count in without.items()
        if count
    )
    return (*heard.warnings, *(schema if strangers else ()), *lacking)
