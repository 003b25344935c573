"""How pages are drawn: templates whose every text is escaped and made visible, with moments in the viewer's zone."""

from datetime import datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from licet.core.confidence import confidence_in_words
from licet.web.charts import percent
from licet.web.content import spoken
from licet.web.pages.static_files import address_of_file, has_htmx
from licet.web.pages.viewer import Taste
from licet.web.visible import coded, marked, plain

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def span(length: timedelta) -> str:
    """A length of time as people say it: 3 d, 5 h, 12 min."""
    for unit, sign in ((DAY, "d"), (HOUR, "h")):
        if length >= unit:
            return f"{length // unit} {sign}"
    return f"{max(length // MINUTE, 0)} min"


@pass_context
def moment(context: Context, at: datetime) -> Markup:
    """A moment by the viewer's clock, with the zone; machines read it in UTC."""
    taste = _taste(context)
    local = taste.local(at)
    return _time(at, f"{local.day} {local:%b %Y, %H:%M} {_zone(local)}")


@pass_context
def day(context: Context, at: datetime) -> Markup:
    """A day by the viewer's calendar."""
    local = _taste(context).local(at)
    return _time(at, f"{local.day} {local:%b %Y}")


@pass_context
def since(context: Context, at: datetime) -> Markup:
    """How long ago something was, or in how long it will be."""
    now: datetime = context["now"]
    words = f"{span(now - at)} ago" if at <= now else f"in {span(at - now)}"
    return _time(at, words)


def _time(at: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), words)


def _taste(context: Context) -> Taste:
    taste: Taste = context["taste"]
    return taste


def _zone(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return name if name[:1].isalpha() else f"UTC{name}"


def whole(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"


def short(digest: str) -> str:
    """The first characters of a digest, enough to tell it from others."""
    return digest.removeprefix("sha256:")[:12]


def pixels(value: float) -> str:
    """A length in a drawing."""
    return f"{value:.1f}".removesuffix(".0")


def initials(name: str) -> str:
    """Two letters for a person."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "?"


def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("licet.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "percent": percent,
        "moment": moment,
        "day": day,
        "since": since,
        "span": span,
        "whole": whole,
        "short": short,
        "sure": confidence_in_words,
        "px": pixels,
        "marked": marked,
        "coded": coded,
        "spoken": spoken,
        "initials": initials,
    }
    pages.globals |= {"static": address_of_file, "has_htmx": has_htmx()}
    return pages


TEMPLATES = _environment()
