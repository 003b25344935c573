"""Obligations of the EU AI Act, Regulation (EU) 2024/1689 as changed by Regulation (EU) 2026/1744, in our own words."""

from datetime import date

from licet.core.obligation import Kind, Obligation, Party, Source
from licet.core.risk_questions import AREAS

FIRST = date(2025, 2, 2)
"""Chapters I and II: literacy and forbidden practices."""

TRANSPARENCY = date(2026, 8, 2)
PICTURES = date(2026, 12, 2)
"""The practice forbidden since 2026; and marks on generated content, for systems that were on the market before."""

ANNEX_III = date(2027, 12, 2)
PRODUCTS = date(2028, 8, 2)

PROVIDER, DEPLOYER, BOTH = (Party.PROVIDER,), (Party.DEPLOYER,), (Party.PROVIDER, Party.DEPLOYER)
SENSITIVE = tuple((area, "yes") for area in AREAS)
OUTSIDE = (("decision", "writes"),)
WORK = (("education_work", "yes"),)
ESSENTIAL = (("essential_services", "yes"), ("state_power", "yes"))
OLD_SYSTEMS = "Systems that were on the market before this day are concerned only after a significant change (Article 111); check yours."

LATER = "It was postponed for Chapter III, sections 1 to 3; whether for this article too must be checked. Before, it was 2 August 2026."


def _eu(  # noqa: PLR0913 - one line of a table
    name: str,
    place: str,
    says: str,
    concerns: tuple[Party, ...],
    *evidence: Kind,
    since: date = ANNEX_III,
    when: tuple[tuple[str, str], ...] = SENSITIVE,
    check: str = "",
) -> Obligation:
    return Obligation(
        id=f"eu-{name}",
        source=Source.EU_AI_ACT,
        place=place,
        says=says,
        concerns=concerns,
        applies_from=since,
        evidence=evidence or (Kind.NONE,),
        when=when,
        check=check,
    )


_FOR_ALL = (
    _eu(
        "4", "Article 4", "Take measures that help the people who run or use AI to understand it, as fits their role.", BOTH,
        since=FIRST, when=(), check="The wording was changed in 2026; read it in the Official Journal.",
    ),
    _eu(
        "5", "Article 5(1)(a) to (h)", "Keep away from the practices that are forbidden, whoever wants them.", BOTH,
        Kind.RISK, since=FIRST, when=(),
    ),
    _eu(
        "5-pictures", "Article 5, as changed in 2026", "Make no intimate pictures of real people without their consent, nor of children.",
        BOTH, Kind.RISK, since=PICTURES, when=(("watches_people", "yes"), *OUTSIDE), check="Its letter and transition must be checked.",
    ),
    _eu(
        "50-1", "Article 50(1)", "Build AI that talks to people so that they learn that it is AI.", PROVIDER,
        since=TRANSPARENCY, when=OUTSIDE,
    ),
    _eu(
        "50-2", "Article 50(2)", "Mark generated text, sound and pictures so that a machine can tell.", PROVIDER,
        since=TRANSPARENCY, when=OUTSIDE, check="Systems on the market before that day have until 2 December 2026.",
    ),
    _eu(
        "50-3", "Article 50(3)", "Tell people where their feelings are read or they are sorted by their bodies.", DEPLOYER,
        since=TRANSPARENCY, when=(("biometrics", "yes"), ("watches_people", "yes")),
    ),
    _eu(
        "50-4", "Article 50(4)", "Say of faked pictures, and of texts on public matters that no person answers for, that AI made them.",
        DEPLOYER, Kind.REVIEWS, since=TRANSPARENCY, when=OUTSIDE,
    ),
)  # fmt: skip

_OF_PROVIDERS = (
    _eu(
        "6-1", "Article 6(1)", "Find out whether the AI is a part that keeps a regulated product safe, and meet what follows from it.",
        PROVIDER, Kind.RISK, since=PRODUCTS, when=(("infrastructure", "yes"), ("harm", "yes")), check="Depends on the product's own law.",
    ),
    _eu(
        "6-4", "Article 6(4)", "Write down why AI in a sensitive area is held not to be of high risk, where it is held so.", PROVIDER,
        Kind.RISK, check="What is to be registered of it was changed in 2026. Licet counts each such area as high.",
    ),
    _eu(
        "9", "Article 9", "Find, judge and lessen the risks over the system's whole life, and test against limits set before.", PROVIDER,
        Kind.RISK, Kind.STANDARD, Kind.VERDICT,
    ),
    _eu("10", "Article 10", "Use data that are fit, examined for bias, and whose origin is known.", PROVIDER, Kind.LEDGER, Kind.VERDICT),
    _eu("11", "Article 11, Annex IV", "Keep technical documentation that shows how the system meets what is asked.", PROVIDER, Kind.PACK),
    _eu("12", "Article 12", "Have the system record events by itself, so that what it did can be traced.", PROVIDER, Kind.LEDGER),
    _eu("13", "Article 13", "Tell deployers its purpose, how right it is, and its limits.", PROVIDER, Kind.VERDICT, Kind.MANDATE),
    _eu(
        "14", "Article 14", "Build it so that people can watch it, disagree with it and stop it.", PROVIDER,
        Kind.STOP, Kind.REVIEWS, Kind.CORRECTIONS, Kind.MANDATE,
    ),
    _eu("15-1", "Article 15(1) to (3)", "Reach an accuracy that fits the purpose, and say which.", PROVIDER, Kind.STANDARD, Kind.VERDICT),
    _eu("15-4", "Article 15(4) and (5)", "Make it robust, and secure against those who attack it.", PROVIDER),
    _eu("17", "Article 17", "Manage quality by written procedures, with somebody who answers for each.", PROVIDER, Kind.APPROVALS),
    _eu("18", "Article 18", "Keep the documentation for ten years.", PROVIDER, Kind.PACK),
    _eu("19", "Article 19", "Keep the automatic records for at least six months.", PROVIDER, Kind.LEDGER),
    _eu("20", "Article 20", "Put right, take back or switch off what is not in order, and tell.", PROVIDER, Kind.INCIDENTS, Kind.STOP),
    _eu("25", "Article 25", "Know when a change of system or purpose makes you its provider.", DEPLOYER, Kind.MANDATE, Kind.LEDGER),
    _eu("43", "Article 43", "Have the system assessed before it is put on the market or in service.", PROVIDER, check=LATER),
    _eu("47", "Articles 47 and 48", "Sign the declaration, and put the mark on it.", PROVIDER, check=LATER),
    _eu("49", "Article 49", "Register it in the EU's database.", BOTH, check="Who must register what, and from when, must be checked."),
    _eu("72", "Article 72", "Watch how it does once it is in use, by a plan.", PROVIDER, Kind.AUDITS, Kind.VERDICT, check=LATER),
    _eu("73", "Article 73", "Report serious incidents to the authority, in days.", BOTH, Kind.INCIDENTS, check=LATER),
)  # fmt: skip

_OF_DEPLOYERS = (
    _eu("26-1", "Article 26(1)", "Use it as its instructions say.", DEPLOYER, Kind.MANDATE, Kind.LEDGER, check=OLD_SYSTEMS),
    _eu(
        "26-2", "Article 26(2)", "Give its oversight to people with the competence, the training and the authority.", DEPLOYER,
        Kind.APPROVALS, Kind.REVIEWS, check="Competence and training of people are not shown by Licet.",
    ),
    _eu("26-4", "Article 26(4)", "See to it that what is put in fits the purpose.", DEPLOYER, Kind.MANDATE),
    _eu("26-5", "Article 26(5)", "Watch its operation; where it is dangerous, suspend it and tell.", DEPLOYER, Kind.AUDITS, Kind.INCIDENTS),
    _eu("26-6", "Article 26(6)", "Keep its records for at least six months.", DEPLOYER, Kind.LEDGER, Kind.PACK),
    _eu("26-7", "Article 26(7)", "Tell employees and their representatives before it is used at work.", DEPLOYER, when=WORK),
    _eu(
        "26-9", "Article 26(9)", "Use what the provider tells for the assessment that data protection law asks for.", DEPLOYER,
        Kind.RISK, Kind.ERASURE, when=(("personal_data", "special"), *SENSITIVE),
    ),
    _eu("26-11", "Article 26(11)", "Tell people that AI decides about them or helps to.", DEPLOYER),
    _eu(
        "27", "Article 27", "Assess beforehand what its use does to people's fundamental rights.", DEPLOYER,
        Kind.RISK, when=ESSENTIAL, check="It concerns public bodies and services, credit and some insurance; check yours.",
    ),
    _eu(
        "86", "Article 86", "Explain to whoever is concerned what part AI had in a decision with legal or like effect.", DEPLOYER,
        Kind.LEDGER, Kind.CORRECTIONS, check=LATER,
    ),
)  # fmt: skip

EU_AI_ACT: tuple[Obligation, ...] = (*_FOR_ALL, *_OF_PROVIDERS, *_OF_DEPLOYERS)
