"""The answer form at the door: what a person filled in, as an answer of the use case's kind, or all that is wrong with it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from licet.core.answer import Answer, AnswerKind, Choice, Fields, Number, Text
from licet.core.answer_form import LONGEST_TEXT, FormFault, FormRules
from licet.core.case_rules import number_in
from licet.core.case_schema import CaseField, FieldType, check_value
from licet.core.desk import AnswerForm

ANSWER = "answer"
"""The name of the one control of a choice, a number or a text."""

OF_FIELD = "field."
"""What stands before a field's name in the form."""

KNOWN = "known"
"""The name of the control that holds one of the answers that past cases have, where there is no closed list; `answer` is another."""

LONGEST_CHOICE, LONGEST_PLACE = 200, 7
RUBRIC = "rubric."
"""What stands before the number of a rubric's line, from 1."""


def answer_in(form: AnswerForm, filled: Mapping[str, str]) -> Answer | tuple[FormFault, ...]:
    """Reads a form.

    Args:
        form: of the use case.
        filled: by the names of the controls; a box that is not ticked is not there.

    Returns:
        The answer; or what is wrong, control by control, without repeating what was typed.
    """
    match form.kind:
        case AnswerKind.CHOICE:
            return _choice(form, filled)
        case AnswerKind.NUMBER:
            return _number(form.rules, filled.get(ANSWER, "").strip())
        case AnswerKind.TEXT:
            return _text(form.rules, filled)
        case AnswerKind.FIELDS:
            return _fields(form.rules, filled)
        case _:
            assert_never(form.kind)


def _fault(says: str, name: str = ANSWER) -> tuple[FormFault, ...]:
    return (FormFault(field=name, says=says),)


def _choice(form: AnswerForm, filled: Mapping[str, str]) -> Answer | tuple[FormFault, ...]:
    """From a closed list a place in it is sent, so that no character of an answer is changed on its way through a page."""
    given, known = filled.get(ANSWER, "").strip(), filled.get(KNOWN, "")
    if known and given and not form.choices:
        return _fault("Pick one of the answers, or write another one; not both.")
    if known and not form.choices:
        return Choice(value=known) if known in form.known else _fault("That is none of the answers past cases have. Pick again.")
    if not given:
        return _fault("Pick an answer." if form.choices or form.known else "Type the answer.")
    if not form.choices:
        return Choice(value=given) if len(given) <= LONGEST_CHOICE else _fault(f"An answer has at most {LONGEST_CHOICE} characters.")
    place = int(given) if given.isascii() and given.isdigit() and len(given) < LONGEST_PLACE else len(form.choices)
    if place >= len(form.choices):
        return _fault(f"That is none of the {len(form.choices):,} answers. Pick one from the list.")
    return Choice(value=form.choices[place])


def _number(rules: FormRules, given: str) -> Answer | tuple[FormFault, ...]:
    said = given.replace("\u2212", "-")  # the minus sign that some keyboards and documents have
    if not said:
        return _fault("Type a number.")
    number = number_in(said)
    if number is None:
        return _fault("That is no number. Write digits with a point, such as 12.5.")
    unit = f" {rules.unit}" if rules.unit else ""
    if rules.least is not None and number < rules.least:
        return _fault(f"The lowest that may be answered is {rules.least}{unit}.")
    if rules.most is not None and number > rules.most:
        return _fault(f"The highest that may be answered is {rules.most}{unit}.")
    if rules.step is not None and (number - (rules.least or Decimal(0))) % rules.step:
        return _fault(f"Answer in steps of {rules.step}{unit}.")
    return Number(value=float(number))


def _text(rules: FormRules, filled: Mapping[str, str]) -> Answer | tuple[FormFault, ...]:
    given = filled.get(ANSWER, "").replace("\r\n", "\n").strip()
    longest = rules.longest or LONGEST_TEXT
    if not given:
        return _fault("Write the text.")
    if len(given) > longest:
        return _fault(f"The text has {len(given):,} characters; {longest:,} are allowed. Shorten it.")
    if "\0" in given:
        return _fault("The text holds a character that cannot be kept (NUL). Take it out.")
    missed = [k for k in range(1, len(rules.rubric) + 1) if not filled.get(f"{RUBRIC}{k}")]
    if missed:
        return tuple(FormFault(field=f"{RUBRIC}{k}", says="Make the text do this, then tick it.") for k in missed)
    return Text(value=given)


def _fields(rules: FormRules, filled: Mapping[str, str]) -> Answer | tuple[FormFault, ...]:
    if not rules.fields:
        return _lines(filled.get(ANSWER, ""))
    values = {name: _settled(one, filled.get(OF_FIELD + name, "").strip()) for name, one in rules.fields.items()}
    found = [fault for name, one in rules.fields.items() for fault in _of_field(name, one, values[name])]
    if found:
        return tuple(found)
    if not any(values.values()):
        return _fault("Fill in at least one field, or say that you cannot tell.", OF_FIELD + next(iter(rules.fields)))
    return Fields(values=values)


def _settled(one: CaseField, value: str) -> str:
    return value.lower() if one.type is FieldType.BOOLEAN else value


def _lines(given: str) -> Answer | tuple[FormFault, ...]:
    """Fields whose names nobody declared: one on each line, as `name: value`."""
    pairs = [line.partition(":") for line in given.splitlines() if line.strip()]
    if not pairs or not all(colon and name.strip() for name, colon, _ in pairs):
        return _fault("Write one field on each line, as name: value.")
    names = [name.strip() for name, _, _ in pairs]
    if len(set(names)) < len(names):
        return _fault("A field is named twice.")
    return Fields(values={name.strip(): value.strip() for name, _, value in pairs})


def _of_field(name: str, one: CaseField, value: str) -> tuple[FormFault, ...]:
    if not value:
        return _fault("This is required.", OF_FIELD + name) if one.required else ()
    problem = next(iter(check_value(name, one, value)), None)
    if problem is None:
        return ()
    return _fault(f"{problem.why[:1].upper()}{problem.why[1:]} {problem.remedy}", OF_FIELD + name)
