"""Every page there is, for the server's app."""

from licet.web.pages import (
    approvals,
    evaluation,
    incident,
    ledger,
    monitoring,
    parts,
    people,
    portfolio,
    practice,
    review,
    review_acts,
    second_look,
    set_up,
    sign_in,
    standard,
    static_files,
    use_case,
)

PAGES = (
    static_files.routes,
    parts.routes,
    sign_in.routes,
    set_up.routes,
    portfolio.routes,
    use_case.routes,
    standard.routes,
    evaluation.routes,
    review.routes,
    review_acts.routes,
    second_look.routes,
    approvals.routes,
    incident.routes,
    practice.routes,
    people.routes,
    monitoring.routes,
    ledger.routes,
)
"""A page of yours is one line here."""
