"""A use case's own system is found in its folder; what it runs in is shared by all who load it, and secrets stay secret."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.case import TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, SystemKind, SystemNotLoadableError
from licet.edge.http_system import HttpSystem
from licet.edge.late import LateSystems
from licet.edge.systems import FolderSystems
from licet.pretend import SeededDraw
from licet.settings import SecretMissingError, secret
from tests.edge.endpoint import Call, serving

SLUG = UseCaseSlug("mails")
CASES = [TextContent(text=f"case {k}") for k in range(20)]
BLOCK = "title: Mails\nanswer: choice\nhttp:\n  url: {url}\n  version: 3\n  retries: 0\n  secret_headers: {{X-Key: LICET_SECRET_A}}\n"


def systems(root: Path, secrets: Mapping[str, str] | None = None) -> FolderSystems:
    return FolderSystems(root, lambda name: secret(name, {"LICET_SECRET_A": "a"} if secrets is None else secrets), SeededDraw())


def loaded(found: FolderSystems) -> HttpSystem:
    system = found.load(SLUG, AnswerKind.CHOICE, SystemKind.HTTP)
    assert isinstance(system, HttpSystem)
    return system


def folder(root: Path, url: str = "https://example.org/p") -> Path:
    (root / SLUG).mkdir(exist_ok=True)
    (root / SLUG / "use_case.yaml").write_text(BLOCK.format(url=url), "utf-8")
    return root


def test_all_who_load_a_system_share_its_connections_and_its_circuit(tmp_path: Path) -> None:
    with serving() as endpoint:
        found = systems(folder(tmp_path, endpoint.url))
        assert all(isinstance(one, Proposal) for _ in range(3) for one in loaded(found).propose(CASES))
        assert endpoint.lines <= 8
        endpoint.does = lambda call: call.answer(b"", status="500 Oops")
        loaded(found).propose(CASES)
        asked = len(endpoint.calls)
        assert all(isinstance(one, NoProposal) for one in loaded(found).propose(CASES))
        assert len(endpoint.calls) == asked


def test_a_new_secret_is_sent_at_once_and_is_no_other_system(tmp_path: Path) -> None:
    with serving() as endpoint:
        values = {"LICET_SECRET_A": "old"}
        found = systems(folder(tmp_path, endpoint.url), values)
        before = loaded(found)
        before.propose(CASES[:1])
        values |= {"LICET_SECRET_A": "new"}
        after = loaded(found)
        after.propose(CASES[:1])
        assert [call.headers["x-key"] for call in endpoint.calls] == ["old", "new"]
        assert before.card == after.card


def test_a_secret_that_is_missing_is_named_and_nothing_is_asked(tmp_path: Path) -> None:
    with pytest.raises(SystemNotLoadableError, match="LICET_SECRET_A is not set"):
        loaded(systems(folder(tmp_path), {}))


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("Bearer b\n", "utf-8")
    assert secret("LICET_SECRET_A", {"LICET_SECRET_A": "Bearer a"}) == "Bearer a"
    assert secret("LICET_SECRET_A", {"LICET_SECRET_A_FILE": str(file)}) == "Bearer b"
    for bad in (
        {},
        {"LICET_SECRET_A": ""},
        {"LICET_SECRET_A": "s3\ncret"},
        {"LICET_SECRET_A": "s3cré"},
        {"LICET_SECRET_A_FILE": "/no/file"},
    ):
        with pytest.raises(SecretMissingError, match="LICET_SECRET_A") as caught:
            secret("LICET_SECRET_A", bad)
        assert "s3" not in str(caught.value)


def test_a_folder_that_cannot_be_read_has_no_system_to_trust(tmp_path: Path) -> None:
    found = systems(folder(tmp_path))
    (tmp_path / SLUG / "system.py").write_text("def propose(content):\n    return None\n", "utf-8")
    assert found.load(SLUG, AnswerKind.CHOICE, SystemKind.CALLABLE) is not None
    (tmp_path / SLUG / "use_case.yaml").write_text("titel: x\n", "utf-8")
    for kind in (SystemKind.CALLABLE, SystemKind.HTTP):
        with pytest.raises(SystemNotLoadableError, match=r"use_case\.yaml:1"):
            found.load(SLUG, AnswerKind.CHOICE, kind)


def test_where_nothing_is_named_nothing_is_found(tmp_path: Path) -> None:
    late = LateSystems(root=tmp_path, secret=secret, draw=SeededDraw())
    (tmp_path / SLUG).mkdir()
    for make in (lambda: None, lambda: (tmp_path / SLUG / "use_case.yaml").write_text("title: x\nanswer: choice\n", "utf-8")):
        make()
        assert [late.load(SLUG, AnswerKind.CHOICE, kind) for kind in SystemKind] == [None] * len(SystemKind)
    assert late.load(UseCaseSlug("other"), AnswerKind.CHOICE, SystemKind.HTTP) is None


def test_a_restart_of_the_endpoint_is_noticed_by_nobody(tmp_path: Path) -> None:
    with serving() as endpoint:
        found = systems(folder(tmp_path, endpoint.url))

        def once(call: Call) -> None:
            call.send(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                % len(body := json.dumps({"answer": "a", "confidence": 0.5}).encode())
                + body
            )
            call.line.close()

        endpoint.does = once
        assert all(isinstance(one, Proposal) for one in loaded(found).propose(CASES))
