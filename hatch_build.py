"""Puts htmx into the wheel: exactly one file, out of the pinned and hashed build requirement that ships it, and the licence beside it.

htmx itself is no package that pip knows. The file is never in the repository; an editable install keeps it in a folder of its own in
site-packages, which is not importable, and `licet.web.pages.static_files` finds it there through the distribution's metadata.
"""

from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPS_IT = "django-htmx"
FILE = "static/django_htmx/htmx-4.min.js"
PACKAGE = "django_htmx"
NAME = "htmx-4.min.js"
LICENCE = "htmx-4.LICENSE.txt"


class HtmxHook(BuildHookInterface[Any]):
    """Adds the file and its licence to what is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before a wheel is built; for an editable one the files go beside the package, which stays where it is.

        Raises:
            FileNotFoundError: names what the build requirement does not hold.
        """
        found = distribution(SHIPS_IT)
        licence = next((one for one in found.files or () if one.name == "LICENSE"), None)
        script = Path(str(found.locate_file(f"{PACKAGE}/{FILE}")))
        if licence is None or not script.is_file():
            message = f"{SHIPS_IT} {found.version} holds no {FILE} or no LICENSE; pyproject.toml names the version that does."
            raise FileNotFoundError(message)
        into, key = ("licet-static", "force_include_editable") if version == "editable" else ("licet/web/static", "force_include")
        build_data[key] |= {str(script): f"{into}/{NAME}", str(found.locate_file(licence)): f"{into}/{LICENCE}"}
