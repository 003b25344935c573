"""What the practice page shows of a past case, in the words and the form of the review page, and what it says at each step."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.answer import answer_label
from licet.core.desk import AnswerForm, Guideline
from licet.core.ids import UseCaseSlug
from licet.core.known import Basis
from licet.flows.play import CaseToPlay, Explained
from licet.ports import Pictures
from licet.web.content import CaseShown, case_shown
from licet.web.pages.review_shown import EMPTY, Compared, Filled, digits, is_searched, place_in, question, side_by_side, values_of

FROM = {
    Basis.RECORD: "the record; nobody checked it since",
    Basis.AGREED: "two people agreed, each blind",
    Basis.ADJUDICATED: "it is adjudicated: two people differed, and somebody senior said who is right",
}
"""Where a truth comes from, in words."""

BLIND = "What AI proposes comes after your own answer. It may be wrong."
ALONE = "You answer alone here, and hear the truth right after."
LESSONS: Mapping[tuple[bool | None, bool, bool], str] = {
    (None, True, True): "Right, alone.",
    (None, False, False): "Not this time. Look at what you missed.",
    (True, True, True): "You and AI were both right.",
    (False, True, True): "AI was wrong, and you stayed right.",
    (True, True, False): "You and AI were right, and you changed to a wrong answer. Trust what you saw.",
    (False, True, False): "You were right and changed to a wrong answer: over-reliance.",
    (True, False, True): "You were wrong at first; right advice put you right.",
    (False, False, True): "You and AI were both wrong, and looking again put you right.",
    (True, False, False): "AI was right, and you did not take it: under-reliance.",
    (False, False, False): "You and AI were both wrong. Such cases are the ones to learn from.",
}
"""What a case shows: whether the advice was right (None: there was none), one's own first answer, and the last one."""

GUIDED = (
    "Look at the case on its own and say what you would decide. Nobody is put at risk: the case is long settled. Press a key, then Enter.",
    "Before you commit, ask yourself how sure you are. Where you are unsure, AI may help; where you are sure, it may mislead.",
    "Watch AI's confidence after you answered: a high one is no proof. Some of these cases are ones on which AI is known to be wrong.",
    "When you and AI differ, look at the case again, not at the confidence. What in the case speaks for each answer?",
    "Look for what makes a case hard: something blurred, missing, or between two answers. There both of you err most.",
    "Was there a kind of case in which you changed and should not have? That is over-reliance. Stay with what you can see.",
    "Was there one in which you kept your answer and AI was right? That is under-reliance. Ask what AI may have seen.",
    "Similar past cases, where AI names some, stand under the truth. Compare them with the case, detail by detail.",
    "Cases that look easy can be wrong, too. Read this one as carefully as the first.",
    "The last one. Afterwards you see how you did alone and with AI, and where AI is weak for this work.",
)
"""What to look at, at each step of a first round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedCase:
    """A past case with the names that the review page's templates know. `of`: how many cases the round has; 0: it is answered alone."""

    token: str
    use_case: UseCaseSlug
    title: str
    place: int
    of: int
    form: AnswerForm
    guideline: Guideline | None
    remarks: tuple[()] = ()
    information: tuple[()] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayShown:
    """A past case on the page, as `review_shown.Shown` is a live one."""

    handed: PlayedCase
    case: CaseShown
    filled: Filled
    question: str
    searched: bool
    digits: tuple[str, ...]
    named: str = ""
    reveals: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarShown:
    """A similar past case on the page."""

    case: CaseShown
    truth: str
    similarity: float


def play_shown(found: CaseToPlay, pictures: Pictures, *, of: int, filled: Filled = EMPTY) -> PlayShown:
    """Makes a past case ready for the page."""
    form = found.form
    given = filled if filled is not EMPTY or found.first is None else Filled(values=values_of(found.first, form.choices))
    return PlayShown(
        handed=PlayedCase(
            token=found.token,
            use_case=found.use_case.slug,
            title=found.use_case.title,
            place=found.place,
            of=of,
            form=form,
            guideline=found.guideline,
        ),
        case=case_shown(found.body, pictures),
        filled=given,
        question=form.rules.question or question(form),
        searched=is_searched(form),
        digits=digits(form.choices or form.known),
    )


def beside(found: CaseToPlay) -> Compared | None:
    """One's own answer beside AI's; None before there is one, and where AI said nothing."""
    first, advice, choices = found.first, found.advice, found.form.choices
    if first is None or advice is None:
        return None
    return Compared(
        id=found.token,
        first=answer_label(first),
        proposal=answer_label(advice.answer),
        confidence=advice.confidence,
        agree=first == advice.answer,
        mine=place_in(first, choices),
        theirs=place_in(advice.answer, choices),
        rows=side_by_side(first, advice.answer),
        ai=values_of(advice.answer, choices),
        left_ms=0,
    )


def similar_shown(found: Explained, pictures: Pictures) -> list[SimilarShown]:
    """Similar past cases ready for the page."""
    return [
        SimilarShown(case=case_shown(one.body, pictures), truth=answer_label(one.truth), similarity=one.similarity) for one in found.similar
    ]


def step_of(place: int, *, guided: bool) -> str:
    """What to look at in this step of a first round; empty in others."""
    return GUIDED[(place - 1) % len(GUIDED)] if guided else ""


def lesson_of(found: Explained) -> str:
    """What a case that ended shows of how its answer came about."""
    return LESSONS[found.advice_right, found.first_right, found.final_right]
