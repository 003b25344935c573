"""What may stand in `use_case.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from licet.core.answer import AnswerKind
from licet.core.case_schema import CaseSchema
from licet.core.ids import UseCaseSlug
from licet.edge.bad_file import BadFolderError
from licet.edge.decision_block import ANSWERS_BY, DECISION_TEXT, DecisionBlock
from licet.edge.desk_block import DESK_TEXT, USUAL_DESK, DeskBlock, SkillsBlock, UrgentBlock
from licet.edge.effect_block import Effect, EffectBlock, FunctionBlock, WebhookBlock
from licet.edge.form import Form, Word, filled, word
from licet.edge.llm_block import LLM_TEXT, BudgetBlock, LlmBlock, PricesBlock
from licet.edge.schema_form import BLOCK, CaseForm, FieldForm, check_field, keys_in, schema_from
from licet.edge.system_blocks import BLOCK_TEXT, USUAL, CallableBlock, HttpBlock
from licet.edge.yaml_tree import Place, Tree

SystemChoice = Literal["auto", "builtin", "posted", "callable", "http", "decision", "llm"]
"""Where proposals come from; `auto`: from `system.py` if there is one, else from the endpoint under `http:`, the decision model under
`decision:` or the language model under `llm:` if one is named, else posted ones if imported, else the built-in system."""

PLAIN_TEXT = frozenset({"title", "answer", "answers", "system", "content", "pattern", "one_of"})
USE_CASE_TEXT = PLAIN_TEXT | BLOCK_TEXT | DECISION_TEXT | LLM_TEXT | DESK_TEXT
"""Keys whose values are text as typed, so that an answer called `no`, `0` or `1.50` keeps its name."""

TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseFile:
    """What `use_case.yaml` says.

    Attributes:
        slug: the folder's name.
        title: what people call it, in one line.
        answer: which kind of answer is decided.
        answers: the closed list of choices, in the author's order; empty: whatever occurs in history.
        system: where proposals come from.
        content: columns that hold what is decided on; empty: named at import.
        case: what a case may contain, and which cases a person always decides; None: whatever comes in.
        callable: how the function in `system.py` is called.
        http: which endpoint is asked, and how; None: none.
        decision: which decision model is asked, and what; None: none.
        llm: which language model is asked, and how; None: none.
        effect: what happens in the world after a decision; None: nothing.
        desk: how people answer its cases.
    """

    slug: UseCaseSlug
    title: str
    answer: AnswerKind
    answers: tuple[str, ...] = ()
    system: SystemChoice = "auto"
    content: tuple[str, ...] = ()
    case: CaseSchema | None = None
    callable: CallableBlock = USUAL
    http: HttpBlock | None = None
    decision: DecisionBlock | None = None
    llm: LlmBlock | None = None
    effect: EffectBlock | None = None
    desk: DeskBlock = USUAL_DESK


class _UseCaseForm(Form):
    title: Annotated[str, Field(max_length=TITLE_LIMIT), AfterValidator(word)]
    answer: Annotated[AnswerKind, Field(strict=False)]
    answers: list[Word] = Field([])
    system: SystemChoice = "auto"
    content: list[Word] = Field([])
    case: CaseForm | None = None
    callable: CallableBlock = USUAL
    http: HttpBlock | None = None
    decision: DecisionBlock | None = None
    llm: LlmBlock | None = None
    effect: Effect = None
    desk: DeskBlock = USUAL_DESK


def use_case_from(tree: Tree, slug: UseCaseSlug) -> UseCaseFile:
    """Reads a use case from its file.

    Raises:
        BadFolderError: with all that is wrong.
    """
    form = filled(_UseCaseForm, tree, _keys_at)
    if form.answers and form.answer is not AnswerKind.CHOICE:
        why = f"only a 'choice' has a closed list of answers; the answer here is {form.answer.value!r}."
        raise BadFolderError((tree.finding(("answers",), why, "Take the list out, or write `answer: choice`."),))
    _check_systems(form, tree)
    wrong = [finding for name, one in form.desk.fields.items() for finding in check_field(one, ("desk", "fields", name), tree)]
    if wrong:
        raise BadFolderError(tuple(wrong))
    return UseCaseFile(
        slug=slug,
        title=form.title,
        answer=form.answer,
        answers=tuple(form.answers),
        system=form.system,
        content=tuple(form.content),
        case=schema_from(form.case, tree),
        callable=form.callable,
        http=form.http,
        decision=form.decision,
        llm=form.llm,
        effect=form.effect,
        desk=form.desk,
    )


def _check_systems(form: _UseCaseForm, tree: Tree) -> None:
    needed = {
        "http": (form.http, "`url` and `version`"),
        "decision": (form.decision, "`protocol`, `url`, `model` and `question`"),
        "llm": (form.llm, "`url`, `model` and `version`"),
    }
    there, keys = needed.get(form.system, (form, ""))
    if there is None:
        why = f"`system: {form.system}` needs a block `{form.system}:`."
        raise BadFolderError((tree.finding(("system",), why, f"Add `{form.system}:` with {keys}, or name another system."),))
    block = form.decision
    if block is not None and ANSWERS_BY[block.ask] is not form.answer:
        why = f"a question of the kind {block.ask.value!r} has an answer of the kind {ANSWERS_BY[block.ask].value!r}."
        raise BadFolderError((tree.finding(("decision",), why, f"Write `answer: {ANSWERS_BY[block.ask].value}`, or another `ask:`."),))


NESTED: Mapping[str, type[BaseModel]] = {
    "callable": CallableBlock,
    "http": HttpBlock,
    "decision": DecisionBlock,
    "llm": LlmBlock,
    "prices": PricesBlock,
    "budget": BudgetBlock,
    "effect": EffectBlock,
    "effect.callable": FunctionBlock,
    "webhook": WebhookBlock,
    "desk": DeskBlock,
    "urgent": UrgentBlock,
    "skills": SkillsBlock,
}


def _keys_at(place: Place) -> frozenset[str]:
    around = [part for part in place[:-1] if isinstance(part, str)]
    if around[:1] == [BLOCK]:
        return keys_in(place)
    if around[:2] == ["desk", "fields"]:
        return frozenset(FieldForm.model_fields)
    return frozenset((NESTED.get(".".join(around)) or NESTED[around[-1]] if around else _UseCaseForm).model_fields)
