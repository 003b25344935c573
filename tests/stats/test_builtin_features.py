"""The study of what pictures and tables look like to the built-in system: it tries the very system that is shipped."""

from dataclasses import replace

import numpy as np
import pytest

from licet.cli.demo_data import png
from licet.core.answer import answer_label
from licet.core.case import ImageContent
from licet.core.ids import CaseNumber
from licet.core.system import Proposal
from licet.edge.builtin import train_builtin
from licet.edge.features import Example
from studies.builtin_features import PICTURES, TABLES, biopsies, gain, held_out, slips, tried

pytestmark = pytest.mark.study

FEW = (150, 60, 60)


def test_what_the_study_calls_strokes_and_greys_says_what_the_shipped_system_says() -> None:
    data = replace(slips(), parts=FEW)
    order = np.random.default_rng(3).permutation(len(data.labels))[:400]
    cases = [
        Example(
            case=CaseNumber(int(k) + 1),
            content=ImageContent(data=png(np.rint(data.raw[k] * 255.0).astype(np.uint8)), media_type="image/png"),
            answer=str(data.labels[k]),
        )
        for k in order
    ]
    build, calibration, others = cases[:150], cases[150:210], cases[210:]
    shipped = train_builtin(build, calibration).propose([one.content for one in others])
    found = held_out(data, PICTURES[-1], order)
    given = [one for one in shipped if isinstance(one, Proposal)]
    assert [one.confidence for one in given] == pytest.approx(found.confidence, abs=1e-6)
    assert [answer_label(one.answer) != case.answer for one, case in zip(given, others, strict=True)] == found.wrong.tolist()


def test_strokes_read_more_digits_than_pixels_do() -> None:
    data = replace(slips(), parts=(300, 100, 500))
    pixels, seen = (tried(data, way, runs=2, seed=5) for way in (PICTURES[0], PICTURES[-1]))
    assert seen.accuracy.mean() > pixels.accuracy.mean() + 0.004


def test_every_way_for_tables_is_learnt_and_a_way_gains_nothing_on_itself() -> None:
    found = [tried(biopsies(), way, runs=2, seed=5) for way in TABLES]
    assert all(0.88 < one.accuracy.mean() < 1.0 for one in found)
    assert gain(found[0], found[0], 0) == (0.0, 0.0)
