"""Every page there is, for the server's app."""

from licet.web.pages import parts, portfolio, sign_in, static_files

PAGES = (
    static_files.routes,
    parts.routes,
    sign_in.routes,
    portfolio.routes,
)
"""A page of yours is one line here."""
