"""Answering on a page: what a form holds and what becomes of it, the same on the review page and on the second-look page."""

from collections.abc import Mapping

from starlette.requests import Request

from licet.core.answer import Answer
from licet.core.answer_form import FormFault
from licet.core.desk import Commit, Handed, Held
from licet.core.refusal import Refused
from licet.flows.cannot_tell import cannot_tell
from licet.flows.desk import skip
from licet.flows.hold import Taken, commit, keep_or_change, withdraw
from licet.flows.read_on import LookBack, answer_form, back_in_hand, look_back
from licet.web.answer_form import answer_in
from licet.web.pages.page import form_of, viewer_of
from licet.web.pages.review_shown import CANNOT_TELL, KEPT_REASONS

LONGEST_NOTE = 4000
LONGEST_REASON = 500
LONGEST_KEY = 80
LONGEST_NAME = 100
OURS = frozenset({"token", "lease", "key", "use_case", "of", "held", "how"})
"""Controls that the page fills in itself."""

Sent = Mapping[str, str]
Faults = tuple[FormFault, ...]


def sent_in(request: Request) -> Sent:
    """What the form holds, each control once."""
    form = form_of(request)
    return {name: form.one(name) for name in form.fields if name != "page_token"}


def name_in(sent: Sent, control: str) -> str:
    """What a control of the page's own says; empty where it is not there."""
    return sent.get(control, "")[:LONGEST_NAME]


def kept(sent: Sent) -> dict[str, str]:
    """What somebody wrote themselves."""
    return {name: value for name, value in sent.items() if name not in OURS and value.strip()}


async def commit_sent(request: Request, sent: Sent) -> Taken | Faults | Refused:
    """Takes the answer that a form holds; or all that is wrong with it, or why it is not taken."""
    viewer = viewer_of(request)
    form = await viewer.run(lambda: answer_form(viewer.office, viewer.by, name=name_in(sent, "of")))
    if isinstance(form, Refused):
        return form
    said, note = answer_in(form, sent), sent.get("note", "").strip()
    if isinstance(said, tuple) or len(note) > LONGEST_NOTE:
        return said if isinstance(said, tuple) else _long_note(note)
    token, lease = name_in(sent, "token"), name_in(sent, "lease")
    given = Commit(token=token, lease=lease, answer=said, note=note, key=sent.get("key", "")[:LONGEST_KEY] or lease)
    return await viewer.run(lambda: commit(viewer.office, viewer.by, given))


def _long_note(note: str) -> Faults:
    return (FormFault(field="note", says=f"The note has {len(note):,} characters; {LONGEST_NOTE:,} are allowed. Shorten it."),)


async def settle_sent(request: Request, sent: Sent) -> Held | Faults | Refused:
    """Keeps one's answer, or changes it to AI's or to another, as a form says after AI's was shown."""
    viewer, held = viewer_of(request), name_in(sent, "held")
    look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    if isinstance(look, Refused):
        return look
    final = _final(look, sent)
    if isinstance(final, tuple):
        return final
    return await viewer.run(lambda: keep_or_change(viewer.office, viewer.by, held_id=held, answer=final))


def _final(look: LookBack, sent: Sent) -> Answer | Faults:
    match sent.get("how", ""):
        case "keep":
            return look.first
        case "change":
            return look.revealed.proposal
        case _:
            return answer_in(look.handed.form, sent)


async def withdraw_sent(request: Request, sent: Sent) -> LookBack | Handed | Refused:
    """Withdraws an answer; gives what is in hand then: the comparison once more, or the case."""
    viewer, held = viewer_of(request), name_in(sent, "held")
    no_more = await viewer.run(lambda: withdraw(viewer.office, viewer.by, held_id=held))
    if isinstance(no_more, Refused):
        return no_more
    look = await viewer.run(lambda: look_back(viewer.office, viewer.by, held_id=held))
    return look if isinstance(look, LookBack) else await viewer.run(lambda: back_in_hand(viewer.office, viewer.by, held_id=held))


async def skip_sent(request: Request, sent: Sent) -> Refused | None:
    """Skips a case for the reason that was picked or written; or says that one cannot tell, with what one wrote beside it."""
    viewer, token, lease = viewer_of(request), name_in(sent, "token"), name_in(sent, "lease")
    picked, words = sent.get("reason", ""), sent.get("words", "").strip()[:LONGEST_REASON]
    if picked == CANNOT_TELL:
        return await viewer.run(lambda: cannot_tell(viewer.office, viewer.by, token=token, lease=lease, why=words))
    reason = ". ".join(part for part in (picked if picked in KEPT_REASONS else "", words) if part)
    return await viewer.run(lambda: skip(viewer.office, viewer.by, token=token, lease=lease, reason=reason))
