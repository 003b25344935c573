"""What organisations take on by choice, in our own words: NIST AI RMF 1.0, and clauses and controls of ISO/IEC 42001:2023."""

from datetime import date

from licet.core.obligation import Kind, Obligation, Party, Source

NIST_PUBLISHED = date(2023, 1, 26)
ISO_PUBLISHED = date(2023, 12, 18)
BOTH = (Party.PROVIDER, Party.DEPLOYER)
DATA = (("personal_data", "personal"),)


def _nist(place: str, says: str, *evidence: Kind, when: tuple[tuple[str, str], ...] = ()) -> Obligation:
    return Obligation(
        id=f"nist-{place.lower().replace(' ', '-')}",
        source=Source.NIST_AI_RMF,
        place=place,
        says=says,
        concerns=BOTH,
        applies_from=NIST_PUBLISHED,
        evidence=evidence or (Kind.NONE,),
        when=when,
    )


def _iso(place: str, says: str, *evidence: Kind, when: tuple[tuple[str, str], ...] = ()) -> Obligation:
    return Obligation(
        id=f"iso-{place.lower().removeprefix('clause ').removeprefix('control ')}",
        source=Source.ISO_42001,
        place=place,
        says=says,
        concerns=BOTH,
        applies_from=ISO_PUBLISHED,
        evidence=evidence or (Kind.NONE,),
        when=when,
    )


NIST_AI_RMF: tuple[Obligation, ...] = (
    _nist("GOVERN 1.3", "Decide how much care a use of AI takes by how much risk one will bear.", Kind.RISK, Kind.APPROVALS),
    _nist("GOVERN 1.5", "Plan who looks again at the risks, and how often.", Kind.AUDITS, Kind.MANDATE),
    _nist("GOVERN 1.6", "Know which AI one has.", Kind.LEDGER),
    _nist("GOVERN 1.7", "End the use of AI in an orderly way.", Kind.MANDATE, Kind.STOP),
    _nist("GOVERN 2.1", "Write down who answers for what.", Kind.APPROVALS, Kind.LEDGER),
    _nist("GOVERN 2.2", "Train people and partners for their part."),
    _nist("GOVERN 3.2", "Say what people do and what AI does where both work together.", Kind.MANDATE, Kind.REVIEWS),
    _nist("GOVERN 4.3", "Test, notice incidents, and share what was learnt.", Kind.INCIDENTS, Kind.AUDITS),
    _nist("GOVERN 6.1", "Deal with the risks of what others supply.", Kind.MANDATE),
    _nist("MAP 1.1", "Write down what it is for, in which setting, and what is expected of it.", Kind.RISK, Kind.STANDARD),
    _nist("MAP 2.2", "Write down what the system does not know, and how people watch over it.", Kind.MANDATE, Kind.REVIEWS),
    _nist("MAP 3.5", "Define how people oversee it.", Kind.MANDATE, Kind.STOP),
    _nist("MAP 5.1", "Estimate how likely and how large each effect on people is.", Kind.RISK),
    _nist("MEASURE 1.1", "Choose measures for the risks that matter most, and say which are not measured.", Kind.STANDARD),
    _nist("MEASURE 1.3", "Let people assess it who did not build it.", Kind.APPROVALS, Kind.REVIEWS),
    _nist("MEASURE 2.3", "Show that it performs in conditions like those in use.", Kind.VERDICT),
    _nist("MEASURE 2.4", "Watch it in operation.", Kind.AUDITS),
    _nist("MEASURE 2.7", "Judge its security against attack."),
    _nist("MEASURE 2.10", "Look into the risk to privacy, and write it down.", Kind.RISK, Kind.ERASURE, when=DATA),
    _nist("MANAGE 1.1", "Decide whether it reaches its purpose and may go on.", Kind.VERDICT, Kind.APPROVALS),
    _nist("MANAGE 2.4", "Be able to overrule and switch off, and say who does it.", Kind.STOP, Kind.INCIDENTS),
    _nist("MANAGE 4.3", "Tell of errors and incidents, and trace and mend them.", Kind.INCIDENTS, Kind.CORRECTIONS),
)

ISO_42001: tuple[Obligation, ...] = (
    _iso("Clause 6.1.2", "Assess the risks of AI by a method that gives like results for like cases.", Kind.RISK),
    _iso("Clause 6.1.4", "Assess what the system does to people, groups and society.", Kind.RISK),
    _iso("Clause 7.2", "Make sure that people are competent for what they do."),
    _iso("Clause 9.1", "Decide what is watched and measured, and look at what it shows.", Kind.STANDARD, Kind.AUDITS),
    _iso("Clause 9.2", "Audit the management of AI itself, at planned times.", Kind.PACK),
    _iso("Clause 10.2", "Mend what was not in order, and its cause.", Kind.INCIDENTS, Kind.CORRECTIONS),
    _iso("Control A.3.2", "Name who answers for AI, and for what.", Kind.APPROVALS),
    _iso("Control A.3.3", "Let people report what troubles them."),
    _iso("Control A.5.4", "Look at the effects on single people and groups.", Kind.RISK, Kind.VERDICT),
    _iso("Control A.6.2.4", "Test and check the system against what it must do.", Kind.STANDARD, Kind.VERDICT),
    _iso("Control A.6.2.5", "Put it to use by a plan, when what is asked for is there.", Kind.APPROVALS, Kind.MANDATE),
    _iso("Control A.6.2.6", "Run and watch it.", Kind.AUDITS, Kind.STOP),
    _iso("Control A.6.2.8", "Record events while it runs.", Kind.LEDGER),
    _iso("Control A.7.5", "Know where data come from.", Kind.LEDGER),
    _iso("Control A.8.4", "Plan how users hear of incidents.", Kind.INCIDENTS),
    _iso("Control A.9.4", "Use it for what it is meant for, and see that it stays so.", Kind.MANDATE, Kind.LEDGER),
    _iso("Control A.10.3", "See to it that suppliers work as one has promised to."),
)
