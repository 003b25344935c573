"""A template as one file: a plain zip with a manifest, for another installation or a repository; what strangers bring is read warily."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet import verify
from licet.core.canonical import Json, canonical_bytes
from licet.core.ids import TemplateName
from licet.core.published import LONGEST_SAYS, NotATemplateNameError, Origin, Publication, template_name
from licet.core.template_files import LARGEST, LARGEST_TOGETHER, MOST_FILES, NotATemplateError, check_files, files_digest, listing
from licet.edge.bad_file import BadFileError, shown
from licet.edge.plain_json import plain_json
from licet.edge.zip_entries import Zip
from licet.flows.publish_template import Brought, Whole

MANIFEST = "manifest.json"
INSIDE = "files/"
"""Where the files stand in the zip."""
LARGEST_ZIP = LARGEST_TOGETHER + 2**20
"""Bytes of the zip file: its files, uncompressed as Licet writes them, with names and manifest."""
_AGAIN = "Have it exported again with `licet template export`."
_Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
_Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Manifest(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    template: Literal[1]
    name: _Text
    digest: _Hex
    says: Annotated[str, Field(max_length=LONGEST_SAYS, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
    team: _Text
    use_case: _Text
    files: Annotated[dict[_Text, _Hex], Field(max_length=MOST_FILES)]


def zip_of(found: Whole) -> bytes:
    """Writes a version as a zip, uncompressed; the same version gives the same bytes everywhere."""
    one = found.template
    said: dict[str, Json] = {
        "template": 1,
        "name": one.name,
        "digest": one.digest,
        "says": one.says,
        "team": one.origin.team,
        "use_case": one.origin.use_case,
        "files": {path: fact.sha256 for path, fact in one.listing.items()},
    }
    return verify.container({MANIFEST: canonical_bytes(said), **{INSIDE + path: data for path, data in found.files.items()}})


def read_zip(file: Path, name: TemplateName | None = None) -> Brought:
    """Reads a zip that anybody may have made; nothing of it is written anywhere.

    Args:
        file: the zip.
        name: under which it is to be known here; None: as its manifest says.

    Raises:
        BadFileError: when it is no such zip, is too large packed or unpacked, has an entry twice, a link, a name that leads out of it,
            anything that the manifest does not list, or other bytes than the manifest says.
    """
    if file.is_file() and file.stat().st_size > LARGEST_ZIP:
        why = f"it has {file.stat().st_size:,} bytes; a template has {LARGEST_ZIP:,} at most."
        raise BadFileError(file, why=why, remedy="Check that it is one.")
    packed = Zip.at(file, entry_limit=LARGEST)
    said = _manifest(file, packed)
    wanted = {INSIDE + path: path for path in said.files}
    stray = next((one for one in packed.names if one != MANIFEST and one not in wanted), None)
    missing = next((path for inside, path in wanted.items() if inside not in packed.names), None)
    if stray is not None or missing is not None:
        what = f"has {shown(stray)}, which its manifest does not list" if stray is not None else f"lacks {shown(missing)}"
        raise BadFileError(file, why=f"it {what}.", remedy=_AGAIN)
    files = _files(file, packed, wanted)
    if files_digest(listing(files)) != said.digest or {path: one.sha256 for path, one in listing(files).items()} != said.files:
        why = f"its files are not those of digest {said.digest}: something was changed."
        raise BadFileError(file, why=why, remedy="Do not trust this file; " + _AGAIN[0].lower() + _AGAIN[1:])
    try:
        known = template_name(said.name) if name is None else name
        check_files(files)
    except (NotATemplateNameError, NotATemplateError) as wrong:
        raise BadFileError(file, why=str(wrong), remedy="Nothing was taken in.") from None
    wish = Publication(name=known, says=said.says, files=files)
    return Brought(template=wish, origin=Origin(team=said.team, use_case=said.use_case, elsewhere=True))


def _files(file: Path, packed: Zip, wanted: dict[str, str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = LARGEST_TOGETHER
    for inside, path in wanted.items():
        if not packed.is_plain(inside):
            raise BadFileError(file, why=f"entry {shown(inside)} is a link or a folder, no file.", remedy="Do not trust this file.")
        try:
            files[path] = packed.read(inside)
        except BadFileError as wrong:
            raise BadFileError(file, why=wrong.why, remedy="Do not trust this file.") from None
        left -= len(files[path])
        if left < 0:
            why = f"its files have more than {LARGEST_TOGETHER:,} bytes together once they are unpacked."
            raise BadFileError(file, why=why, remedy="Do not trust this file.")
    return files


def _manifest(file: Path, packed: Zip) -> _Manifest:
    if MANIFEST not in packed.names or not packed.is_plain(MANIFEST):
        raise BadFileError(file, why=f"it has no {MANIFEST!r}, so that it is no template.", remedy=_AGAIN)
    try:
        return _Manifest.model_validate(plain_json(packed.read(MANIFEST).decode("utf-8")))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        why = f"its {MANIFEST} is not right at {'/'.join(map(str, first['loc'])) or 'its beginning'}: {first['msg']}."
    except (ValueError, RecursionError, json.JSONDecodeError):
        why = f"its {MANIFEST} is not JSON that can be read in one way only."
    raise BadFileError(file, why=why, remedy=_AGAIN)
