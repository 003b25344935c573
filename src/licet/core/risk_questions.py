"""The risk questions: what is asked about a use case before AI may be given anything in it, and what may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

QUESTIONNAIRE = "2026-11"
"""Which edition of the questions this is. It changes whenever a question, an option or their order does."""

UNKNOWN = "unknown"
"""The answer to each question that nobody answered. It counts as the harshest answer there is to it, never as a harmless one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer that a question takes."""

    code: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in plain words with a closed list of answers, from the mildest to the harshest.

    Attributes:
        code: its name for programs and for the ledger.
        asks: the question.
        helps: what is meant, where that is not plain.
        options: its answers in order: whatever a later one raises, an earlier one raises no further.
    """

    code: str
    asks: str
    options: tuple[Option, ...]
    helps: str = ""

    def rank(self, answer: str) -> int:
        """How harsh an answer is: its place in the order. One that is unknown, or no option any more, comes after all options."""
        for place, option in enumerate(self.options):
            if option.code == answer:
                return place
        return len(self.options)

    def says(self, answer: str) -> str:
        """An answer in words."""
        return next((option.says for option in self.options if option.code == answer), "not known")

    @property
    def answers(self) -> tuple[str, ...]:
        """Every answer it takes, from the mildest to *unknown*."""
        return (*(option.code for option in self.options), UNKNOWN)


def _options(**says: str) -> tuple[Option, ...]:
    return tuple(Option(code=code, says=sentence) for code, sentence in says.items())


_YES_NO = _options(no="no", yes="yes")

_ABOUT_THE_CASE = (
    Question(
        code="decision",
        asks="What does an answer do?",
        options=_options(
            sorts="It sorts or routes work inside the organisation.",
            reads="It states facts that somebody goes on working with.",
            writes="It is a text, a picture or a voice that people outside receive.",
            grants="It gives, refuses, prices or ranks something that matters to somebody.",
        ),
    ),
    Question(
        code="subject",
        asks="Whom is a case about?",
        options=_options(
            things="Things: documents, goods, machines.",
            organisations="Organisations.",
            people="People, such as customers or patients.",
            dependent="People who depend on the organisation: employees, applicants, pupils, recipients of benefits.",
        ),
    ),
    Question(
        code="harm",
        asks="Could a wrong answer harm somebody's health or safety, or cost them a right?",
        options=_YES_NO,
    ),
    Question(
        code="undo",
        asks="Can a wrong answer be undone, and how fast?",
        options=_options(
            day="Yes, within a day, and nobody loses by it.",
            later="Yes, but later, or at somebody's loss.",
            never="No.",
        ),
    ),
    Question(
        code="money",
        asks="How much money does one case decide about, at most?",
        helps="In euro or as much in another currency; whoever bears it.",
        options=_options(
            none="None.",
            up_to_100="Up to 100.",
            up_to_1000="Up to 1,000.",
            up_to_10000="Up to 10,000.",
            more="More than 10,000.",
        ),
    ),
    Question(
        code="vulnerable",
        asks="Are children, sick, old or poor people, or others who can hardly defend themselves, among those concerned?",
        options=_YES_NO,
    ),
    Question(
        code="personal_data",
        asks="Does a case hold personal data?",
        helps="Special categories: health, religion, ethnic origin, politics, trade unions, sexual life, biometrics, genes; also offences.",
        options=_options(none="No.", personal="Yes.", special="Yes, also of a special category."),
    ),
    Question(
        code="autonomy",
        asks="How much is AI to decide?",
        options=_options(
            proposes="Nothing: it proposes, people decide each case.",
            alone_some="Some cases alone, fewer than half.",
            alone_most="Most cases alone.",
        ),
    ),
    Question(
        code="scale",
        asks="How many cases are there in a month?",
        options=_options(hundreds="Up to 1,000.", thousands="Up to 100,000.", more="More."),
    ),
    Question(
        code="contest",
        asks="Can whoever is concerned object, so that a person looks again?",
        options=_options(
            nobody_concerned="Nobody outside is concerned.",
            simply="Yes, simply, and they are told so.",
            hardly="Yes, but it takes effort, or they are not told.",
            no="No.",
        ),
    ),
)

_SENSITIVE_AREAS = (
    Question(
        code="biometrics",
        asks="Does it recognise people, or tell their traits or feelings, from face, voice, gait or the like?",
        helps="EU AI Act, Annex III point 1. Checking that somebody is who they say they are is not meant.",
        options=_YES_NO,
    ),
    Question(
        code="infrastructure",
        asks="Is it a part that keeps something safe: power, water, gas, heating, road traffic, digital networks, or a product?",
        helps="EU AI Act, Annex III point 2; for products Article 6(1) with Annex I.",
        options=_YES_NO,
    ),
    Question(
        code="education_work",
        asks="Does it help decide about somebody's school, training, exam, hiring, tasks, promotion, pay, watching or dismissal?",
        helps="EU AI Act, Annex III points 3 and 4.",
        options=_YES_NO,
    ),
    Question(
        code="essential_services",
        asks="Does it help decide about somebody's benefits, care, credit, life or health insurance, or an emergency call?",
        helps="EU AI Act, Annex III point 5. Finding fraud is not meant.",
        options=_YES_NO,
    ),
    Question(
        code="state_power",
        asks="Does it serve the police, border control, asylum, courts or arbitration, or try to sway an election?",
        helps="EU AI Act, Annex III points 6, 7 and 8.",
        options=_YES_NO,
    ),
)

_FORBIDDEN_PRACTICES = (
    Question(
        code="manipulates",
        asks="Does it steer people unnoticed, or use somebody's age, disability or need, so that they harm themselves or others?",
        helps="EU AI Act, Article 5(1)(a) and (b).",
        options=_YES_NO,
    ),
    Question(
        code="scores_people",
        asks="Does it rate people's conduct and treat them worse for it elsewhere, or foretell crimes from traits alone?",
        helps="EU AI Act, Article 5(1)(c) and (d).",
        options=_YES_NO,
    ),
    Question(
        code="watches_people",
        asks="Does it gather faces from the internet or cameras, read feelings at work or school, tell race, faith, politics or sexual "
        "life from bodies, recognise people in public for the police, or make intimate pictures of real people or of children?",
        helps="EU AI Act, Article 5(1)(e) to (h), and the practice added in 2026 (intimate pictures, from 2 December 2026). One is enough.",
        options=_YES_NO,
    ),
)

QUESTIONS: tuple[Question, ...] = (*_ABOUT_THE_CASE, *_SENSITIVE_AREAS, *_FORBIDDEN_PRACTICES)
"""All questions, in the order in which they are asked."""

BY_CODE: Mapping[str, Question] = MappingProxyType({question.code: question for question in QUESTIONS})

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        question.code: " ".join([question.asks, question.helps, *(f"`{option.code}`: {option.says}" for option in question.options)])
        for question in QUESTIONS
    }
)
"""Every question with its answers, from the mildest to the harshest; the reference is written from it."""

AREAS = tuple(question.code for question in _SENSITIVE_AREAS)
"""The questions about the sensitive areas of the EU AI Act's Annex III."""

PRACTICES = tuple(question.code for question in _FORBIDDEN_PRACTICES)
"""The questions about the practices that its Article 5 forbids."""
