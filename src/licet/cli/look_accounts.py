"""Looks at accounts: whether anybody has one, whether admins have a second factor, and whether an emergency goes on."""

from licet.cli.findings import Found, OpenRoom, warning, worst
from licet.core.account import NEEDS_FACTOR
from licet.core.people import Role
from licet.flows.accounts import list_accounts


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
        if person.has(*NEEDS_FACTOR) and not known.second_factor and not known.break_glass
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
