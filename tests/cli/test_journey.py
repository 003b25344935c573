"""The whole journey by commands: a system earns a mandate, decides alone, is audited, loses the mandate, and all of it can be proved."""

import pytest

from tests.cli.desk import BUILDER, OTHER, OWNER, POSTED, RISK, Desk, cases, read, typed

EXPORTED = [
    *["case_id", "route", "reason", "decided_by", "answer", "confidence", "mandate"],
    *["audited", "audit_answer", "corrected_answer", "corrected_by"],
]


def test_cases_inside_the_mandate_are_decided_alone_and_the_rest_by_people(granted: Desk) -> None:
    done = granted("cases", "submit", "mails", granted.table("new.csv", cases(200, seed=2, first=5000)), *POSTED).data
    assert done["rows"] == done["alone"] + done["to_person"] == 200
    assert done["alone"] > 50
    assert done["people"] == "simulated"
    granted("cases", "export", "mails", "-o", granted.files / "out.csv")
    rows = read(granted.files / "out.csv")
    assert list(rows[0]) == EXPORTED
    assert {row["case_id"] for row in rows} == {f"c{number}" for number in range(5000, 5200)}
    alone = [row for row in rows if row["route"] == "alone"]
    assert len(alone) == done["alone"]
    given = {str(row["id"]): row for row in cases(200, seed=2, first=5000)}
    assert all(row["mandate"] and not row["reason"] and row["answer"] == given[row["case_id"]]["said"] for row in alone)
    assert all(row["reason"] and row["answer"] == given[row["case_id"]]["label"] for row in rows if row["route"] == "to_person")
    audited = [row for row in alone if row["audited"]]
    assert len(audited) == granted("audit", "status", "mails").data["answered"] > 0
    assert all(row["audit_answer"] == given[row["case_id"]]["label"] for row in audited)


def test_before_people_answer_neither_audits_nor_proposals_show(granted: Desk) -> None:
    granted("cases", "submit", "mails", granted.table("new.csv", cases(120, seed=3, first=5000)), *without(POSTED, "--answer"))
    granted("cases", "export", "mails", "-o", granted.files / "out.csv")
    rows = read(granted.files / "out.csv")
    assert granted("audit", "status", "mails").data["waiting"] > 0
    assert all(row["audited"] == row["audit_answer"] == "" for row in rows)
    assert all(row["answer"] == row["confidence"] == "" for row in rows if row["route"] == "to_person")


def test_drift_is_caught_by_audits_and_suspends_the_mandate(granted: Desk) -> None:
    drifted = granted("cases", "submit", "mails", granted.table("bad.csv", cases(700, seed=4, first=6000, right=False)), *POSTED).data
    assert drifted["mandate"] == "suspended"
    assert drifted["reasons"]["mandate_suspended"] > 0
    shown = granted("mandate", "show", "mails").data
    assert (shown["state"], shown["suspended_by"]) == ("suspended", "licet")
    after = granted("cases", "submit", "mails", granted.table("next.csv", cases(20, seed=5, first=8000)), *POSTED).data
    assert (after["alone"], after["to_person"]) == (0, 20)
    assert "suspended" in (granted.home / ".licet" / "messages.jsonl").read_text("utf-8")
    assert granted("mandate", "reinstate", "mails", "--why", "retrained", "--as", RISK, code=5).refused["code"] == "verdict_not_fresh"


def test_the_stop_button_acts_from_the_next_case_on(granted: Desk) -> None:
    granted("mandate", "suspend", "mails", "--why", "Something smells.", "--as", RISK)
    after = granted("cases", "submit", "mails", granted.table("new.csv", cases(20, seed=5, first=8000)), *POSTED).data
    assert after["reasons"] == {"mandate_suspended": 20}


def test_a_revoked_mandate_is_gone_for_good(granted: Desk) -> None:
    assert granted("mandate", "revoke", "mails", "--as", OWNER).data["state"] == "revoked"
    after = granted("cases", "submit", "mails", granted.table("new.csv", cases(20, seed=5, first=8000)), *POSTED).data
    assert after["alone"] == 0
    assert granted("mandate", "reinstate", "mails", "--why", "retrained", "--as", RISK, code=5).refused["code"] == "mandate_not_suspended"


def test_proposals_of_another_version_go_to_people(granted: Desk) -> None:
    other = tuple("vendor@4" if word == "vendor@3" else word for word in POSTED)
    done = granted("cases", "submit", "mails", granted.table("new.csv", cases(20, seed=5, first=8000)), *other).data
    assert done["reasons"] == {"fingerprint_changed": 20}


def test_a_file_sent_twice_is_taken_in_once(granted: Desk) -> None:
    file = granted.table("new.csv", cases(60, seed=6, first=5000))
    granted("cases", "submit", "mails", file, *POSTED)
    again = granted("cases", "submit", "mails", file, *POSTED).data
    assert (again["rows"], again["repeated"], again["alone"], again["to_person"]) == (60, 60, 0, 0)


def test_a_renamed_use_case_goes_on_under_its_new_name(met: Desk) -> None:
    met("use-case", "rename", "mails", "letters", "--as", OWNER)
    assert not (met.home / "use_cases" / "mails").exists()
    assert met("evaluate", "letters").data["use_case"] == "letters"
    assert not met("standard", "show", "letters").data["edited"]
    met.grant(slug="letters")
    done = met("cases", "submit", "letters", met.table("new.csv", cases(60, seed=2, first=5000)), *POSTED).data
    assert done["alone"] > 0
    assert met("check").data["findings"] == []
    assert met("ledger", "verify").data["problems"] == []
    met("evaluate", "mails", code=2)


def test_a_use_case_is_not_renamed_onto_another(met: Desk) -> None:
    met("use-case", "new", "letters")
    assert "letters" in met("use-case", "rename", "mails", "letters", "--as", OWNER, code=2).error["why"]
    assert (met.home / "use_cases" / "mails").is_dir()


def test_a_retired_use_case_takes_no_more_acts(met: Desk) -> None:
    met("use-case", "retire", "mails", "--as", OWNER)
    for words in (["evaluate", "mails"], ["mandate", "propose", "mails", "--as", OWNER], ["import", "undo", "mails"]):
        assert met(*words, code=5).refused["code"] == "retired"
    met("gate", "show", "mails")


def test_a_use_case_with_a_running_mandate_is_not_retired(granted: Desk) -> None:
    assert granted("use-case", "retire", "mails", "--as", OWNER, code=5).refused["code"] == "mandate_running"


def test_an_import_can_be_taken_back_until_the_first_look(signed: Desk) -> None:
    assert signed("import", "undo", "mails").data["deleted"] == 900
    again = signed("import", "mails", signed.table("past.csv", cases(900)), *POSTED).data
    assert sum(again["parts"].values()) == 900
    signed("evaluate", "mails")
    assert signed("import", "undo", "mails", code=5).refused["code"] == "too_late_to_undo"


def test_content_once_sealed_stays_sealed_when_imported_again(imported: Desk) -> None:
    sealed = imported("evaluate", "mails", code=5)
    assert sealed.refused["code"] == "standard_not_locked"
    imported("import", "undo", "mails")
    again = imported("import", "mails", imported.table("past.csv", cases(900)), *POSTED, "--parts", "90:10:0").data
    assert again["resealed"] == again["parts"]["sealed"] > 200


@pytest.mark.parametrize("who", [BUILDER, OWNER])
def test_whoever_proposed_or_built_may_not_approve(met: Desk, who: str) -> None:
    met("mandate", "propose", "mails", "--as", BUILDER)
    digest = met("gate", "show", "mails").data["digest"]
    said = met("approve", "mails", digest, "--as", who, code=5)
    assert said.refused["code"] in {"approver_is_author", "not_permitted"}
    met("approve", "mails", digest, "--as", OTHER)
    met("mandate", "grant", "mails", "--as", OWNER)


def test_a_pack_is_exported_and_verified_by_a_stranger(granted: Desk) -> None:
    granted("cases", "submit", "mails", granted.table("new.csv", cases(60, seed=2, first=5000)), *POSTED)
    pack = granted.files / "pack.zip"
    vkey = granted("evidence", "export", "mails", "-o", pack).data["vkey"]
    checkpoints = str(granted.home / ".licet" / "checkpoints.txt")
    found = typed("evidence", "verify", str(pack), "--key", vkey, "--checkpoint", checkpoints, "--json")
    assert (found.code, found.data["problems"]) == (0, [])
    assert "authentic" in found.data["status"]
    assert "not checked" in typed("evidence", "verify", str(pack), "--json").data["status"]
    raw = bytearray(pack.read_bytes())
    raw[len(raw) // 2] ^= 1
    pack.write_bytes(raw)
    broken = typed("evidence", "verify", str(pack), "--key", vkey, "--json")
    assert broken.code == 2
    assert broken.data["problems"]


def without(words: tuple[str, ...], option: str) -> tuple[str, ...]:
    """Options without one of them."""
    place = words.index(option)
    return (*words[:place], *words[place + 2 :])
