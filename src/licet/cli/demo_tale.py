"""How the demo is told: one screen per act, with the numbers of this very run and the commands that do the same by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from licet.cli import demo_acts as acts
from licet.cli.demo_acts import BIOPSIES, SLIPS, Set
from licet.cli.demo_around import tell_around
from licet.cli.demo_data import Scan, biopsy_columns, scans, turned
from licet.cli.frame import plain
from licet.cli.gates import gate_lines
from licet.cli.judging import evaluation_lines
from licet.cli.limits import stricter
from licet.cli.mandates_told import mandate_lines
from licet.core.canonical import Json
from licet.core.confidence import confidence_in_words
from licet.core.mandate import ActiveMandate, ProposedMandate, state_of
from licet.core.measure import Measure
from licet.core.refusal import Refused
from licet.core.routing import REASONS
from licet.core.scope import in_words
from licet.flows.audit import AuditStatus, WatchPoint
from licet.flows.evaluate import Evaluated
from licet.flows.intake import Tally

WIDEST = 100
ACCENT = "#8b87f5"
SHADES = " ░▒▓█"
_GAP = 2
PEOPLE = "Olga Owner owns the process, Rita Risk has a duty to say no, Bo Builder brings the AI; all three are invented."

Numbers = dict[str, Json]


class Teller:
    """Says the story on a terminal; quiet where only numbers are wanted."""

    def __init__(self, *, quiet: bool, waits: bool) -> None:
        """Begins. `waits`: whether to wait for Enter between acts."""
        self._console = Console(quiet=quiet, highlight=False, emoji=False)
        self._console.width = min(self._console.width, WIDEST)
        self._waits = waits
        self._act = 0

    def act(self, title: str) -> None:
        """Opens the next act, on the reader's Enter where there is a reader."""
        if self._waits and self._act:
            self._console.input("\n[dim]Enter for the next act[/] ")
        self._act += 1
        self._console.print()
        self._console.print(Rule(Text.assemble((f"{self._act}  ", ACCENT), (title, "bold")), align="left", style="dim"))

    def say(self, *lines: str) -> None:
        """Says lines, with markup."""
        self._console.print()
        for line in lines:
            self._console.print(line)

    def by_hand(self, *commands: str) -> None:
        """Shows the commands that do the same."""
        self._console.print()
        for command in commands:
            self._console.print(Text(f"$ licet {command}", style="dim"), soft_wrap=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Shows a small table; every column but the first and the last is a number."""
        table = Table(box=box.SIMPLE_HEAD, header_style="dim", border_style="dim", show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        for at, name in enumerate(header):
            table.add_column(name, justify="left" if at in {0, len(header) - 1} else "right")
        for row in rows:
            table.add_row(*row)
        self._console.print()
        self._console.print(table)

    def pictures(self, shown: Sequence[Scan], captions: Sequence[str]) -> None:
        """Shows scans side by side, each with a caption."""
        width = 2 * shown[0].grey.shape[1]
        most = (self._console.width + _GAP) // (width + _GAP)
        shown, captions = shown[:most], captions[:most]
        self._console.print()
        for row in range(shown[0].grey.shape[0]):
            cells = ("".join(2 * _shade(int(grey)) for grey in scan.grey[row]) for scan in shown)
            self._console.print(Text((_GAP * " ").join(cells)), no_wrap=True)
        self._console.print(Text((_GAP * " ").join(caption.center(width) for caption in captions), style="dim"), no_wrap=True)


def _shade(grey: int) -> str:
    return SHADES[round((255 - grey) / 255 * (len(SHADES) - 1))]


def tell(teller: Teller, root: Path, seed: int) -> Numbers:
    """Tells the whole story and gives back its numbers."""
    from licet.cli.demo_end import open_and_prove

    teller.say(
        f"[bold]Licet[/] turns “is it good enough?” into a permission with a number on it. Seed {seed}; everything below is computed now.",
        PEOPLE,
        "Dim lines are the commands that do the same, on a CSV of your own too.",
    )
    teller.by_hand(
        "init .",
        'person add olga@example.org --name "Olga Owner" --role owner',
        'person add rita@example.org --name "Rita Risk" --role risk',
        'person add bo@example.org --name "Bo Builder" --role builder',
    )
    with acts.on_set(root, seed) as scene:
        began = scene.office.clock.now()
        numbers: Numbers = {"seed": seed, "dir": str(root)}
        numbers |= _history(teller, scene)
        numbers |= _standard(teller, scene)
        judged, verdict = _evaluate(teller, scene)
        numbers |= verdict | tell_around(teller, scene)
        mandate, granted_as = _mandate(teller, scene, judged)
        numbers |= granted_as
        if mandate is not None:
            numbers |= _monday(teller, scene, mandate)
            numbers |= _tuesday(teller, scene, mandate)
        numbers |= _biopsies(teller, scene)
        numbers |= open_and_prove(teller, scene, judged)
        numbers["seconds"] = round((scene.office.clock.now() - began).total_seconds(), 1)
    return numbers


# --- 1, 2, 3: history, standard, verdict -------------------------------------------------------------------------------


def _history(teller: Teller, scene: Set) -> Numbers:
    teller.act("Past cases come in, and are split once")
    made = acts.import_slips(scene)
    parts = made.report.parts
    sample = scans(scene.seed)[:5]
    teller.say("Payment slips: read one handwritten digit. 1,797 real scans with the answers people gave (UCI, from scikit-learn).")
    teller.pictures(sample, [f"people: {scan.digit}" for scan in sample])
    rows = [
        ("build", f"{parts['build']:,}", "the AI learns from these"),
        ("calibration", f"{parts['calibration']:,}", "confidence and guards are fitted on these"),
        ("sealed", f"{parts['sealed']:,}", "nobody who builds sees their answers; each look counts"),
        ("kept back", f"{1797 - made.report.rows:,}", "they come in later, to be decided"),
    ]
    teller.table(("part", "cases", ""), rows)
    command = f"import {SLIPS} data/slips.csv --content scan --answer digit --id slip --parts {acts.SLIP_PARTS} --seed {scene.seed}"
    teller.by_hand(
        f'use-case new {SLIPS} --title "Payment slips: read one handwritten digit" --target 0.02', f"{command} --as bo@example.org"
    )
    return {"parts": dict(parts)}


def _standard(teller: Teller, scene: Set) -> Numbers:
    teller.act("What good means is locked before any result can be seen")
    risk = acts.assess(scene, SLIPS, acts.SLIP_RISK)
    signed = acts.sign_standard(scene, SLIPS)
    measure = signed.standard.measures[0]
    sure = confidence_in_words(measure.confidence)
    teller.say(
        f"Bo answers the risk questions (slips up to 100, corrected within the day; both assumed): [bold]{risk.tier}[/] risk.",
        f"At most [bold]{measure.target:.1%}[/] errors among the cases AI decides alone, at [bold]{sure}[/] confidence.",
        f"Locked by Olga, countersigned by Rita: [dim]{signed.digest}[/]",
        "From here on a changed line is another standard, and whoever wants one must sign again.",
    )
    told = " ".join(f"--set {code}={answer}" for code, answer in acts.SLIP_RISK.items())
    teller.by_hand(f"risk answer {SLIPS} {told} --as bo@example.org")
    teller.by_hand(f"standard lock {SLIPS} --as olga@example.org", f"standard countersign {SLIPS} --as rita@example.org")
    return {"risk": risk.tier.value, "standard": {"digest": signed.digest, "target": measure.target, "confidence": measure.confidence}}


def _evaluate(teller: Teller, scene: Set) -> tuple[Evaluated, Numbers]:
    teller.act("One look at the sealed cases, and a verdict with a bound")
    done = acts.judge(scene, SLIPS)
    verdict = done.stored.verdict if isinstance(done.stored.verdict, Mapping) else {}
    teller.say(*evaluation_lines(done, None))
    teller.say(f"[bold]What would be too much to ask.[/] {stricter(done.standard.standard.measures[0], done.stored.look.labels)}")
    teller.by_hand(f"evaluate {SLIPS} --as bo@example.org")
    numbers: Numbers = {"verdict": done.stored.word, "region": verdict.get("region"), "look": done.stored.look.number}
    return done, numbers


def _usable(done: Evaluated) -> int:
    """Sealed cases that could be decided alone at most, as far as the verdict says it: inside the region, or past the guards."""
    verdict = done.stored.verdict
    rows = verdict.get("measures") if isinstance(verdict, Mapping) else None
    first = rows[0] if isinstance(rows, list | tuple) and rows else {}
    n = first.get("n") if isinstance(first, Mapping) else None
    return int(n) if isinstance(n, int | float) else 0


# --- 5: mandate --------------------------------------------------------------------------------------------------------


def _mandate(teller: Teller, scene: Set, judged: Evaluated) -> tuple[ActiveMandate | None, Numbers]:
    teller.act("A mandate is proposed, approved by somebody else, and granted")
    proposed = acts.propose(scene, SLIPS)
    if isinstance(proposed, Refused):
        teller.say(
            f"[yellow]Refused[/] ({proposed.code}): {plain(proposed.why)} With this seed AI earns nothing; the story goes on without it."
        )
        return None, {"mandate": {"state": "refused", "code": proposed.code, "verdict": judged.stored.word}}
    drilled = acts.drill(scene, SLIPS)
    teller.say(
        f"Olga exercises the stop: pressed, it counted after {drilled.took_ms:,} ms, and she lifted it. Without that no gate opens.",
        *gate_lines(acts.gate(scene, SLIPS)),
    )
    covers = acts.gate(scene, SLIPS).covers or proposed.digest
    no = acts.olga_tries(scene, SLIPS, covers)
    teller.say(f"Olga, who owns it, tries to approve it herself. [red]Refused[/] ({no.code}): {plain(no.why)}")
    active = acts.approve_and_grant(scene, SLIPS, covers)
    teller.say("Rita approves exactly this digest; Olga grants.", *mandate_lines(active))
    wishes = acts.WISHES
    teller.by_hand(
        f"mandate propose {SLIPS} --audit-rate {wishes.audit_rate} --daily-cap {wishes.daily_cap} "
        f"--planned-audits {wishes.planned_audits} --as bo@example.org",
        f"stop drill {SLIPS} --as olga@example.org",
        f"approve {SLIPS} {covers} --as rita@example.org",
        f"mandate grant {SLIPS} --as olga@example.org",
    )
    return active, {"mandate": _told(active, proposed), "drill_ms": drilled.took_ms}


def _told(active: ActiveMandate, proposed: ProposedMandate) -> Json:
    terms = active.terms
    return {
        "id": active.id,
        "digest": proposed.digest,
        "scope": in_words(terms.scope),
        "audit_rate": terms.audit_rate,
        "planned_audits": terms.planned_audits,
    }


# --- 6, 7: cases -------------------------------------------------------------------------------------------------------


def _monday(teller: Teller, scene: Set, mandate: ActiveMandate) -> Numbers:
    teller.act("Monday: cases flow, and a random share is audited blind")
    done = acts.send(scene, scene.data / "monday.csv")
    status = acts.watch(scene)
    _routes(teller, done)
    teller.say(
        "People are [bold]simulated from the data's truth[/]: they answer what goes to people, and the audits, blind.",
        f"{status.drawn:,} of the {done.alone:,} cases decided alone were drawn for audit (1 in {1 / mandate.terms.audit_rate:g}); "
        f"{status.errors:,} disagreed. The error is between {status.low:.1%} and {status.high:.1%}, valid at whatever time one looks.",
        _watch_line(status),
    )
    teller.by_hand(
        f"cases submit {SLIPS} data/monday.csv --content scan --id slip --answer digit --as bo@example.org", f"audit status {SLIPS}"
    )
    return {"monday": {**_tally(done), "drawn": status.drawn, "disagreed": status.errors}}


def _tuesday(teller: Teller, scene: Set, mandate: ActiveMandate) -> Numbers:
    teller.act("Tuesday, a simulated batch: somebody feeds the scans upside down")
    file = acts.write_upside_down(scene)
    done = acts.send(scene, file, simulated=True)
    status, damage, (fed, disagreed) = acts.watch(scene), acts.damage(scene), acts.order_of_trip(scene, mandate)
    if damage.wrong:
        teller.pictures([turned(scan) for scan, _ in damage.wrong], [f"AI: {said}, is {scan.digit}" for scan, said in damage.wrong])
    _routes(teller, done)
    last = status.points[-1]
    turned_away = done.to_person - done.reasons.get("mandate_suspended", 0)
    teller.say(
        f"Until then guards and threshold had turned {turned_away:,} of {turned_away + damage.alone:,} away. Of the {damage.alone:,} "
        f"that AI decided alone {len(damage.wrong):,} were wrong (by the data's truth).",
        *_trip(status, last, f"{fed} audits into this batch, {disagreed} of them disagreed"),
    )
    after = acts.send(scene, scene.data / "wednesday.csv")
    teller.say(f"[bold]Wednesday[/], {after.rows:,} scans the right way up: [bold]{after.alone:,}[/] decided alone. People decide.")
    attributes = "--attributes simulated"
    teller.by_hand(f"cases submit {SLIPS} data/tuesday.csv --content scan --id slip --answer digit {attributes} --as bo@example.org")
    batch: Numbers = {
        **_tally(done),
        "alone_wrong": len(damage.wrong),
        "audits": fed,
        "disagreed": disagreed,
        "simulated": acts.UPSIDE_DOWN,
        "mandate": state_of(status.mandate),
    }
    trip: Json = None if not status.tripped else {"audit": last.audits, "evidence": last.evidence, "line": last.line}
    return {"tuesday": {**batch, "trip": trip}, "wednesday": _tally(after)}


def _trip(status: AuditStatus, last: WatchPoint, where: str) -> tuple[str, ...]:
    if not status.tripped:
        return (
            f"The watch has not tripped: evidence {last.evidence:,.0f} after {last.audits} audits, trip line {last.line:,.0f} ({where}).",
        )
    return (
        f"The watch [bold red]tripped[/] at audit {last.audits} ({where}): evidence {last.evidence:,.0f}, trip line {last.line:,.0f}.",
        "The mandate was suspended in the same transaction, an incident opened, and Olga was told.",
    )


def _routes(teller: Teller, done: Tally) -> None:
    rows = [("AI alone", f"{done.alone:,}", f"{done.alone / max(done.rows, 1):.1%}", "inside the mandate")]
    for code, count in acts.reasons_in_order(done.reasons):
        rows.append(("a person", f"{count:,}", f"{count / max(done.rows, 1):.1%}", REASONS[code]))
    teller.table(("decided by", "cases", "share", "because"), rows)


def _watch_line(status: AuditStatus) -> str:
    filled = round(status.meter * 30)
    return f"watch [{ACCENT}]{'━' * filled}[/][dim]{'━' * (30 - filled)}[/] {status.meter:.0%} of the way to its trip line"


def _tally(done: Tally) -> Numbers:
    return {"cases": done.rows, "alone": done.alone, "to_person": done.to_person, "reasons": dict(done.reasons)}


# --- 8: the honest no --------------------------------------------------------------------------------------------------


def _biopsies(teller: Teller, scene: Set) -> Numbers:
    teller.act("A second use case gets an honest no")
    made = acts.import_biopsies(scene)
    risk = acts.assess(scene, BIOPSIES, acts.BIOPSY_RISK)
    acts.sign_standard(scene, BIOPSIES)
    done = acts.judge(scene, BIOPSIES)
    refused = acts.propose(scene, BIOPSIES)
    standard, sealed, usable = done.standard.standard, done.stored.look.labels, _usable(done)
    measure, stakes = standard.measures[0], standard.guards.high_stakes_max or 0.0
    needed = acts.clean_labels(measure)
    teller.say(
        f"{made.report.rows:,} biopsies, benign or malignant (UCI, from scikit-learn). High stakes: at most {measure.target:.1%} errors, "
        f"and never alone where the chance of malignant is above {stakes:.1%}.",
        f"A wrong answer harms a patient: [bold]{risk.tier}[/] risk. Its gate asks for a slice that holds, and for two people's approval.",
    )
    teller.say(*evaluation_lines(done, None)[:1])
    teller.say(*_what_it_takes(measure, needed=needed, usable=usable, sealed=sealed))
    if isinstance(refused, Refused):
        asks = f"Bo asks for a mandate all the same. [red]Refused[/] ({refused.code}): {plain(refused.why)}"
        teller.say(asks, f"[dim]{plain(refused.remedy)}[/]")
    teller.by_hand(
        f'use-case new {BIOPSIES} --title "Biopsies: benign or malignant" --target 0.01   # and high_stakes: [malignant] in standard.yaml',
        f"import {BIOPSIES} data/biopsies.csv --content {','.join(biopsy_columns())} --answer diagnosis --id biopsy "
        f"--parts {acts.BIOPSY_PARTS} --seed {scene.seed} --as bo@example.org",
        f"evaluate {BIOPSIES} --as bo@example.org",
        f"mandate propose {BIOPSIES} --as bo@example.org",
    )
    code = refused.code if isinstance(refused, Refused) else None
    counts: Numbers = {"needed": needed, "usable": usable, "sealed": sealed}
    return {"biopsies": {"risk": risk.tier.value, "verdict": done.stored.word, "refused": code, **counts}}


def _what_it_takes(measure: Measure, *, needed: int, usable: int, sealed: int) -> tuple[str, ...]:
    sure = confidence_in_words(measure.confidence)
    first = f"It takes [bold]{needed:,}[/] cases without a single error to show {measure.target:.1%} at {sure}. "
    if usable >= needed:
        return (f"{first}{usable:,} of {sealed:,} sealed biopsies may be decided alone at most.",)
    first += f"Of {sealed:,} sealed biopsies {usable:,} may be decided alone at most: whatever their answers are, they cannot be enough."
    if not usable:
        return (first,)
    like_these = -(-needed * sealed // usable)
    return (first, f"That is about [bold]{like_these:,}[/] sealed biopsies like these, if none of them is wrong (estimated).")
