"""Looks at accounts: whether anybody has one, admins have a second factor, an emergency goes on, and an identity provider answers."""

from licet.cli.findings import Found, OpenRoom, error, fine, warning, worst
from licet.core.account import NEEDS_FACTOR
from licet.core.outside import Admission, Away
from licet.core.people import Role
from licet.core.refusal import Refused
from licet.edge.bad_file import BadFolderError
from licet.edge.late import ProviderMissingError
from licet.flows.accounts import list_accounts
from licet.settings import BadSettingError, SecretMissingError
from licet.store import use_cases
from licet.wiring.provider import outside_of


def accounts(room: OpenRoom) -> Found:
    """Whether people sign in, admins and risk with a second factor, and whether a break-glass admin is still open."""
    there = [(one.person, one.account) for one in list_accounts(room.office) if one.account is not None]
    open_ones = [(person, known) for person, known in there if known.set_up_at is not None and known.disabled_at is None]
    if not any(known.set_up_at is not None for _, known in there):
        alone = "Nobody has an account: who acts is asserted, and every entry says so. Begin with an admin: `licet account link E-MAIL`."
        return worst(_glass(room), alone)
    weak = [
        warning(f"{person.email} is admin or risk and signs in without a second factor. Make a new link: `licet account link`.")
        for person, known in open_ones
        if person.has(*NEEDS_FACTOR) and known.password is not None and not known.second_factor and not known.break_glass
    ]
    admins = [person for person, known in open_ones if person.has(Role.ADMIN) and not known.break_glass]
    none = [] if admins else [warning("No admin can sign in. Make a link for one, or `licet account break-glass`.")]
    return worst([*weak, *none, *_glass(room)], f"{len(open_ones)} people may sign in")


def _glass(room: OpenRoom) -> list[Found]:
    return [
        warning(f"The emergency admin {one.person.email} is not closed: `licet account disable {one.person.email}` as an admin.")
        for one in list_accounts(room.office)
        if one.account is not None and one.account.break_glass and one.account.disabled_at is None
    ]


def provider(room: OpenRoom) -> Found:
    """Whether the identity provider answers, and what identity.yaml gives can be given."""
    try:
        outside = outside_of(room.home, room.office)
    except (BadSettingError, SecretMissingError, ProviderMissingError, BadFolderError, ValueError) as wrong:
        return error(f"Nobody can sign in through the identity provider: {wrong}")
    if outside is None:
        return fine("no identity provider is set up")
    asked = Away(nonce="doctor", verifier="doctor", redirect="http://127.0.0.1/", back="/", session=None, at=room.now)
    answered = outside.provider.address(asked, "doctor")
    silent = [warning(f"{answered.why} {answered.remedy}")] if isinstance(answered, Refused) else []
    return worst([*silent, *_given(room, outside.admission)], "the identity provider answers")


def _given(room: OpenRoom, admission: Admission) -> list[Found]:
    """What identity.yaml gives that cannot be given, or is given too lightly."""
    grants = [(group, grant) for group, several in sorted(admission.roles.items()) for grant in several]
    with room.office.book.read() as tx:
        there = {one.slug for one in use_cases.every(tx)}
    missing = [
        warning(f"identity.yaml gives group {group!r} a role in use case {grant.place.use_case!r}, which is not there: it gives none.")
        for group, grant in grants
        if grant.place.use_case is not None and grant.place.use_case not in there
    ]
    factor = admission.second_factor
    light = any(grant.role in NEEDS_FACTOR for _, grant in grants) and not (factor.acr or factor.amr)
    asks = "identity.yaml makes people admin or risk without asking for a second factor. Name it under `second_factor`."
    return [*missing, *([warning(asks)] if light else [])]
