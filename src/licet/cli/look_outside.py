"""Looks at what use cases need of the world outside: secrets that are named, and webhooks that may be reached."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from licet.cli.findings import Found, OpenRoom, error, fine, warning, worst
from licet.core.budget import period_of
from licet.core.use_case import Stage
from licet.edge.addresses import Allowed, AllowListError, NotAllowedError, allowed_from, pinned
from licet.edge.bad_file import BadFolderError
from licet.edge.folder import load_use_case
from licet.edge.forms import UseCaseFile
from licet.flows.witness import far_state
from licet.settings import WITNESS_SECRET, SecretMissingError, secret
from licet.store import spending, use_cases

NEARLY = 0.8
"""The share of a budget from which its owner wants to know."""

PORTS = {"https": 443, "http": 80}


def _told(room: OpenRoom) -> Iterator[UseCaseFile]:
    """What the folders say that can be read; the others are found by another look."""
    with room.office.book.read() as tx:
        there = [one.slug for one in use_cases.every(tx) if one.stage is not Stage.RETIRED]
    for slug in there:
        try:
            yield load_use_case(room.home.use_cases / slug)
        except BadFolderError:
            continue


def secrets(room: OpenRoom) -> Found:
    """Whether the secrets that use cases name are there, for the endpoint or model that is asked and the webhook that is told."""
    named = [(told.slug, name) for told in _told(room) for name in _secrets_of(told)]
    return worst((found for slug, name in named for found in _secret(slug, name)), f"{len(named)} secrets are named and there")


def _secrets_of(told: UseCaseFile) -> list[str]:
    endpoint = [name for block in (told.http, told.decision) if block is not None for name in block.secret_headers.values()]
    model = [] if told.llm is None else list(told.llm.secrets)
    webhook = [] if told.effect is None or told.effect.webhook is None else [told.effect.webhook.secret]
    return [*endpoint, *model, *webhook]


def budgets(room: OpenRoom) -> Found:
    """Whether what use cases may spend on asking a language model is nearly spent; then their cases go to people."""
    told = list(_told(room))
    return worst((found for one in told for found in _budget(room, one)), "no budget is nearly spent")


def _budget(room: OpenRoom, told: UseCaseFile) -> Iterator[Found]:
    budget = None if told.llm is None else told.llm.allowance
    if budget is None:
        return
    with room.office.book.read() as tx:
        use_case, period = use_cases.require(tx, told.slug), period_of(budget.per, room.now)
        spent = spending.spent_in(tx, use_case, period, budget.most.currency)
    if spent.millionths >= NEARLY * budget.most.millionths:
        share, per = spent.millionths / budget.most.millionths, budget.per.value
        yield warning(
            f"The use case {told.slug!r} has spent {share:.0%} of its budget ({per}). When it is spent, its model is not asked and its "
            "cases go to people. Raise `budget:` in use_case.yaml, or let them."
        )


def _secret(slug: str, name: str) -> Iterator[Found]:
    try:
        secret(name)
    except SecretMissingError as wrong:
        yield error(f"{wrong} The use case {slug!r} names it; without it its system is not asked, or its effects do not leave.")


def witness(room: OpenRoom) -> Found:
    """Whether the witness elsewhere may be told, and takes what it is told."""
    url = room.home.witness_url
    if url is None:
        return fine("no witness elsewhere is set")
    try:
        secret(WITNESS_SECRET)
        allowed = allowed_from(room.home.webhook_allow)
    except (SecretMissingError, AllowListError) as wrong:
        return error(f"The witness of LICET_WITNESS_URL is not told: {wrong}")
    state = far_state(room.office)
    if state is not None and state.failed:
        since = "never" if state.told_at is None else f"{state.told_at:%Y-%m-%d %H:%M} UTC"
        return warning(f"The witness elsewhere could not be told {state.failed} times; its last checkpoint: {since}. {state.last_error}")
    seen = "it was told nothing yet" if state is None else f"it took a checkpoint of {state.size:,} entries"
    return worst(_witness_address(url, allowed), f"the witness elsewhere may be told, and {seen}")


def _witness_address(url: str, allowed: Allowed) -> Iterator[Found]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        yield error(f"LICET_WITNESS_URL is {url!r}; write an address such as https://w.example.org/x.")
        return
    try:
        pinned(parts.scheme, parts.hostname.lower(), parts.port or PORTS[parts.scheme], allowed)
    except NotAllowedError as wrong:
        yield error(f"The witness of LICET_WITNESS_URL is refused: {wrong}")
    except OSError:
        yield error(f"LICET_WITNESS_URL names {parts.hostname!r}, which has no address here. Write another, or mend the resolver.")


def webhooks(room: OpenRoom) -> Found:
    """Whether the addresses of webhooks lead to a place that may be told."""
    try:
        allowed = allowed_from(room.home.webhook_allow)
    except AllowListError as wrong:
        return error(str(wrong))
    named = [(told.slug, told.effect.webhook.url) for told in _told(room) if told.effect is not None and told.effect.webhook is not None]
    found = [one for slug, url in named for one in _webhook(slug, url, allowed)]
    return worst(found, f"{len(named)} webhooks are named and may be told")


def _webhook(slug: str, url: str, allowed: Allowed) -> Iterator[Found]:
    parts = urlsplit(url)
    try:
        pinned(parts.scheme, (parts.hostname or "").lower(), parts.port or PORTS[parts.scheme], allowed)
    except NotAllowedError as wrong:
        yield error(f"The webhook of {slug!r} is refused: {wrong}")
    except OSError:
        yield error(f"The webhook of {slug!r} names {parts.hostname!r}, which has no address here. Write another, or mend the resolver.")
