"""Speaking: what a system says of stored cases, read block by block so that no more than a block's contents are in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from licet.core.case import CaseBody
from licet.core.case_rules import facts_of
from licet.core.case_schema import CaseSchema, marked
from licet.core.ids import CaseNumber
from licet.core.refusal import Refused, Unknown
from licet.core.system import NoProposal, Proposal, Proposed
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.propose import Speaker, Spoken, ask
from licet.flows.run import CHUNK_BYTES, Matter, Runner, ask_about
from licet.store import heads, systems
from licet.store.heads import CaseHead
from licet.store.payloads import salts_of

BLOCK = 500
"""Cases whose contents are read at once."""


def speak_on(
    office: Office, matter: Matter, cases: Sequence[CaseHead], *, with_attributes: bool, schema: CaseSchema | None = None
) -> list[Spoken] | Refused:
    """What a system has said of stored cases, in their order; erased ones are left out. It is not asked here, and answers are not read.

    Content is decrypted only where it is needed: for attributes, and where familiarity is not known yet, which is computed and kept.

    Args:
        office: the office.
        matter: which system, of whose cases.
        cases: those that it was asked about with `ask_about`.
        with_attributes: whether the cases' attributes are asked for.
        schema: marks what conforms to it; None: a use case without one.

    Returns:
        What it said; or `Refused` where something is missing: what a part of the cases shows is no evidence.
    """
    readable = [head for head in cases if head.readable]
    found: list[Spoken] = []
    for block in heads.blocks(readable, most=BLOCK, most_bytes=CHUNK_BYTES):
        found += _spoken(office, matter, block, with_attributes=with_attributes, schema=schema)
    missing = {head.number for head in readable} - {one.number for one in found}
    with office.book.read() as tx:
        unsaid = salts_of(tx, sorted(missing))
    return _incomplete(matter.use_case, len(unsaid), of=len(readable)) if unsaid else found


def _spoken(
    office: Office, matter: Matter, block: Sequence[CaseHead], *, with_attributes: bool, schema: CaseSchema | None
) -> Iterator[Spoken]:
    speaker, use_case = matter.speaker, matter.use_case
    with office.book.read() as tx:
        before = systems.proposals_for(tx, use_case, speaker.card.fingerprint, [head.number for head in block])
        said = _completed(matter, block, {number: _forget_familiarity(one, speaker) for number, one in before.items()})
        asked = with_attributes or schema is not None or any(not _is_complete(one, speaker) for one in said.values())
        read = heads.read_cases(tx, use_case, list(said)) if asked else []
    bodies = {one.number: one.body for one in read}
    complete = _familiar(office, speaker, said, bodies)
    for head in block:
        if head.number in complete and (not asked or head.number in bodies):
            facts = facts_of(marked(schema, bodies[head.number])) if asked else _NO_FACTS
            yield Spoken(number=head.number, attributes=facts, proposed=complete[head.number], name=head.external_id or "")


def _completed(matter: Matter, block: Sequence[CaseHead], said: Mapping[CaseNumber, Proposed]) -> dict[CaseNumber, Proposed]:
    """What was said; of a system that was never asked but posted, that nothing was posted for the other cases."""
    if matter.speaker.system is not None:
        return dict(said)
    return {head.number: said.get(head.number, _NOTHING_POSTED) for head in block}


_NOTHING_POSTED = NoProposal(why="no proposal was posted")


def _familiar(
    office: Office, speaker: Speaker, said: Mapping[CaseNumber, Proposed], bodies: Mapping[CaseNumber, CaseBody]
) -> Mapping[CaseNumber, Proposed]:
    """Computes how familiar cases are, where that is not known, and keeps it."""
    open_ones = [number for number, one in said.items() if number in bodies and not _is_complete(one, speaker)]
    if not open_ones:
        return said
    now = ask(speaker, [bodies[number].content for number in open_ones], [said[number] for number in open_ones])
    fresh = dict(zip(open_ones, now, strict=True))
    with office.book.claim() as tx:
        systems.keep_proposals(tx, speaker.card.fingerprint, fresh, salts_of(tx, open_ones))
    return {**said, **fresh}


def _incomplete(use_case: UseCase, unsaid: int, *, of: int) -> Refused:
    why = f"The system of {use_case.slug!r} has not said anything of {unsaid:,} of {of:,} cases."
    return Refused(code="system_unavailable", why=why, remedy="Ask again: what it said is kept, and no look was spent.")


_NO_FACTS: Mapping[str, str] = MappingProxyType({})
"""Of cases of which nobody asks what they say."""


def _forget_familiarity(one: Proposed, speaker: Speaker) -> Proposed:
    """Familiarity that was computed over other past cases does not hold."""
    if isinstance(one, NoProposal) or not speaker.refitted:
        return one
    return replace(one, familiarity=Unknown(why="the past cases changed"))


def _is_complete(one: Proposed, speaker: Speaker) -> bool:
    return not isinstance(one, Proposal) or speaker.guardian is None or not isinstance(one.familiarity, Unknown)


def hear_out(office: Office, matter: Matter, cases: Sequence[CaseHead], runner: Runner, *, with_attributes: bool) -> list[Spoken] | Refused:
    """Asks a system about cases, and says what it said of them: `ask_about` and `speak_on`, one after the other."""
    stopped = ask_about(office, matter, cases, runner)
    return speak_on(office, matter, cases, with_attributes=with_attributes) if stopped is None else stopped
