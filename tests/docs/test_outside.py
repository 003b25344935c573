"""What the documentation says of other tools and of build servers is so: every reason and format, and the example's exit codes."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from licet.cli.gates import CHECKED
from licet.core.outside_evidence import REASONS
from licet.edge.outside_files import AUTO, FORMATS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_reason_and_every_format_is_explained() -> None:
    text = (DOCS / "outside-evidence.md").read_text("utf-8")
    assert not [code for code, says in REASONS.items() if f"| `{code}` | {says} |" not in text]
    assert not [form for form in FORMATS if form != AUTO and f"`{form}`" not in text]


def steps() -> dict[str, dict[str, str]]:
    """The steps of the example, by what they run."""
    (block,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "ci.md").read_text("utf-8"), flags=re.DOTALL)
    return {step["name"]: step for step in yaml.safe_load(block)["jobs"]["gate"]["steps"]}


@pytest.mark.parametrize("code", [*CHECKED.values(), 2, 4, 5, 70])
def test_in_the_example_undecided_neither_fails_the_build_nor_releases(code: int, tmp_path: Path) -> None:
    licet, told = tmp_path / "licet", tmp_path / "output"
    licet.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    licet.chmod(0o755)
    around = {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_OUTPUT": str(told)}
    passed = {}
    for name in ("Evaluate, and write the verdict as a test report", "Check the gate"):
        ran = subprocess.run(["/bin/bash", "-e", "-c", steps()[name]["run"]], env=around, cwd=tmp_path, check=False)
        passed[name] = ran.returncode == 0
    assert passed["Check the gate"] == (code in {CHECKED["met"], CHECKED["undecided"]})
    assert passed["Evaluate, and write the verdict as a test report"] == (code in CHECKED.values())
    assert told.read_text("utf-8") == f"code={code}\n"
    assert "outputs.code == '0'" in steps()["Release"]["if"]
    assert f"outputs.code == '{CHECKED['undecided']}'" in steps()["Say that labels are missing"]["if"]
