"""Attacks on a standard after its results are known: the promise is changed, and the verdict of before is to count for it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from licet.core.gate import OpenedGate
from licet.core.mandate import ActiveMandate, ProposedMandate
from licet.core.people import Caller, Role
from licet.core.refusal import Refused
from licet.core.standard import Standard, standard_digest, standard_to_json
from licet.core.use_case import Stage
from licet.flows.approve import approve_gate
from licet.flows.grant import Wishes, grant_mandate, propose_mandate
from licet.flows.set_standard import countersign_standard, lock_standard, revise_standard
from licet.pretend import ScriptedSystem
from licet.store.book import ClockWentBackError
from licet.testing import World, done, past_cases, promise, says_like
from tests.abuse.count import Count, Ground
from tests.flows.approving import asked, met
from tests.flows.examples import MAILS

STRICT, LOOSE = 0.02, 0.2
ATTEMPTS = (0.5, 0.5)
Attack = Callable[[World], bool]
"""Tries its way in a world of its own; says whether a mandate or a gate passed on a verdict that was given for another standard."""


def _fell_short(world: World) -> None:
    """A system that errs at five in a hundred, and a standard of two; all else that a gate asks for is there."""
    world.use_case(MAILS, _promises(STRICT))
    rows = past_cases(400, wrong=20, name=MAILS)
    world.systems.there[MAILS] = ScriptedSystem(says=says_like(rows))
    world.import_cases(MAILS, rows, card=None)
    world.sign(MAILS)
    assert world.evaluate(MAILS).stored.word != "met"
    world.ready(MAILS)


def _promises(target: float) -> Standard:
    return replace(promise(target), attempts=ATTEMPTS)


def _passes(world: World) -> bool:
    """Whether anything passes on what was shown: a proposal, its approval, a grant, or the gate of a stage that takes a verdict."""
    proposed = propose_mandate(world.office, world.builder, name=MAILS, wishes=Wishes())
    if isinstance(proposed, ProposedMandate):
        world.approve(MAILS)
    granted = grant_mandate(world.office, world.owner, name=MAILS)
    gate = world.gate(MAILS, Stage.DELEGATED)
    return isinstance(proposed, ProposedMandate) or isinstance(granted, ActiveMandate) or isinstance(gate, OpenedGate)


def _edited(world: World) -> bool:
    """Whether an evaluation by the file as it is now is not refused."""
    return not isinstance(world.try_evaluate(MAILS), Refused)


def loosened_on_disk(world: World) -> bool:
    """The file is edited, and nothing else."""
    _fell_short(world)
    world.standards[MAILS] = _promises(LOOSE)
    return _edited(world) or _passes(world)


def loosened_on_disk_after_it_was_met(world: World) -> bool:
    """A verdict was met; then the file says something else, and is to be judged by."""
    met(world, 400, attempts=ATTEMPTS)
    world.standards[MAILS] = _promises(LOOSE)
    return _edited(world)


def locked_anew(world: World) -> bool:
    """The standard is revised, locked looser and countersigned; nothing is judged again."""
    _fell_short(world)
    _anew(world, LOOSE)
    return _passes(world)


def locked_anew_as_it_was(world: World) -> bool:
    """The same text is locked as another version, to which the verdict of before does not belong."""
    met(world, 400, attempts=ATTEMPTS)
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.sign(MAILS)
    return _passes(world)


def _anew(world: World, target: float) -> None:
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.standards[MAILS] = _promises(target)
    world.sign(MAILS)


def revised_only(world: World) -> bool:
    """A standard that is being written anew stands for nothing."""
    met(world, 400, attempts=ATTEMPTS)
    done(revise_standard(world.office, world.owner, name=MAILS))
    return _passes(world)


def revised_between_approval_and_grant(world: World) -> bool:
    """Everybody said yes; then the standard is revised, with or without a new one, before the grant."""
    met(world, 400, attempts=ATTEMPTS)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
    done(revise_standard(world.office, world.owner, name=MAILS))
    first = isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)
    world.standards[MAILS] = _promises(LOOSE)
    world.sign(MAILS)
    return first or isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)


def revised_between_proposal_and_approval(world: World) -> bool:
    """The proposal stands on a verdict whose standard is another when the yes is said."""
    met(world, 400, attempts=ATTEMPTS)
    digest = asked(world)
    _anew(world, LOOSE)
    said = approve_gate(world.office, world.risk, name=MAILS, digest=digest)
    return not isinstance(said, Refused) or isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)


def countersigned_after_results(world: World) -> bool:
    """One person locks, looks, and lets the other sign only what turned out well."""
    world.use_case(MAILS)
    world.import_cases(MAILS, past_cases(150))
    done(lock_standard(world.office, world.owner, name=MAILS, draft=world.standards[MAILS]))
    return _edited(world)


def countersigned_by_whoever_is_there(world: World) -> bool:
    """The new version is countersigned by somebody who may not: its owner, a builder, an admin, a program, nobody in particular."""
    _fell_short(world)
    done(revise_standard(world.office, world.owner, name=MAILS))
    world.standards[MAILS] = _promises(LOOSE)
    done(lock_standard(world.office, world.owner, name=MAILS, draft=world.standards[MAILS]))
    both = world.person("olga", Role.RISK)
    others = (both, world.builder, world.person("ada", Role.ADMIN), Caller(token="k", name="all"), world.operator)  # noqa: S106 - a public id
    signed = [countersign_standard(world.office, one, name=MAILS) for one in others]
    return any(not isinstance(one, Refused) for one in signed) or _edited(world) or _passes(world)


def row_edited(world: World) -> bool:
    """Whoever can write the database makes the stored standard looser."""
    _fell_short(world)
    _write(world, body=_body(LOOSE))
    return _passes(world)


def row_and_digest_edited(world: World) -> bool:
    """The digest beside it is made to fit."""
    _fell_short(world)
    _write(world, body=_body(LOOSE), digest=standard_digest(MAILS, 1, _promises(LOOSE)))  # type: ignore[arg-type] # a name
    return _passes(world)


def row_edited_before_the_grant(world: World) -> bool:
    """The stored standard is made looser when everybody has said yes."""
    met(world, 400, attempts=ATTEMPTS)
    done(approve_gate(world.office, world.risk, name=MAILS, digest=asked(world)))
    _write(world, body=_body(LOOSE))
    return isinstance(grant_mandate(world.office, world.owner, name=MAILS), ActiveMandate)


def signature_moved(world: World) -> bool:
    """Risk's signature under the first version is copied under the second, which risk never saw."""
    _fell_short(world)
    done(revise_standard(world.office, world.owner, name=MAILS))
    done(lock_standard(world.office, world.owner, name=MAILS, draft=_promises(LOOSE)))
    with world.office.book.write() as tx:
        columns = ", ".join(f"{name} = (select s.{name} from standard s where s.version = 1)" for name in SIGNATURE)
        tx.conn.exec_driver_sql(f"update standard set {columns} where version = 2")  # noqa: S608 - names of ours
    return _passes(world)


SIGNATURE = ("countersigned_by", "countersigned_at")


def clock_set_back(world: World) -> bool:
    """The clock is set to before the results, so that the looser version seems to have been there first."""
    _fell_short(world)
    return _at_another_time(world, timedelta(days=-2))


def clock_set_forward(world: World) -> bool:
    """The clock is set a year ahead and back again around the change."""
    _fell_short(world)
    return _at_another_time(world, timedelta(days=366))


def _at_another_time(world: World, by: timedelta) -> bool:
    try:
        world.clock.pass_time(by)
        _anew(world, LOOSE)
        world.clock.pass_time(-by)
        return _passes(world)
    except ClockWentBackError:
        return False


def _body(target: float) -> str:
    return json.dumps(standard_to_json(_promises(target)), sort_keys=True)


def _write(world: World, **columns: str) -> None:
    with world.office.book.write() as tx:
        for name, value in columns.items():
            quoted = value.replace("'", "''").replace("%", "%%")
            tx.conn.exec_driver_sql(f"update standard set {name} = '{quoted}'")  # noqa: S608 - as whoever has the database does


ATTACKS: Mapping[str, Attack] = {
    attack.__name__: attack
    for attack in (
        loosened_on_disk, loosened_on_disk_after_it_was_met, locked_anew, locked_anew_as_it_was, revised_only,
        revised_between_approval_and_grant, revised_between_proposal_and_approval, countersigned_after_results,
        countersigned_by_whoever_is_there, row_edited, row_and_digest_edited, row_edited_before_the_grant, signature_moved,
        clock_set_back, clock_set_forward,
    )
}  # fmt: skip
"""Every attack by name."""


def standard_changed_after_results(ground: Ground) -> Count:
    """Every way to another standard on results that are known; on SQLite, in a world of its own each."""
    count = Count(more={"ways": len(ATTACKS)})
    for name, attack in ATTACKS.items():
        with World(ground.folder / name, seed=ground.seed) as world:
            count.saw(name, succeeded=attack(world))
    return count
