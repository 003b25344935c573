"""Attacks on standards: a promise that is changed once the results are known, so that an old verdict or a new one says yes."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from licet.core.gate import OpenedGate
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.standard import Standard, standard_to_json
from licet.flows.approve import approve_gate
from licet.flows.evaluate import Evaluated
from licet.flows.grant import grant_mandate, propose_mandate
from licet.flows.set_standard import lock_standard, revise_standard
from licet.pretend import ScriptedSystem
from licet.store import standards, tables, use_cases
from licet.store.book import ClockWentBackError
from licet.testing import World, done, past_cases, promise, says_like
from tests.abuse.count import Count, Ground
from tests.flows.approving import WISHES, asked, met
from tests.flows.examples import MAILS

LAX = promise(0.45, 0.6)
Change = Callable[[World], object]


def edited_on_disk(world: World) -> None:
    """The file says something else than what was signed."""
    world.standards[MAILS] = LAX


def signed_anew(world: World) -> None:
    """The standard is revised, and a laxer one is signed by the same two people."""
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.standards[MAILS] = replace(LAX, attempts=(0.5, 0.5))
    world.sign(MAILS)


def signed_with_another_split(world: World) -> None:
    """As before, with attempts whose first share is gone already and whose second is nearly everything."""
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.standards[MAILS] = replace(LAX, attempts=(0.01, 0.99))
    world.sign(MAILS)


def taken_back(world: World) -> None:
    """The standard is revised and stays so, or is locked by the owner alone."""
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.standards[MAILS] = LAX
    done(lock_standard(world.office, world.owner, name=MAILS, draft=LAX))


def row_edited(world: World) -> None:
    """Somebody with the database makes the signed row say a laxer promise."""
    _edit(world, body=_body(LAX))
    world.standards[MAILS] = LAX


def row_and_digest_edited(world: World) -> None:
    """As before, and leaves the old digest beside it where it is looked for."""
    with world.office.book.read() as tx:
        kept = tx.run(tables.standard.select()).one()._mapping["digest"]
    _edit(world, body=_body(LAX), digest=kept)
    world.standards[MAILS] = LAX


def countersign_swapped(world: World) -> None:
    """A laxer version that the owner locked alone gets, by SQL, the countersignature of the version before."""
    taken_back(world)
    _edit(world, countersigned_by=world.risk.id, countersigned_at=world.clock.now())


def clock_set_back(world: World) -> None:
    """The clock goes back to before the results, and the laxer standard is signed there."""
    now = world.clock.at
    world.clock.at = now - timedelta(hours=1)
    with suppress(ClockWentBackError):
        signed_anew(world)
    world.clock.at = now


CHANGES: Mapping[str, Change] = {
    one.__name__: one
    for one in (
        edited_on_disk, signed_anew, signed_with_another_split, taken_back, row_edited, row_and_digest_edited, countersign_swapped,
        clock_set_back,
    )
}  # fmt: skip
"""Every way to change a standard after its results."""


def standard_changed_after_results(ground: Ground) -> Count:
    """A failed system is to pass, and a yes that was given is to count on, after each change of the standard."""
    count = Count(more={"changes": len(CHANGES)})
    for name, change in CHANGES.items():
        with World(ground.folder / name / "failed") as world:
            count.saw(f"{name}: a failed system passes", succeeded=failed_passes(world, change))
        with World(ground.folder / name / "approved") as world:
            count.saw(f"{name}: an old yes counts on", succeeded=approved_counts_on(world, change))
    return count


def failed_passes(world: World, change: Change) -> bool:
    """Whether a system that was judged not met gets a mandate after the change without a new look at other cases."""
    world.use_case(MAILS)
    rows = past_cases(150, wrong=40)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
    world.import_cases(MAILS, rows, card=None)
    world.sign(MAILS)
    assert world.evaluate(MAILS).stored.word == "not_met"
    world.ready(MAILS)
    change(world)
    judged = world.try_evaluate(MAILS)
    if isinstance(judged, Evaluated) and judged.stored.word == "met":
        return True
    proposed = propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)
    return isinstance(proposed, ProposedMandate) or isinstance(world.gate(MAILS), OpenedGate) or _granted(world)


def approved_counts_on(world: World, change: Change) -> bool:
    """Whether a mandate that waits to be granted is granted after the change, on the verdict by the standard before."""
    met(world)
    digest = asked(world)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=digest))
    assert isinstance(world.gate(MAILS), OpenedGate)
    before = signed(world)
    change(world)
    if signed(world) == before:
        return False  # The file alone, or a clock that was refused: what was approved is what stands.
    approve_gate(world.office, world.risk, name=MAILS, digest=digest)
    proposed = propose_mandate(world.office, world.builder, name=MAILS, wishes=WISHES)
    return isinstance(proposed, ProposedMandate) or isinstance(world.gate(MAILS), OpenedGate) or _granted(world)


def signed(world: World) -> object:
    """The standard as it stands."""
    with world.office.book.read() as tx:
        return standards.newest(tx, use_cases.require(tx, MAILS))


def _granted(world: World) -> bool:
    return isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)


def _edit(world: World, **columns: object) -> None:
    with world.office.book.write() as tx:
        newest = tx.conn.execute(tables.standard.select().order_by(tables.standard.c.version.desc())).first()
        assert newest is not None
        tx.conn.execute(update(tables.standard).where(tables.standard.c.version == newest.version).values(**columns))


def _body(standard: Standard) -> str:
    return json.dumps(standard_to_json(standard), sort_keys=True)
