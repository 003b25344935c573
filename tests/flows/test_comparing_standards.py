"""Versions of a standard are kept, and what changed between them is said line by line."""

from dataclasses import replace
from pathlib import Path

from licet.core.refusal import Refused
from licet.core.standard_diff import difference_in_words
from licet.flows.compare_standards import compare_standards
from licet.flows.look_closely import look_closely
from licet.flows.set_standard import lock_standard, revise_standard
from licet.testing import World, done, promise
from tests.flows.examples import MAILS


def test_versions_and_the_file_are_held_against_each_other(tmp_path: Path) -> None:
    stricter, looser = replace(promise(0.02), min_labels=300), promise(0.1)
    with World(tmp_path) as world:
        world.use_case(MAILS, promise())
        nothing = compare_standards(world.office, name=MAILS, on_disk=promise(), before=None, after=None)
        assert isinstance(nothing, Refused)
        assert "None was locked yet." in nothing.why
        world.sign(MAILS)
        done(revise_standard(world.office, world.owner, name=MAILS))
        done(lock_standard(world.office, world.owner, name=MAILS, draft=stricter))
        file = done(compare_standards(world.office, name=MAILS, on_disk=looser, before=None, after=None))
        first = done(compare_standards(world.office, name=MAILS, on_disk=looser, before=None, after=2))
        assert (file.versions, file.before, file.after, first.before) == ((1, 2), 2, None, 1)
        assert [one.direction for one in file.found] == ["looser", "looser"]
        name = promise().measures[0].name
        assert [difference_in_words(one) for one in first.found] == [
            f"measure {name!r}, target: 5% → 2% (stricter)", "min labels: 0 → 300 (stricter)"
        ]  # fmt: skip
        assert isinstance(compare_standards(world.office, name=MAILS, on_disk=looser, before=3, after=1), Refused)
        assert isinstance(compare_standards(world.office, name=MAILS, on_disk=looser, before=None, after=1), Refused)
        sight = done(look_closely(world.office, world.owner, name=MAILS))
        assert sight.earlier == promise()
