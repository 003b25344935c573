"""Attacks on evaluation: builders who try system after system on the same sealed cases until one is called good."""

from random import Random

from scipy.stats import binom

from licet.core.answer import Choice
from licet.core.case import Content
from licet.core.standard import Standard
from licet.core.system import Proposal
from licet.flows.evaluate import Evaluated
from licet.pretend import ScriptedSystem
from licet.testing import World, past_cases, promise
from tests.abuse.count import Count, Ground

BUILDERS = 150
"""In the full run."""

CASES, TARGET, ERROR, DELTA = 150, 0.2, 0.205, 0.2
"""Sealed cases of each builder; what is promised; how often each of their systems is truly wrong; the chance of a false yes we accept."""

ATTEMPTS = (0.25, 0.25, 0.25, 0.25)
EXTRA = 4
"""How often each builder tries beyond the limit."""

CHANCE = 1e-4
"""As rare is a share as large as we call too large, if the promise holds."""


def evaluated_until_it_passes(ground: Ground) -> Count:
    """Builders of truly bad systems with a new system, threshold and seed each time; beyond the limit they copy the use case, too."""
    builders, draw = ground.size(BUILDERS, least=6), Random(ground.seed)  # noqa: S311 - a simulation
    count, lucky = Count(), 0
    with World(ground.folder) as world:
        for number in range(builders):
            lucky += _tries(count, world, f"b{number}", draw)
    most = int(binom.ppf(1 - CHANCE, builders, DELTA))
    count.saw(f"{lucky} of {builders} builders of bad systems got a met verdict; more than {most}", succeeded=lucky > most)
    count.more = {"builders": builders, "met": lucky, "accepted_share": DELTA, "too_many_from": most + 1, "chance_of_false_alarm": CHANCE}
    return count


def _tries(count: Count, world: World, name: str, draw: Random) -> bool:
    """Whether a builder gets a met verdict within the limit; what is not refused beyond it is a success."""
    standard = Standard(measures=promise(TARGET, 1 - DELTA).measures, attempts=ATTEMPTS)
    rows = past_cases(CASES, name=name)
    world.use_case(name, standard)
    world.import_cases(name, rows, card=None)
    world.sign(name)
    words = []
    for attempt in range(len(ATTEMPTS) + EXTRA):
        world.systems.there[name] = bad_system(name, attempt, draw)
        found = world.try_evaluate(name)
        within = attempt < len(ATTEMPTS)
        count.saw(f"{name}: attempt {attempt + 1} was judged", succeeded=isinstance(found, Evaluated) and not within)
        words += [found.stored.word] if isinstance(found, Evaluated) and found.fresh else []
        assert within is False or words, "Nothing was judged."
    return "met" in words


def bad_system(name: str, attempt: int, draw: Random) -> ScriptedSystem:
    """A system that is wrong as often as `ERROR`, about cases and with confidences that chance chooses."""
    spread = draw.choice((0.001, 0.2, 0.9))
    known = {row.body.content.text: row.answer for row in past_cases(CASES, name=name)}  # type: ignore[union-attr] # texts, all of them
    said = {}
    for text, truth in known.items():
        assert isinstance(truth, Choice)
        other = "no" if truth.value == "yes" else "yes"
        value = other if draw.random() < ERROR else str(truth.value)
        said[text] = Proposal(answer=Choice(value=value), confidence=1 - spread * draw.random())

    def says(content: Content) -> Proposal:
        return said[content.text]  # type: ignore[union-attr] # a text

    return ScriptedSystem(says=says, version=str(attempt), parts={"seed": attempt})
