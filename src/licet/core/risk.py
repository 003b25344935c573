"""Risk: a use case's answers to the risk questions, and the tier that follows from them by rules one can read.

A rule is a list of conditions "this question was answered at least as harshly as that" and a tier that the use case then has at least.
There is no other kind of condition, and the tier is the strictest of all rules that apply: so no harsher answer ever lowers a tier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from licet.core.canonical import Json
from licet.core.canonical import digest as digest_of
from licet.core.ids import Digest
from licet.core.refusal import Refused
from licet.core.risk_questions import AREAS, BY_CODE, PRACTICES, QUESTIONNAIRE, QUESTIONS, UNKNOWN, Question


class Tier(StrEnum):
    """How much care a use case takes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    PROHIBITED = "prohibited"


TIERS = tuple(Tier)
"""The tiers, from the mildest to the strictest."""


def stricter(a: Tier, b: Tier) -> Tier:
    """The stricter of two tiers."""
    return max(a, b, key=TIERS.index)


def is_stricter(a: Tier, *, than: Tier) -> bool:
    """Whether a tier is stricter than another, and not the same."""
    return TIERS.index(a) > TIERS.index(than)


class NotAnAnswerError(ValueError):
    """Something was answered that is not asked, or with what is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAnswers:
    """The answers to the risk questions. To a question that is not in `given` the answer is *unknown*.

    Attributes:
        given: codes of questions and answers, sorted by question; made by `risk_answers`.
        questionnaire: the edition of the questions they answer.
    """

    given: tuple[tuple[str, str], ...]
    questionnaire: str = QUESTIONNAIRE

    def of(self, question: str) -> str:
        """The answer to a question, by its code."""
        return next((answer for code, answer in self.given if code == question), UNKNOWN)

    def at_least(self, question: str, answer: str) -> bool:
        """Whether a question was answered with this answer or a harsher one."""
        asked = BY_CODE[question]
        return asked.rank(self.of(question)) >= asked.rank(answer)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The questions that have no answer, or one that is no option any more."""
        return tuple(question.code for question in QUESTIONS if question.rank(self.of(question.code)) == len(question.options))

    @property
    def personal_data(self) -> bool:
        """Whether cases hold personal data, as far as anybody said otherwise."""
        return self.at_least("personal_data", "personal")

    @property
    def digest(self) -> Digest:
        """What approvals are bound to: changes with every answer and with the edition of the questions."""
        return Digest(digest_of({"questionnaire": self.questionnaire, "answers": answers_to_json(self)}))

    def with_answers(self, changes: Mapping[str, str]) -> "RiskAnswers":
        """The answers, with some of them changed or added, to the questions of today's edition.

        Raises:
            NotAnAnswerError: as `risk_answers`.
        """
        kept = {code: answer for code, answer in self.given if code in BY_CODE and answer in BY_CODE[code].answers}
        return risk_answers(kept | dict(changes))


NO_ANSWERS = RiskAnswers(given=())
"""Before anybody answered."""


def risk_answers(given: Mapping[str, str]) -> RiskAnswers:
    """Reads answers; what is left out is *unknown*.

    Raises:
        NotAnAnswerError: for a question that is not asked, or an answer it does not take.
    """
    for code, answer in given.items():
        if code not in BY_CODE:
            raise NotAnAnswerError(f"{code!r} is not a risk question. There are: {', '.join(BY_CODE)}.")
        if answer not in BY_CODE[code].answers:
            raise NotAnAnswerError(f"{answer!r} is no answer to {code!r}. It takes: {', '.join(BY_CODE[code].answers)}.")
    return RiskAnswers(given=tuple(sorted((code, answer) for code, answer in given.items() if answer != UNKNOWN)))


def answers_to_json(answers: RiskAnswers) -> Mapping[str, Json]:
    """The answers as JSON: codes only; what is unknown is said so."""
    return dict(sorted({**{question.code: UNKNOWN for question in QUESTIONS}, **dict(answers.given)}.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """If all conditions hold, the use case is at least of this tier.

    Attributes:
        code: its name.
        when: pairs of a question and an answer; each must be answered at least as harshly.
        at_least: the tier.
        says: why, in a sentence.
    """

    code: str
    when: tuple[tuple[str, str], ...]
    at_least: Tier
    says: str

    def applies(self, answers: RiskAnswers) -> bool:
        """Whether all its conditions hold."""
        return all(answers.at_least(question, answer) for question, answer in self.when)


def _rule(code: str, at_least: Tier, says: str, **when: str) -> Rule:
    return Rule(code=code, when=tuple(when.items()), at_least=at_least, says=says)


_SENSITIVE = "The EU AI Act counts this area among those of high risk (Annex III)."
_FORBIDDEN = "The EU AI Act forbids this practice (Article 5)."

RULES: tuple[Rule, ...] = (
    *(_rule(f"forbidden_{practice}", Tier.PROHIBITED, _FORBIDDEN, **{practice: "yes"}) for practice in PRACTICES),
    *(_rule(f"area_{area}", Tier.HIGH, _SENSITIVE, **{area: "yes"}) for area in AREAS),
    _rule("harm", Tier.HIGH, "Health, safety or a right is at stake.", harm="yes"),
    _rule("special_data", Tier.HIGH, "Data of a special category do lasting harm where they are handled wrongly.", personal_data="special"),
    _rule("large_sums", Tier.HIGH, "One case decides about more than 10,000.", money="more"),
    _rule("sums_alone", Tier.HIGH, "Most cases are decided alone, each about thousands.", money="up_to_10000", autonomy="alone_most"),
    _rule("for_good_alone", Tier.HIGH, "What AI decides alone cannot be undone.", undo="never", autonomy="alone_some"),
    _rule("the_weak", Tier.HIGH, "Something is refused to people who can hardly defend themselves.", decision="grants", vulnerable="yes"),
    _rule("the_dependent", Tier.HIGH, "Something is refused to people who depend on it.", decision="grants", subject="dependent"),
    _rule("no_objection", Tier.HIGH, "Something is refused to people without appeal.", decision="grants", subject="people", contest="no"),
    _rule("in_bulk_on_people", Tier.HIGH, "AI alone decides on masses of people.", subject="people", autonomy="alone_most", scale="more"),
    _rule("grants", Tier.MEDIUM, "Somebody gets something, or does not.", decision="grants"),
    _rule("outside", Tier.MEDIUM, "People outside receive what AI wrote, and must be told so.", decision="writes"),
    _rule("personal_data", Tier.MEDIUM, "Cases hold personal data.", personal_data="personal"),
    _rule("vulnerable", Tier.MEDIUM, "People who can hardly defend themselves are concerned.", vulnerable="yes"),
    _rule("dependent", Tier.MEDIUM, "Cases are about people who depend on the organisation.", subject="dependent"),
    _rule("undone_later", Tier.MEDIUM, "A wrong answer is not undone within a day without loss.", undo="later"),
    _rule("sums", Tier.MEDIUM, "One case decides about more than 100.", money="up_to_1000"),
    _rule("objection", Tier.MEDIUM, "Whoever is concerned can hardly object.", contest="hardly"),
    _rule("in_bulk", Tier.MEDIUM, "Most of very many cases are decided alone.", autonomy="alone_most", scale="more"),
)
"""All rules. Where none applies, the tier is low."""


MEANINGS: Mapping[str, str] = {
    rule.code: f"At least {rule.at_least.value} where {' and '.join(f'`{question}` is `{answer}`' for question, answer in rule.when)} "
    f"or harsher. {rule.says}"
    for rule in RULES
}
"""Every rule in words; the reference is written from it."""


def applying(answers: RiskAnswers) -> tuple[Rule, ...]:
    """The rules that apply to answers, the strictest first."""
    found = [rule for rule in RULES if rule.applies(answers)]
    return tuple(sorted(found, key=lambda rule: -TIERS.index(rule.at_least)))


def tier_of(answers: RiskAnswers) -> Tier:
    """The tier that follows from answers: the strictest of the rules that apply; *low* where none does."""
    return reduce(stricter, (rule.at_least for rule in RULES if rule.applies(answers)), Tier.LOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one answer does: "because of this answer: at least high".

    Attributes:
        question: what was asked.
        answer: what was answered, or *unknown*.
        at_least: the strictest tier that a rule gives in which this answer is a condition; low where it raises nothing.
        because: those rules, the strictest first; a rule with several conditions stands at each of its answers.
        without: the tier, were this one answer the mildest.
    """

    question: Question
    answer: str
    at_least: Tier
    because: tuple[Rule, ...]
    without: Tier


def effects(answers: RiskAnswers) -> tuple[Effect, ...]:
    """Each answer's effect, in the order of the questions."""
    applied = applying(answers)
    return tuple(_effect(question, answers, applied) for question in QUESTIONS)


def _effect(question: Question, answers: RiskAnswers, applied: tuple[Rule, ...]) -> Effect:
    because = tuple(rule for rule in applied if question.code in dict(rule.when))
    mildest = answers.with_answers({question.code: question.options[0].code})
    return Effect(
        question=question,
        answer=UNKNOWN if question.code in answers.unknown else answers.of(question.code),
        at_least=because[0].at_least if because else Tier.LOW,
        because=because,
        without=tier_of(mildest),
    )


def holding(answers: RiskAnswers) -> tuple[Rule, ...]:
    """The rules that hold the tier where it is: to lower it, each of them must cease to apply. Empty where the tier is low."""
    tier = tier_of(answers)
    return tuple(rule for rule in applying(answers) if rule.at_least is tier)


def shown_tier(answers: RiskAnswers) -> Tier:
    """The tier that follows from what was answered alone, as if what is unknown were harmless: a floor, never a tier to act on."""
    mildest = {code: BY_CODE[code].options[0].code for code in answers.unknown}
    return tier_of(answers.with_answers(mildest))


BEFORE_ANSWERS = Tier.MEDIUM
"""What a mandate counts as granted under that is older than the first answers: one independent person approved it."""


def outgrown(*, granted_under: Tier | None, now: Tier | None) -> bool:
    """Whether the tier is stricter than the one a mandate was granted under, so that it takes more than it was granted on.

    Args:
        granted_under: the tier when it was granted; None where nobody had answered.
        now: the tier of the answers as they stand; None where there are none.
    """
    return now is not None and is_stricter(now, than=granted_under or BEFORE_ANSWERS)


def still_covered(*, granted_under: Tier | None, now: Tier | None) -> Refused | None:
    """Says no to putting a mandate in force again that the tier has outgrown: it takes a new one, with the approvals of its tier."""
    if not outgrown(granted_under=granted_under, now=now):
        return None
    was = "before the risk questions were answered" if granted_under is None else f"at tier {granted_under.value}"
    why = f"The mandate was granted {was}; the use case is {now} now."
    return Refused(code="risk_raised", why=why, remedy="Propose a new mandate and have it approved at this tier: `licet mandate propose`.")


def may_lower(before: Sequence[tuple[RiskAnswers, bool]], after: RiskAnswers, *, by_risk: bool) -> Refused | None:
    """Says no to owners and builders who take back what made their use case's tier strict; only risk does that.

    To answer what was unknown may lower a tier, whoever does it. What was answered counts even after it was made unknown again.

    Args:
        before: all earlier versions, oldest first, each with whether it was given by risk.
        after: the answers as they would be.
        by_risk: whether risk gives them.
    """
    floor = Tier.LOW
    for answers, judged in before:
        floor = shown_tier(answers) if judged else stricter(floor, shown_tier(answers))
    if by_risk or not is_stricter(floor, than=tier_of(after)):
        return None
    why = f"Earlier answers make this use case {floor.value}; who owns or builds it cannot answer it down to {tier_of(after).value}."
    return Refused(code="lowering_takes_risk", why=why, remedy="Let risk give these answers, if they are right: `licet risk answer`.")


def not_prohibited(tier: Tier | None) -> Refused | None:
    """Says no to whatever takes a use case further, where it is prohibited; where nothing was answered yet, the gate asks for answers."""
    if tier is not Tier.PROHIBITED:
        return None
    why = "The risk answers of this use case make it prohibited: it takes no stage beyond idea, and no mandate."
    return Refused(code="prohibited", why=why, remedy="`licet risk show` names the answers; what is unknown counts as the harshest.")
