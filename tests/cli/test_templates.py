"""Templates at the command line: one team publishes, another begins from it, and what it learned goes back."""

from pathlib import Path

from tests.cli.desk import BUILDER, OWNER, RISK, Desk

CODE = "def propose(content):\n    return 'yes', 0.9\n"


def prepared(desk: Desk) -> Path:
    """The folder of *mails* with code, a guideline, and what is nobody else's business."""
    folder = desk.home / "use_cases" / "mails"
    (folder / "system.py").write_text(CODE, "utf-8")
    (folder / "guideline.md").write_text("# Rule\n", "utf-8")
    (folder / ".env").write_text("KEY=1\n", "utf-8")
    (folder / "past.csv").write_text("text,label\na,yes\n", "utf-8")
    return folder


def test_a_template_goes_from_team_to_team_and_what_was_learned_comes_back(founded: Desk) -> None:
    folder = prepared(founded)
    looked = founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER, "--dry-run").data
    assert (looked["published"], founded("template", "list").data["templates"]) == (False, [])
    made = founded("template", "publish", "mails", "--name", "sorting", "--says", "Sorts mails.", "--as", OWNER).data
    assert (made["version"], made["digest"], made["files"]) == (1, looked["digest"], looked["files"])
    assert sorted(made["left_out"]) == [".env", "past.csv"]
    used = founded("template", "use", f"sorting@{made['digest'][:12]}", "post", "--team", "south", "--as", BUILDER).data
    new = founded.home / "use_cases" / "post"
    assert {path.name for path in new.iterdir()} == {*made["files"], "template.lock"}
    assert (new / "system.py").read_bytes() == (folder / "system.py").read_bytes()
    assert "licet standard lock post" in " ".join(used["to_decide"])
    assert founded("check").data["findings"] == []
    assert founded("standard", "lock", "post", "--as", OWNER).data["use_case"] == "post"
    assert founded("template", "diff", "post").data["changed"] == []
    (new / "guideline.md").write_text("# Rule\n# Better\n", "utf-8")
    (new / "template.lock").unlink()
    since = founded("template", "diff", "post").data
    assert ([one["path"] for one in since["changed"]], since["newer"], since["lock_agrees"]) == (["guideline.md"], False, False)
    offered = founded("template", "offer", "post", "--why", "Clearer.", "--as", BUILDER).data["offer"]
    assert "+# Better" in founded.shown("template", "offers", offered).out
    accepted = founded("template", "accept", offered, "--as", OWNER).data
    assert (accepted["version"], founded("template", "diff", "post").data["has_newest"]) == (2, True)
    shown = founded("template", "show", "sorting").data
    assert (shown["digest"], shown["uses"], shown["teams"], shown["from"]["use_case"]) == (accepted["digest"], 1, 1, "mails")
    assert (folder / "guideline.md").read_text("utf-8") == "# Rule\n", "nobody's folder changes by an offer"


def test_a_template_goes_to_another_installation_as_one_file(founded: Desk) -> None:
    prepared(founded)
    made = founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER).data
    file = founded.files / "sorting.zip"
    founded("template", "export", "sorting", file)
    brought = founded("template", "import", file, "--name", "far-sorting", "--as", BUILDER).data
    assert (brought["digest"], brought["version"]) == (made["digest"], 1)
    assert founded("template", "show", "far-sorting").data["from"]["elsewhere"] is True
    assert founded("template", "import", file, "--as", BUILDER, code=5).refused["code"] == "template_name_taken"
    file.write_bytes(file.read_bytes().replace(b"'yes'", b"'no!'"))
    assert "damaged" in founded("template", "import", file, "--name", "worse", "--as", BUILDER, code=2).error["why"]


def test_what_is_refused_leaves_no_folder_and_no_template(founded: Desk) -> None:
    folder = prepared(founded)
    assert founded("template", "publish", "mails", "--name", "sorting", "--as", RISK, code=5).refused["code"] == "not_permitted"
    (folder / "parts.py").write_text("password = 'correct-horse'\n", "utf-8")
    assert "'parts.py', line 1" in founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER, code=2).error["why"]
    (folder / "parts.py").unlink()
    assert founded("template", "use", "sorting", "post", "--as", OWNER, code=5).refused["code"] == "no_such_template"
    founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER)
    assert "nothing is overwritten" in founded("template", "use", "sorting", "mails", "--as", OWNER, code=2).error["why"]
    assert founded("template", "use", "sorting", "post", "--as", RISK, code=5).refused["code"] == "not_permitted"
    assert not (founded.home / "use_cases" / "post").exists()
    founded("template", "use", "sorting@12", "post", "--as", OWNER, code=2)
    founded("template", "publish", "mails", "--name", "../x", "--as", OWNER, code=2)
    assert founded("template", "diff", "mails", code=5).refused["code"] == "no_template"
    assert founded("template", "offers").data["offers"] == []
    assert founded("template", "decline", "f_x", "--why", "x", "--as", OWNER, code=5).refused["code"] == "no_such_offer"


def test_a_withdrawn_template_is_said_to_be_so_wherever_it_is_shown(founded: Desk) -> None:
    prepared(founded)
    made = founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER).data
    founded("template", "use", "sorting", "post", "--as", BUILDER)
    file = founded.files / "sorting.zip"
    founded("template", "export", "sorting", file)
    gone = founded("template", "withdraw", "sorting", "--reason", "Says [yes] to all.", "--as", RISK).data
    assert gone["withdrawn"] == [{"version": 1, "digest": made["digest"]}]
    used = founded("template", "use", "sorting", "letters", "--as", OWNER, code=5).refused
    assert (used["code"], "Says [yes] to all." in used["why"]) == ("template_withdrawn", True)
    assert not (founded.home / "use_cases" / "letters").exists()
    assert founded("template", "import", file, "--name", "again", "--as", BUILDER, code=5).refused["code"] == "template_withdrawn"
    since = founded("template", "diff", "post").data
    listed = founded("template", "list").data["templates"][0]
    assert since["withdrawn"] == since["newest"]["withdrawn"] == listed["withdrawn"]
    assert (listed["withdrawn"]["reason"], listed["withdrawn"]["version"]) == ("Says [yes] to all.", 1)
    for words in (("list",), ("show", "sorting"), ("diff", "post"), ("export", "sorting", founded.files / "kept.zip")):
        assert "because: Says [yes] to all." in founded.shown("template", *words).out
    assert (founded.files / "kept.zip").read_bytes() == file.read_bytes()
    founded("template", "withdraw", "sorting", "--as", RISK, code=2)
    assert founded("template", "withdraw", "sorting", "--reason", "x", "--as", RISK, code=5).refused["code"] == "already_done"


def test_a_use_case_begun_from_a_template_is_called_by_its_own_name_or_as_its_team_says(founded: Desk) -> None:
    prepared(founded)
    founded("template", "publish", "mails", "--name", "sorting", "--as", OWNER)
    post = founded("template", "use", "sorting", "post", "--as", BUILDER).data
    assert post["title"] == "post"
    assert any("'post'" in line and "title 'Mails to the bank'" in line for line in post["to_decide"])
    letters = founded("template", "use", "sorting", "letters", "--title", "Letters of the south", "--as", BUILDER).data
    assert letters["title"] == "Letters of the south"
    assert founded("template", "diff", "letters").data["changed"] == []
    for odd in ("  ", "two\nlines", "x" * 201):
        founded("template", "use", "sorting", "faxes", "--title", odd, "--as", BUILDER, code=2)
    assert not (founded.home / "use_cases" / "faxes").exists()
