"""Every page there is, for the server's app."""

from licet.web.pages import parts, portfolio, review, review_acts, sign_in, static_files

PAGES = (
    static_files.routes,
    parts.routes,
    sign_in.routes,
    portfolio.routes,
    review.routes,
    review_acts.routes,
)
"""A page of yours is one line here."""
