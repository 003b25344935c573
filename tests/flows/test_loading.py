"""Loading a system: one that hangs while it is loaded holds up no other, and its cases go to people."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.core.system import SystemKind
from licet.flows import speakers as speakers_module
from licet.flows.speakers import LOADED_WITHIN, Addressee, Speakers, StillLoadingError, whom_to_ask
from licet.pretend import ScriptedSystem
from licet.store import use_cases
from licet.testing import World


def asked(world: World, speakers: Speakers, name: str) -> Addressee:
    with world.office.book.read() as tx:
        return whom_to_ask(world.office, tx, speakers, use_cases.require(tx, name))


def test_a_system_that_hangs_while_it_is_loaded_holds_up_no_other_and_its_cases_go_to_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speakers_module, "WAITED_FOR", timedelta(seconds=0.2))
    with World(tmp_path) as world:
        for name in ("hangs", "sound"):
            world.journey(name, scripted=True, begins=name)
        there, loading, free = world.systems.load, threading.Event(), threading.Event()

        def load(slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> ScriptedSystem | None:
            if slug == "hangs":
                loading.set()
                free.wait(30)
            return there(slug, answers, where)

        monkeypatch.setattr(type(world.systems), "load", lambda self, slug, answers, where: load(slug, answers, where))
        speakers = Speakers()
        thread = threading.Thread(target=asked, args=(world, speakers, "hangs"))
        thread.start()
        assert loading.wait(20)
        assert asked(world, speakers, "sound").speaker is not None
        with pytest.raises(StillLoadingError, match="'hangs' is being loaded"):
            asked(world, speakers, "hangs")
        world.clock.pass_time(LOADED_WITHIN)
        assert asked(world, speakers, "hangs").speaker is None
        free.set()
        thread.join(20)
        assert asked(world, speakers, "hangs").speaker is not None
