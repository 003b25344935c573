"""What tests of templates' files start from."""

from collections.abc import Mapping
from datetime import UTC, datetime

from licet.core.ids import PersonId, TemplateName
from licet.core.published import Origin, Published
from licet.core.template_files import files_digest, listing


def made(files: Mapping[str, bytes], *, says: str = "Sorts mails.") -> Published:
    """A version with these files."""
    held = listing(files)
    return Published(
        name=TemplateName("mail-sorting"),
        version=1,
        digest=files_digest(held),
        says=says,
        origin=Origin(team="north", use_case="mails"),
        by=PersonId("p_1"),
        at=datetime(2026, 3, 1, tzinfo=UTC),
        listing=held,
        owned_by=1,
    )
