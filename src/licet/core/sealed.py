"""Sealed cases: the part of history no builder sees answers of, with one budget of looks and attempts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, assert_never

from licet.core.ids import Digest, LookId, SealedSetId
from licet.core.refusal import Refused
from licet.core.standard import DeclaredLook, Method, Standard

ROUNDING = 1e-9

FRESH = "Import cases nobody has looked at: `licet import … --fresh` seals them in a set with a budget of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a sealed set: what was asked, of how many labels, and what it could have shown.

    Attributes:
        scope: digest of everything that was fixed before the labels were read (system, calibration, guards, standard).
        number: counted from 1 within the sealed set.
        labels: how many sealed cases it was about.
        adjudications: how many of them had been adjudicated by then.
        share: the share of each measure's accepted chance that this look spent.
        outputs: how many distinct answers it could have shown (at least 2); later attempts pay for them.
        thresholds: the grid, strict to lenient, as fixed before labels were read; none with regions.
        grids: with regions the grid of each, in their order.
        recount: whether it only counted again, with adjudications, what an earlier look had counted.
    """

    id: LookId
    sealed_set: SealedSetId
    number: int
    scope: Digest
    labels: int
    adjudications: int
    share: float
    outputs: int
    thresholds: tuple[float, ...]
    recount: bool
    at: datetime
    grids: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTarget:
    """The region of a sealed set that a pilot chose to be labelled, fixed before any label inside it.

    Attributes:
        scope: what the region was fixed for; for anything else it counts for nothing.
        threshold: the lowest confidence inside.
        inner: the lowest confidence inside its inner part, which is tested beside it.
        cases: how many sealed cases lie inside; those are labelled, in the order in which chance drew them.
        inner_cases: how many lie inside the inner part.
        of: how many sealed cases there were in all, without the pilot.
        predicted: the error rate inside as the pilot lets one expect it: an estimate, never evidence.
        cap: after how many labels labelling ends.
        labelled: how many of them have an answer, counted in their order up to the first without one.
    """

    scope: Digest
    threshold: float
    inner: float
    cases: int
    inner_cases: int
    of: int
    predicted: float
    cap: int
    labelled: int = 0

    @property
    def thresholds(self) -> tuple[float, ...]:
        """What is tested, strict to lenient."""
        return (self.inner, self.threshold) if self.inner > self.threshold else (self.threshold,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSet:
    """Sealed cases and what has been seen of them so far.

    Attributes:
        cases: how many sealed cases there are.
        labelled: how many of them have an answer, counted in the order they were drawn up to the first without one.
        adjudications: how many of them have been adjudicated.
        looks: the looks so far, oldest first.
        opened_scope: the scope under which the cases were opened; None while they are sealed.
        worksheet: how many of them were handed to an adjudicator; how many those are tells of errors.
        elsewhere: looks at largely the same cases under another set, such as a copy of the use case or a second import of one file.
        shown_elsewhere: whether some of them were opened under another set.
        target: the region that a pilot chose to be labelled; None without a pilot, and until it is answered.
    """

    id: SealedSetId
    cases: int
    labelled: int
    adjudications: int
    looks: tuple[Look, ...]
    opened_scope: Digest | None = None
    worksheet: int = 0
    elsewhere: tuple[Look, ...] = ()
    shown_elsewhere: bool = False
    target: SealedTarget | None = None

    def target_for(self, scope: Digest) -> SealedTarget | None:
        """The target region, where it was fixed for this scope; None where it was not, or there is none."""
        return self.target if self.target is not None and self.target.scope == scope else None

    def counted_for(self, scope: Digest) -> Self:
        """The set as a look under a scope counts its labels: inside the target region where one was fixed for it."""
        target = self.target_for(scope)
        return self if target is None else replace(self, labelled=target.labelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLook:
    """A look that may be taken, and what it spends.

    Attributes:
        share: share of each measure's accepted chance, after earlier attempts were paid for.
        labels: how many cases, in the order they were drawn, it is about.
        thresholds: the grid of an earlier look that must be kept (anytime method); None: it is still to be fixed.
        grids: the same with regions, a grid for each.
    """

    share: float
    labels: int
    thresholds: tuple[float, ...] | None = None
    grids: tuple[tuple[float, ...], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """The labels of an earlier look, adjudicated since: counted again at the same share on the same grid.

    It costs nothing. Adjudicating a disagreement only takes an error away, adjudicating an agreement only adds one; so whatever
    either of the two looks certifies, one that only took errors away would certify too, and its chance of doing so falsely is paid.
    """

    of: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Nothing changed since an earlier look: its verdict is the answer, and no look is spent."""

    look: Look


Permission = FreshLook | Recount | Seen


def ask_to_look(sealed: SealedSet, standard: Standard, scope: Digest) -> Permission | Refused:
    """Says whether sealed answers may be read for a scope, and at what price.

    Looks of one scope are declared in the standard. A changed scope is another attempt: attempt i has the share
    w_i / (product of what the earlier attempts' looks could have shown), so that the chance of a false promise stays
    below the accepted one, whatever was tried in between (union bound over all that could have been displayed).

    Args:
        sealed: the set, with its looks so far.
        standard: the countersigned standard.
        scope: digest of what is to be judged.

    Returns:
        `FreshLook`, `Recount` or `Seen`; or `Refused` with `sealed_cases_opened`, `attempts_used_up`, `looks_used_up`,
        `not_labelled_enough` or `no_sealed_cases`.
    """
    if sealed.cases == 0:
        return Refused(
            code="no_sealed_cases", why="There are no sealed cases.", remedy="Import history with a sealed part: --parts 50:20:30."
        )
    sealed = sealed.counted_for(scope)
    own = tuple(look for look in sealed.looks if look.scope == scope)
    shown = _shown(sealed, scope, own)
    if shown is not None:
        return shown
    if own and _unchanged(sealed, own[-1], standard):
        return Seen(look=own[-1])
    if own and sealed.adjudications > own[-1].adjudications and not _has_more(sealed, own[-1], standard):
        return Recount(of=own[-1])
    paid = _attempt_share(sealed, standard, scope)
    if isinstance(paid, Refused):
        return paid
    return _next_look(sealed, standard, own, paid)


def _shown(sealed: SealedSet, scope: Digest, own: tuple[Look, ...]) -> Seen | Refused | None:
    """What is left once people saw cases, errors or their number: the verdict that stands, and nothing for anything changed since."""
    opened = sealed.opened_scope is not None or sealed.shown_elsewhere
    if opened and own and sealed.opened_scope in {None, scope}:
        return Seen(look=own[-1])
    if opened:
        why = f"Sealed set {sealed.id} was opened, and system, scope or standard changed since: its {sealed.cases} cases are history now."
    elif sealed.worksheet and not own:
        why = f"Cases of sealed set {sealed.id} were handed out for adjudication, and system, scope or standard changed since."
    else:
        return None
    return Refused(code="sealed_cases_opened", why=why, remedy=FRESH)


def _has_more(sealed: SealedSet, last: Look, standard: Standard) -> bool:
    return standard.method is Method.ANYTIME and sealed.labelled > last.labels


def _labels_now(sealed: SealedSet, standard: Standard) -> int:
    return sealed.labelled if standard.method is Method.ANYTIME else sealed.cases


def _unchanged(sealed: SealedSet, last: Look, standard: Standard) -> bool:
    return last.labels >= _labels_now(sealed, standard) and last.adjudications == sealed.adjudications


def _attempt_share(sealed: SealedSet, standard: Standard, scope: Digest) -> float | Refused:
    looks = sorted((*sealed.elsewhere, *sealed.looks), key=lambda look: look.at)
    scopes = list(dict.fromkeys(look.scope for look in looks))
    attempt = scopes.index(scope) if scope in scopes else len(scopes)
    if attempt >= len(standard.attempts):
        copies = " Looks at the same cases in another use case or import count." if sealed.elsewhere else ""
        why = f"The standard allows {len(standard.attempts)} attempt(s) on sealed set {sealed.id}; this would be attempt {attempt + 1}."
        return Refused(code="attempts_used_up", why=why + copies, remedy=FRESH)
    left = 1.0 - _spent(looks, scopes[:attempt])
    if standard.attempts[attempt] > left + ROUNDING:
        share = standard.attempts[attempt]
        why = f"Earlier attempts on sealed set {sealed.id} left a share of {max(left, 0.0):.3g}; this one asks for {share:.3g}."
        return Refused(code="attempts_used_up", why=why, remedy=FRESH)
    return standard.attempts[attempt] / _price(looks, scopes[:attempt])


def _price(looks: Sequence[Look], scopes: Sequence[Digest]) -> int:
    """How many different things all the looks of these attempts together could have shown."""
    return math.prod(look.outputs for look in looks if look.scope in scopes)


def _spent(looks: Sequence[Look], scopes: Sequence[Digest]) -> float:
    """The shares that attempts took of the accepted chance, before they paid for what was shown.

    A revised standard declares its attempts anew, and must not find the chance whole again that an earlier one has spent.
    Looks of one share on one grid are one test: asked again after more labels (anytime), or without a region to certify.
    """
    total = 0.0
    for place, scope in enumerate(scopes):
        tests = {(look.share, look.thresholds, look.grids) for look in looks if look.scope == scope and not look.recount}
        total += sum(share for share, _, _ in tests) * _price(looks, scopes[:place])
    return total


def _next_look(sealed: SealedSet, standard: Standard, own: tuple[Look, ...], paid: float) -> FreshLook | Refused:
    match standard.method:
        case Method.ANYTIME:
            grid = next((look.thresholds for look in own if look.thresholds), None)
            grids = next((look.grids for look in own if any(look.grids)), None)
            return FreshLook(share=paid, labels=sealed.labelled, thresholds=grid, grids=grids)
        case Method.EXACT:
            return _declared_look(sealed, standard.looks, own, paid)
        case _:
            assert_never(standard.method)


def _declared_look(sealed: SealedSet, declared: tuple[DeclaredLook, ...], own: tuple[Look, ...], paid: float) -> FreshLook | Refused:
    done = len([look for look in own if not look.recount])
    if done >= len(declared):
        why = f"The standard declares {len(declared)} look(s), and all are spent on sealed set {sealed.id}."
        return Refused(
            code="looks_used_up", why=why, remedy="Import fresh cases, or revise the standard for more looks or method: anytime."
        )
    look = declared[done]
    labels = sealed.cases if look.labels is None else look.labels
    if look.labels is not None and sealed.labelled < look.labels:
        why = f"Look {done + 1} is declared at {look.labels} labelled cases; {sealed.labelled} are labelled in the order they were drawn."
        return Refused(code="not_labelled_enough", why=why, remedy=f"Label {look.labels - sealed.labelled} more and import them.")
    return FreshLook(share=paid * look.share, labels=labels)


def takes_more(sealed: SealedSet, standard: Standard | None, suspended_at: datetime | None) -> bool:
    """Says whether newly sealed cases may join a set, or must begin a fresh one.

    Cases join while nothing was seen of the set, or while looks of the same scope remain whose number of labels was declared: a look
    at "all there are" must not be at as many as somebody likes after an earlier one. They begin a set with a budget of its own once
    it was opened, its looks are spent, or a mandate was suspended after it was looked at.

    Args:
        sealed: the newest set.
        standard: the signed standard; None before one.
        suspended_at: when the use case's mandate was suspended; None when it is not.
    """
    if sealed.opened_scope is not None or sealed.shown_elsewhere:
        return False
    if not sealed.looks:
        return True
    if suspended_at is not None and sealed.looks[0].at <= suspended_at:
        return False
    if standard is None:
        return False
    if standard.method is Method.ANYTIME:
        return True
    last = sealed.looks[-1].scope
    taken = len([look for look in sealed.looks if look.scope == last and not look.recount])
    left = standard.looks[taken:]
    return bool(left) and all(look.labels is not None for look in left)
