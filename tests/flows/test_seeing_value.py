"""Seeing value: what is missing is named step by step, and who may not look or measure is told so."""

from pathlib import Path

import pytest

from licet.core.baseline import StatedForBaseline
from licet.flows.import_log import import_log
from licet.flows.measure_value import measure_value
from licet.flows.see_value import SeenValue, see_value
from licet.flows.set_baseline import countersign_the_baseline, lock_the_baseline
from licet.store.use_cases import UnknownUseCaseError
from licet.testing import World, done
from licet.web.pages.value import missing, told
from tests.core.test_baseline import process
from tests.flows.examples import MAILS
from tests.flows.studying import brought
from tests.flows.test_baselines import YEAR, locked, rolled_out


def seen(world: World) -> SeenValue:
    return done(see_value(world.office, world.owner, name=MAILS))


def command(world: World) -> str | None:
    found = missing(seen(world))
    return None if found is None else found.command


def test_the_first_thing_that_is_missing_is_named_with_what_brings_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        with pytest.raises(UnknownUseCaseError):
            see_value(world.office, world.owner, name="nowhere")
        assert command(world) == f"licet process import {MAILS} FILE"
        done(import_log(world.office, world.builder, brought(process(shift=-YEAR)), name=MAILS))
        assert command(world) == f"licet process baseline lock {MAILS}"
        locked = done(lock_the_baseline(world.office, world.owner, name=MAILS, stated=StatedForBaseline(step="decide")))
        assert command(world) == f"licet process baseline countersign {MAILS} {locked.digest}"
        done(countersign_the_baseline(world.office, world.risk, name=MAILS, digest=locked.digest))
        assert command(world) == f"licet mandate propose {MAILS}"
        assert (seen(world).stated, seen(world).granted) == (None, False)


def test_with_all_of_it_the_newest_statement_is_seen_and_who_may_measure_anew(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        rolled_out(world, 240)
        signed = locked(world)
        assert missing(seen(world)) is None
        made = done(measure_value(world.office, world.owner, name=MAILS))
        found = seen(world)
        assert (found.stated, found.baseline, found.granted, found.may_measure) == (made, signed, True, True)
        assert found.names[signed.countersigned_by] == world.risk.name
        assert not done(see_value(world.office, world.risk, name=MAILS)).may_measure
        in_words = told(made)
        assert [one.about for one in in_words.caused] == ["hours until a case is decided", "minutes of people's work a case"]
        assert in_words.caused[0].says.startswith("6.00 hours less (")
        assert (in_words.tone, in_words.caused[1].bars) == ("open", None)
        assert any("worksheets are not timed" in why for why, _ in in_words.unknown)
