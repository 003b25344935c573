"""An evaluation as data: no more than whoever asks may see, and the same whether a command or a page gives it."""

import csv
import json
from pathlib import Path

from licet.edge.evaluation_files import MEASURED, evaluation_text
from licet.flows.open_sealed import open_sealed
from licet.flows.tell_evaluation import newest_evaluation
from licet.testing import World, done, past_cases
from tests.flows.examples import MAILS


def test_sealed_cases_are_told_to_nobody_and_open_ones_to_those_who_may_evaluate(tmp_path: Path) -> None:
    """Breaks when a file says how many errors there were while the cases are sealed, or names a case to whoever answers cases."""
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert newest_evaluation(world.office, world.owner, name=MAILS) is None
        world.import_cases(MAILS, past_cases(300, wrong=5))
        world.sign(MAILS)
        stored = world.evaluate(MAILS).stored
        for by in (world.owner, world.risk, world.reviewer):
            found = newest_evaluation(world.office, by, name=MAILS)
            assert found is not None
            data, at = found
            assert (data["verdict"], at) == (stored.word, stored.look.at)
            assert not {"curve", "examples"} & set(data)
            assert '"errors": null' in json.dumps(data["measures"])
        done(open_sealed(world.office, world.owner, name=MAILS))
        builder, reviewer = (newest_evaluation(world.office, by, name=MAILS) for by in (world.builder, world.reviewer))
        assert builder is not None
        assert reviewer is not None
        assert builder[0]["examples"]
        assert "examples" not in reviewer[0]
        assert reviewer[0]["curve"] == builder[0]["curve"]


def test_a_table_has_a_line_for_each_measure_and_starts_no_formula(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.import_cases(MAILS, past_cases(300))
        world.sign(MAILS)
        world.evaluate(MAILS)
        done(open_sealed(world.office, world.owner, name=MAILS))
        found = newest_evaluation(world.office, world.owner, name=MAILS)
        assert found is not None
        data, at = found
        measures = data["measures"]
        assert isinstance(measures, list)
        first = measures[0]
        assert isinstance(first, dict)
        text = evaluation_text(".csv", {**data, "measures": [*measures, {**first, "name": "=1+1"}]}, at=at)
        header, one, hostile, whole = csv.reader(text.splitlines())
        assert tuple(header) == MEASURED
        assert (one[0], one[1], float(one[2])) == (first["name"], "met", first["target"])
        assert [float(cell) for cell in one[5:]] == [first["n"], first["errors"], first["estimate"], *first["interval"]]
        assert hostile[0] == "'=1+1"
        assert whole == ["verdict", "met", *[""] * (len(MEASURED) - 2)]
