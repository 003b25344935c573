"""Looks at the work: cases that nobody takes, effects that do not arrive, stops that were forgotten, workers that do not fit."""

from datetime import timedelta

from licet import __version__
from licet.cli.findings import Found, OpenRoom, error, fine, note, warning, worst
from licet.store.gauges import UseCaseGauges
from licet.store.tokens_seen import ending_tokens
from licet.store.upgrade import older

WAITED = timedelta(minutes=1)
"""Longer than this no case waits where a worker runs that keeps up."""

EFFECTS_LATE = timedelta(minutes=10)
STOP_OLD = timedelta(days=3)
TOKEN_SOON = timedelta(days=7)


def workers(room: OpenRoom) -> Found:
    """Whether cases wait and no worker runs."""
    waiting = [one for one in room.gauges.use_cases if one.queue.oldest is not None and room.now - one.queue.oldest > WAITED]
    if waiting and not room.gauges.alive(room.now):
        count = sum(one.queue.cases for one in waiting)
        names = ", ".join(one.slug for one in waiting)
        return error(f"{count:,} cases of {names} wait, and no worker was seen for two minutes. Start `licet serve` or `licet worker`.")
    return fine(f"{len(room.gauges.alive(room.now))} workers run")


def leases(room: OpenRoom) -> Found:
    """Whether what a dead worker held was taken over."""
    return worst(
        (
            error(
                f"{one.queue.abandoned:,} cases of {one.slug!r} were held by a worker whose lease ended at "
                f"{one.queue.abandoned_since:%Y-%m-%d %H:%M} UTC, and nobody took them over. Start a worker, or look at its log."
            )
            for one in room.gauges.use_cases
            if one.queue.abandoned_since is not None and room.now - one.queue.abandoned_since > WAITED
        ),
        "no case is held by a worker that is gone",
    )


def versions(room: OpenRoom) -> Found:
    """Whether all workers are of this release."""
    alive = room.gauges.alive(room.now)
    others = sorted({f"{one.name} ({one.version})" for one in alive if one.version != __version__})
    if any(older(one.version) for one in alive):
        return warning(f"Workers of another release run: {', '.join(others)}; this one is {__version__}. Replace them one by one.")
    if others:
        return warning(f"Workers of a newer release run: {', '.join(others)}; this one is {__version__}. Replace this one.")
    return fine("all workers are of this release")


def dead_effects(room: OpenRoom) -> Found:
    """Whether effects were given up."""
    return worst(
        (
            warning(f"{one.effects.dead:,} effects of {one.slug!r} were given up. Mend the cause, then run `licet effects replay`.")
            for one in room.gauges.use_cases
            if one.effects.dead
        ),
        "no effect was given up",
    )


def late_effects(room: OpenRoom) -> Found:
    """Whether effects are due and nobody delivers them; while a stop is pressed, what AI decided is held on purpose."""
    return worst(
        (
            error(
                f"Effects of {one.slug!r} are due since {one.effects.due_since:%Y-%m-%d %H:%M} UTC ({one.effects.waiting:,} wait). "
                "Start a worker; where one runs, its log says what fails."
            )
            for one in room.gauges.use_cases
            if one.effects.due_since is not None and not _stopped(room, one) and room.now - one.effects.due_since > EFFECTS_LATE
        ),
        "no effect is late",
    )


def _stopped(room: OpenRoom, one: UseCaseGauges) -> bool:
    return room.gauges.stopped_at is not None or one.stopped_at is not None


def stops(room: OpenRoom) -> Found:
    """Whether a stop was forgotten."""
    pressed = [("everything", room.gauges.stopped_at), *((repr(one.slug), one.stopped_at) for one in room.gauges.use_cases)]
    return worst(
        (
            note(f"The stop on {what} is pressed since {at:%Y-%m-%d}: nothing is decided alone. Lift it, or suspend the mandate.")
            for what, at in pressed
            if at is not None and room.now - at > STOP_OLD
        ),
        "no stop is pressed for long",
    )


def tokens(room: OpenRoom) -> Found:
    """Whether a program's token never ends, or ends soon."""
    with room.office.book.read() as tx:
        endless, soon = ending_tokens(tx, room.now, within=TOKEN_SOON)
    return worst(
        (
            *(warning(f"The token {name!r} never ends. Make one that does, and revoke it.") for name in endless),
            *(warning(f"The token {name!r} ends on {at:%Y-%m-%d}, and its program stops then. Make the next one.") for name, at in soon),
        ),
        "no token is endless or ends within a week",
    )
