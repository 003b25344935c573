"""A stated process in BPMN: as its owner states it, and as a redesign of it is to be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from licet.core.bpmn import Diagram, Ends, Kind, Sketch, alone_or_person
from licet.core.redesign import Doer, Merge, Move, Redesign, StepPlan
from licet.core.refusal import Refused
from licet.core.stated_process import Among, Block, StatedProcess

ONCE_AGAIN, ON = "once again", "goes on"
STATED = "As the owner of {name} states it in process.yaml. Who does a step is not stated there. What cases really do, the event log says."
PLANNED = (
    "{title}: the redesign of {name} in redesign.yaml, carried over onto process.yaml. A plan: nothing here was measured. "
    "How much AI decides alone, how long it takes and how often it is wrong is not drawn; neither are audits and second looks."
)

Plans = Mapping[str, StepPlan]
Change = Move | Merge | tuple[str, ...]
"""What a redesign does to the order: a step elsewhere, several as one, several side by side."""


def stated_diagram(stated: StatedProcess, *, name: str) -> Diagram:
    """Draws what an owner states; `name`: of the use case."""
    return _diagram(stated.blocks, {}, name=name, says=STATED.format(name=name) + _aside(stated))


def redesigned_diagram(stated: StatedProcess, redesign: Redesign, *, name: str) -> Diagram | Refused:
    """Draws a redesign, carried over onto what the owner states.

    Args:
        stated: the process as it is to be today.
        redesign: what is to become of it.
        name: of the use case.

    Returns:
        The diagram; or `Refused`, where a change cannot be carried over exactly: nothing is guessed.
    """
    blocks: Blocks | Refused = stated.blocks
    changes: tuple[Change, ...] = (*redesign.moved, *redesign.merged, *redesign.parallel)
    for change in changes:
        blocks = blocks if isinstance(blocks, Refused) else _changed(blocks, change)
    blocks = blocks if isinstance(blocks, Refused) else _without(blocks, redesign.removed)
    if isinstance(blocks, Refused):
        return blocks
    there = {step for block in blocks for step in block.steps}
    strange = [step for step in redesign.steps if step not in there]
    if strange:
        return _no(f"redesign.yaml plans {strange[0]!r}, which is none of the steps that process.yaml states.", "State it there.")
    return _diagram(blocks, redesign.steps, name=name, says=PLANNED.format(title=redesign.title, name=name) + _aside(stated))


def _aside(stated: StatedProcess) -> str:
    return f" May come anywhere, and is not drawn: {', '.join(sorted(stated.aside))}." if stated.aside else ""


# --- drawing --------------------------------------------------------------------------------------------------------------


def _diagram(blocks: Sequence[Block], plans: Plans, *, name: str, says: str) -> Diagram:
    sketch = Sketch()
    ends: Ends = ((sketch.add(Kind.START, "A case begins"), ""),)
    for block in blocks:
        ends = _drawn(sketch, ends, block, plans)
    sketch.then(ends, Kind.END, "The case is done")
    return sketch.done(name, says)


def _drawn(sketch: Sketch, ends: Ends, block: Block, plans: Plans) -> Ends:
    """Draws one place of the process: it may be left out, its steps, and it may come again."""
    told, skipped = " or ".join(block.steps), Ends()
    if block.optional:
        split = sketch.then(ends, Kind.CHOICE, f"{told}?")
        skipped, ends = ((split, "no"),), ((split, "yes"),)
    if not block.repeat:
        return (*_inner(sketch, ends, block, plans), *skipped)
    back = sketch.then(ends, Kind.CHOICE)
    again = sketch.then(_inner(sketch, ((back, ""),), block, plans), Kind.CHOICE, f"{told}: once again?")
    sketch.lead(((again, ONCE_AGAIN),), back)
    return ((again, ON), *skipped)


def _inner(sketch: Sketch, ends: Ends, block: Block, plans: Plans) -> Ends:
    if len(block.steps) == 1:
        return _step(sketch, ends, block.steps[0], plans)
    if block.among is Among.ALL:
        split = sketch.then(ends, Kind.TOGETHER)
        done = [_step(sketch, ((split, ""),), step, plans) for step in block.steps]
        return ((sketch.then(tuple(chain(*(_as_one(sketch, one) for one in done))), Kind.TOGETHER), ""),)
    split = sketch.then(ends, Kind.CHOICE, "Which one?")
    return tuple(chain(*(_step(sketch, ((split, step),), step, plans) for step in block.steps)))


def _as_one(sketch: Sketch, ends: Ends) -> Ends:
    """Several arrows as one: before a gateway that waits for every arrow, ways of which one is taken come together first."""
    return ends if len(ends) == 1 else ((sketch.then(ends, Kind.CHOICE), ""),)


def _step(sketch: Sketch, ends: Ends, step: str, plans: Plans) -> Ends:
    plan = plans.get(step)
    if plan is None:
        return ((sketch.then(ends, Kind.TASK, step), ""),)
    if plan.by is Doer.PERSON:
        return ((sketch.then(ends, Kind.PERSON, step), ""),)
    if plan.by is Doer.AI_PROPOSES:
        proposed = sketch.then(ends, Kind.AI, f"{step}: AI proposes")
        return ((sketch.then(((proposed, ""),), Kind.PERSON, step, says="A person decides every case, and sees what AI proposes."), ""),)
    says = "AI decides the share that it is certified for; people decide the others."
    return alone_or_person(sketch, ends, step, says=says)[1]


# --- what a redesign changes ------------------------------------------------------------------------------------------------

Blocks = tuple[Block, ...]


def _changed(blocks: Blocks, change: Change) -> Blocks | Refused:
    if isinstance(change, Move):
        return _moved(blocks, change)
    steps = change.steps if isinstance(change, Merge) else change
    at = _places(blocks, steps)
    if isinstance(at, Refused):
        return at
    first = min(at)
    if sorted(at) != list(range(first, first + len(steps))) or (isinstance(change, Merge) and at != sorted(at)):
        return _no(f"{_all(steps)} do not directly follow each other in process.yaml.", "State them one after the other, each alone.")
    made = Block(steps=(change.into,)) if isinstance(change, Merge) else Block(steps=steps, among=Among.ALL)
    return (*blocks[:first], made, *blocks[first + len(steps) :])


def _moved(blocks: Blocks, move: Move) -> Blocks | Refused:
    at = _places(blocks, (move.step, move.after))
    if isinstance(at, Refused):
        return at
    step, after = (blocks[one] for one in at)
    rest = [block for block in blocks if block is not step]
    place = next(number for number, block in enumerate(rest) if block is after) + 1
    return (*rest[:place], step, *rest[place:])


def _places(blocks: Blocks, steps: Iterable[str]) -> list[int] | Refused:
    """Where steps stand that stand alone and come exactly once: only of those it is certain what a change makes of them."""
    found = []
    for step in steps:
        at = [place for place, block in enumerate(blocks) if block == Block(steps=(step,))]
        if len(at) != 1:
            why = f"redesign.yaml changes where {step!r} is done, and process.yaml does not state that it is done alone and exactly once."
            return _no(why, f"State {step!r} as a step of its own, neither optional nor repeated.")
        found += at
    return found


def _without(blocks: Blocks, removed: Sequence[str]) -> Blocks | Refused:
    """The blocks without some steps: cases that took one of several now take none."""
    there = {step for block in blocks for step in block.steps}
    strange = [step for step in removed if step not in there]
    if strange:
        return _no(f"redesign.yaml removes {strange[0]!r}, which is none of the steps that process.yaml states.", "State it there.")
    kept = []
    for block in blocks:
        steps = tuple(step for step in block.steps if step not in removed)
        fewer = len(steps) < len(block.steps) and block.among is Among.ONE
        kept += [replace(block, steps=steps, optional=block.optional or fewer)] if steps else []
    return tuple(kept)


def _all(steps: Sequence[str]) -> str:
    return " and ".join(repr(step) for step in steps)


def _no(why: str, remedy: str) -> Refused:
    return Refused(code="bpmn_cannot_say", why=why, remedy=remedy)
