"""Every page, and who looks at it: each is tested by day and by night, on a desktop and on a phone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A page.

    Attributes:
        name: of its screenshot in docs/screens.
        address: where it is.
        by: who looks, by the name their address begins with; empty: nobody who signed in.
        says: words that must be on it.
        status: of the answer.
    """

    name: str
    address: str
    says: str
    by: str = "olga"
    status: int = 200


PAGES = (
    Looked(name="sign-in", address="/sign-in", says="Sign in", by=""),
    Looked(name="confirm", address="/confirm", says="Confirm who you are"),
    Looked(name="portfolio", address="/", says="Portfolio"),
    Looked(name="approvals", address="/approvals", says="Waiting for your yes", by="rita"),
    Looked(name="people", address="/people", says="Who can review what?", by="rene"),
    Looked(name="own-figures", address="/people/me", says="You see them first.", by="rene"),
    Looked(name="people-of-use-case", address="/people/refunds", says="The human ceiling", by="rita"),
    Looked(name="not-found", address="/nothing-here", says="Not found", status=404),
)
"""A page of yours is one line here."""
