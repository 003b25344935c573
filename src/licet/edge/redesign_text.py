"""A redesign written as `redesign.yaml`: what the file says is read back here, so that nothing that it cannot say is lost in silence."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from licet.core.redesign import Assumed, Checks, Merge, Redesign, Reviewers, StepPlan
from licet.core.refusal import Refused
from licet.edge.bad_file import BadFolderError
from licet.edge.redesign_form import REDESIGN_FILE, REDESIGN_TEXT, redesign_from
from licet.edge.yaml_text import AMBIGUOUS, SIMPLE
from licet.edge.yaml_tree import tree_of

USUAL = Reviewers()
LONGEST_KEY = 900
"""A key of more characters, written out, takes the form that begins with a question mark: YAML reads others only up to 1024."""

ESCAPES: Mapping[str, str] = {'"': '\\"', "\\": "\\\\"}
BYTE, PLANE = 0xFF, 0xFFFF


def redesign_file(redesign: Redesign) -> str | Refused:
    """Writes a redesign's file.

    Returns:
        The text; or `Refused` where a file cannot say it, such as a step whose name in the log begins with a space.
    """
    text = "".join(f"{line}\n" for line in _lines(redesign))
    try:
        read = redesign_from(tree_of(REDESIGN_FILE, text, REDESIGN_TEXT))
    except BadFolderError as error:
        why = f"redesign.yaml cannot say this redesign: {' '.join(one.why for one in error.findings[:3])}"
        return Refused(code="redesign_unfit", why=why, remedy=error.findings[0].remedy)
    if read != redesign:
        return Refused(code="redesign_unfit", why="redesign.yaml cannot say this redesign exactly as it is.", remedy="Simulate it here.")
    return text


def _lines(redesign: Redesign) -> Iterator[str]:
    yield f"title: {_text(redesign.title)}"
    if redesign.decides is not None:
        yield f"decides: {_text(redesign.decides)}"
    yield from _block("steps", (line for name, plan in redesign.steps.items() for line in _step(name, plan)))
    yield from _block("remove", (f"  - {_text(name)}" for name in redesign.removed))
    yield from _block("merge", (line for one in redesign.merged for line in _merge(one)))
    yield from _block("parallel", (f"  - {_list(group)}" for group in redesign.parallel))
    yield from _block("order", (f"  - {{step: {_text(one.step)}, after: {_text(one.after)}}}" for one in redesign.moved))
    yield from _block("reviewers", _reviewers(redesign.reviewers))
    yield from _block("checks", (f"  {key}: {_number(value)}" for key, value in _numbers(redesign.checks)))
    if redesign.service_level is not None:
        hours = redesign.service_level.within / timedelta(hours=1)
        yield f"service_level: {{hours: {_number(hours)}, share: {_number(redesign.service_level.share)}}}"
    if redesign.price is not None:
        yield f"price: {{currency: {redesign.price.currency}, person_hour: {_number(redesign.price.person_hour)}}}"


def _block(key: str, lines: Iterable[str]) -> Iterator[str]:
    """A key with what stands below it; nothing where that is nothing."""
    below = list(lines)
    if below:
        yield f"{key}:"
        yield from below


def _step(name: str, plan: StepPlan) -> Iterator[str]:
    key, by = _text(name), f"by: {plan.by.value}"
    assumed = ", ".join(f"{each}: {_number(value)}" for each, value in _numbers(plan.assumed))
    says = f"{{{by}, assumed: {{{assumed}}}}}" if assumed else f"{{{by}}}"
    if len(key) <= LONGEST_KEY:
        yield f"  {key}: {says}"
    else:
        yield f"  ? {key}"
        yield f"  : {says}"


def _merge(one: Merge) -> Iterator[str]:
    yield f"  - steps: {_list(one.steps)}"
    yield f"    into: {_text(one.into)}"
    yield f"    time: {_number(one.time)}"


def _reviewers(there: Reviewers) -> Iterator[str]:
    """What is not as usual."""
    for key, value in _numbers(there):
        if key != "from_hour" or value != USUAL.from_hour:
            yield f"  {key}: {_number(value)}"
    if there.days != USUAL.days:
        yield f"  days: {_list(there.days)}"
    if there.skilled_for:
        yield f"  skilled_for: {_list(there.skilled_for)}"


def _numbers(one: Assumed | Reviewers | Checks) -> Iterator[tuple[str, float]]:
    for key in one.__slots__:
        value = getattr(one, key)
        if isinstance(value, int | float):
            yield key, value


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, names))}]"


def _text(text: str) -> str:
    """A text that every YAML reader reads as this text: plain where it is simple; else in quotes, what nobody sees written out."""
    if SIMPLE.fullmatch(text) and text.lower() not in AMBIGUOUS:
        return text
    return f'"{"".join(map(_char, text))}"'


def _char(char: str) -> str:
    if char in ESCAPES:
        return ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code <= BYTE else f"\\u{code:04X}" if code <= PLANE else f"\\U{code:08X}"
