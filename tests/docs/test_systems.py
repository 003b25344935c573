"""What the page about systems shows works as it is shown."""

import re
import subprocess
import sys
import time
from pathlib import Path

from licet.core.answer import AnswerKind, Choice
from licet.core.case import TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import Proposal, SystemKind
from licet.edge import contract, retries
from licet.edge.callable_room import MOST_HANGING
from licet.edge.callables import load_callable
from licet.edge.folder import load_use_case
from licet.edge.http_system import HttpRoom, load_http
from licet.edge.system_blocks import USUAL, HttpBlock

PAGE = (Path(__file__).resolve().parents[2] / "docs/systems.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_example_endpoint_proposes(tmp_path: Path) -> None:
    script = tmp_path / "model.py"
    script.write_text(
        PYTHON[1]
        .replace("8099", "0")
        .replace("ThreadingHTTPServer((", "server = ThreadingHTTPServer((")
        .replace(").serve_forever()", ")\nprint(server.server_address[1], flush=True)\nserver.serve_forever()"),
        "utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            block = HttpBlock(url=f"http://127.0.0.1:{int(process.stdout.readline())}/propose", version="1")
            system = load_http(block, AnswerKind.CHOICE, lambda _: HttpRoom(block, {}, time.perf_counter))
            found = system.propose([TextContent(text=f"my card {n}") for n in range(20)])
        finally:
            process.kill()
    assert [one.answer for one in found if isinstance(one, Proposal)] == [Choice(value="card")] * 20


def test_the_example_function_proposes(tmp_path: Path) -> None:
    (tmp_path / "system.py").write_text(PYTHON[0], "utf-8")
    (tmp_path / "weights.bin").write_bytes(b"")
    (found,) = load_callable(tmp_path, AnswerKind.CHOICE).propose([TextContent(text="atm")])
    assert isinstance(found, Proposal)
    assert found.probabilities == {"card": 0.97, "loan": 0.03}


def test_the_blocks_that_are_shown_are_sound(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "use_case.yaml").write_text("title: Mails\nanswer: choice\n" + "".join(YAML), "utf-8")
    told = load_use_case(folder)
    assert (told.slug, told.system, told.callable) == (UseCaseSlug("mails"), "http", USUAL)
    assert told.http is not None
    assert (told.http.version, told.http.model) == ("2026-10-01", "sorter-large")
    usual = HttpBlock(url=told.http.url, version=told.http.version, model=told.http.model, secret_headers=told.http.secret_headers)
    assert told.http == usual


def test_the_limits_that_are_named_are_the_real_ones() -> None:
    for said in (f"when {MOST_HANGING} hang", f"`Retry-After` is honoured up to {retries.LONGEST_RETRY_AFTER_S:.0f} seconds", "1 MiB"):
        assert said in PAGE
    assert contract.LARGEST_ANSWER == 2**20
    assert all(f"`{kind.value}`" in PAGE for kind in SystemKind)
