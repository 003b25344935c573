"""Benchmark: the largest template from one folder to another, false alarms of the search for secrets, and a page of many templates."""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.core.published import Publication, reference, template_name
from licet.core.template import template
from licet.core.template_files import LARGEST_TOGETHER, MOST_FILES, secret_in
from licet.edge.folder import write_standard, write_use_case
from licet.edge.forms import UseCaseFile
from licet.edge.template_folder import checked, collect, laid_out
from licet.edge.template_zip import read_zip, zip_of
from licet.flows.publish_template import list_templates, publish_template, read_template
from licet.flows.withdraw_template import withdraw_template
from licet.testing import World, done

ROOT: Final = Path(__file__).resolve().parents[1]
ROUNDS: Final = 3
MOST_SECONDS: Final = 10.0
MOST_ALARMS: Final = 0.01
MANY: Final = 1_000
PAGE: Final = 100
MOST_OF_A_PAGE: Final = 0.5
SAID: Final = "mail-sorting"


def largest(folder: Path) -> None:
    """A folder with as much as a template may hold: code that says something else in each line, so that it does not pack to nothing."""
    write_use_case(folder, UseCaseFile(slug=UseCaseSlug("mails"), title="Mails", answer=AnswerKind.CHOICE))
    write_standard(folder, template(AnswerKind.CHOICE, target=0.05, confidence=0.95))
    for k in range(MOST_FILES - 3):
        lines = (f"word_{k}_{n} = {n * 2654435761 % 2**32}\n" for n in range(LARGEST_TOGETHER // MOST_FILES // 30))
        (folder / f"words_{k}.py").write_text("".join(lines), "utf-8")


def once(place: Path) -> tuple[float, int]:
    """Collects, checks, publishes, reads, exports, takes in and lays out; gives seconds of processor time, and bytes of the files."""
    with World(place) as world:
        world.use_case("mails")
        folder = place / "mails"
        largest(folder)
        before = time.process_time()
        found = checked(collect(folder), "mails")
        wanted = Publication(name=template_name(SAID), says="", files=found.files)
        made = done(publish_template(world.office, world.builder, wanted, name="mails"))
        whole = done(read_template(world.office, reference(f"{SAID}@{made.digest}")))
        (place / "t.zip").write_bytes(zip_of(whole))
        if dict(read_zip(place / "t.zip").template.files) != dict(found.files):
            message = "what was exported is not what was published"
            raise AssertionError(message)
        with laid_out(place, "post", whole.files, made):
            return time.process_time() - before, made.size


def listed(place: Path) -> float:
    """Seconds of processor time for the last page of many templates, of which every second one was withdrawn."""
    files = {"use_case.yaml": b"title: Mails\nanswer: choice\n", "standard.yaml": b"method: exact\n"}
    with World(place) as world:
        world.use_case("mails")
        for k in range(MANY):
            name = f"mails-{k:04}"
            wanted = Publication(name=template_name(name), says="", files={**files, "guideline.md": name.encode()})
            done(publish_template(world.office, world.builder, wanted, name="mails"))
            if k % 2:
                done(withdraw_template(world.office, world.owner, reference(name), reason="A test."))
        before = time.process_time()
        found = list_templates(world.office, after=f"mails-{MANY - PAGE - 1:04}", most=PAGE)
        if [one.withdrawn is None for one in found] != [True, False] * (PAGE // 2):
            message = "what is listed is not what was published and withdrawn"
            raise AssertionError(message)
        return time.process_time() - before


def alarms() -> tuple[int, int]:
    """Files of this repository that look like they hold a secret, of all its Python and Markdown; tests write such on purpose."""
    files = [path for part in ("src", "docs", "bench", "studies") for path in (ROOT / part).rglob("*") if path.suffix in {".py", ".md"}]
    return sum(secret_in(path.read_bytes()) is not None for path in files), len(files)


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else as lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rounds = []
    for _ in range(ROUNDS):
        with TemporaryDirectory() as place:
            rounds.append(once(Path(place)))
    seconds, size = statistics.median(one for one, _ in rounds), rounds[0][1]
    with TemporaryDirectory() as place:
        page = listed(Path(place))
    stopped, of = alarms()
    whole = f"s of processor time: {MOST_FILES} files of {size / 2**20:.1f} MB published, read, exported, taken in, laid out"
    rows = {
        "templates": row(round(seconds, 2), whole, f"at most {MOST_SECONDS:g}", met=seconds <= MOST_SECONDS),
        "templates_page": row(
            round(page, 3),
            f"s of processor time: a page of {PAGE} of {MANY:,} templates, half of them withdrawn",
            f"at most {MOST_OF_A_PAGE:g}",
            met=page <= MOST_OF_A_PAGE,
        ),
        "templates_false_alarms": row(
            stopped, f"of {of:,} files of this repository", f"at most {MOST_ALARMS:.0%}", met=stopped <= MOST_ALARMS * of
        ),
    }
    print(json.dumps(rows) if given.json else "\n".join(f"{one['value']} {one['unit']} (goal {one['goal']})" for one in rows.values()))
    return 0


def row(value: float, unit: str, goal: str, *, met: bool) -> dict[str, object]:
    """A row without a peer."""
    why = None if met else f"it is {value}"
    return {"value": value, "unit": unit, "against": None, "ratio": None, "goal": goal, "met": met, "why": why}


if __name__ == "__main__":
    sys.exit(main())
