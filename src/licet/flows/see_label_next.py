"""Seeing what to label next: how a use case's labels stand for whoever looks, and the step that follows."""

from licet.core.label_next import LabelNext, Labels, label_next
from licet.core.people import Actor
from licet.core.standard import CountersignedStandard
from licet.flows.answer_labels import waiting_for_them, waiting_in
from licet.flows.office import Office
from licet.flows.verdicts import newest_look
from licet.stats.planning import LabelMore, NotCertifiable, OutOfReach
from licet.store import labelling, looks, standards, use_cases


def see_label_next(office: Office, by: Actor, *, name: str, more: LabelMore | NotCertifiable | OutOfReach | None) -> LabelNext | None:
    """The next step by which answers of people bring a verdict forward.

    Args:
        office: the office.
        by: whoever looks.
        name: of the use case.
        more: what more labels would unlock, as opened cases show it.
    """
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        sealed, signed, look = looks.current_set(tx, use_case), standards.newest(tx, use_case), newest_look(tx, use_case)
        waiting = waiting_in(tx, use_case)
        labels = Labels(
            mine=waiting_for_them(office, tx, by, use_case) if waiting else 0,
            waiting=waiting,
            pilot=sealed is not None and labelling.pilot_of(tx, sealed.id) is not None,
            judged=look.look.labels if look is not None and look.targeted else 0,
            sealed=sealed,
            standard=signed.locked.standard if isinstance(signed, CountersignedStandard) else None,
            more=more,
        )
    return label_next(use_case.slug, labels)
