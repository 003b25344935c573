"""A form that a page sent: its fields, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from licet.web.problems import ProblemError, problem

MEDIA_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
TOKEN_FIELD = "page_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was sent, by the names of its fields."""

    fields: Mapping[str, Sequence[str]]

    def one(self, name: str) -> str:
        """What a field says, as it was typed; empty where it is not there.

        Raises:
            ProblemError: when it was sent more than once.
        """
        said = self.fields.get(name, ())
        if len(said) > 1:
            raise ProblemError(problem("bad_request", f"The field {name!r} was sent {len(said)} times; it is one."))
        return said[0] if said else ""

    def every(self, name: str) -> Sequence[str]:
        """All that was chosen or typed under a name, in order."""
        return self.fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a box was ticked or a button pressed."""
        return name in self.fields


async def read_form(request: Request) -> Form:
    """Reads the form a request brings; one without a body is empty.

    Raises:
        ProblemError: for what is no form, or has too many fields.
    """
    raw = await request.body()
    if not raw:
        return Form(fields={})
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise ProblemError(problem("bad_request", f"A page sends {MEDIA_TYPE}."))
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ProblemError(problem("bad_request", f"This is no form in UTF-8 with up to {MOST_FIELDS} fields.")) from None
    fields: dict[str, list[str]] = {}
    for name, said in pairs:
        fields.setdefault(name, []).append(said)
    return Form(fields=fields)
