"""Approvals by API: people read and settle requests; no token does, and nobody for somebody else."""

from pathlib import Path

from licet.flows.grant import Wishes, propose_mandate
from licet.testing import done
from tests.web.serving import MAILS, serving

ADDRESS = "/api/v1/approvals"


def test_people_read_question_and_approve_a_request_and_programs_do_not(tmp_path: Path) -> None:
    with serving(tmp_path, asserted=True) as served:
        done(propose_mandate(served.world.office, served.world.builder, name=MAILS, wishes=Wishes()))
        rita = served.program(None, **{"Licet-As": "rita@example.org"})
        (waiting,) = rita.get(ADDRESS).json()["requests"]
        at = f"{ADDRESS}/{waiting['request']}"
        assert (waiting["state"], waiting["ball"], waiting["people"]) == ("open", "risk", 1)
        assert rita.get(at).json() == waiting
        for said in ({"digest": waiting["digest"]}, {"digest": waiting["digest"], "on_behalf_of": "rita@example.org"}):
            assert served.client.post(f"{at}/approve", json=said).status_code in {401, 403, 422}
        assert rita.post(f"{at}/approve", json={"digest": waiting["digest"], "on_behalf_of": "olga@example.org"}).status_code == 422
        assert rita.post(f"{at}/approve", json={"digest": "0" * 64}).json()["code"] == "digest_mismatch"
        asked = rita.post(f"{at}/question", json={"says": "Who labelled these?"}).json()
        assert (asked["ball"], asked["questions"][0]["says"]) == ("proposer", "Who labelled these?")
        assert rita.post(f"{at}/decline", json={"why": "  "}).status_code == 422
        olga = served.program(None, **{"Licet-As": "olga@example.org"})
        assert olga.post(f"{at}/approve", json={"digest": waiting["digest"]}).json()["code"] == "approver_is_author"
        passed = rita.post(f"{at}/approve", json={"digest": waiting["digest"]}).json()
        assert (passed["state"], len(passed["given"])) == ("passed", 1)
        assert rita.post(f"{at}/decline", json={"why": "Too late."}).json()["code"] == "request_not_open"
        assert rita.get(f"{ADDRESS}/r_none").json()["code"] == "not_there"


def test_a_request_is_declined_by_api(tmp_path: Path) -> None:
    with serving(tmp_path, asserted=True) as served:
        done(propose_mandate(served.world.office, served.world.builder, name=MAILS, wishes=Wishes()))
        rita = served.program(None, **{"Licet-As": "rita@example.org"})
        (waiting,) = rita.get(ADDRESS).json()["requests"]
        ended = rita.post(f"{ADDRESS}/{waiting['request']}/decline", json={"why": "Slices are missing."}).json()
        assert (ended["state"], ended["why"]) == ("declined", "Slices are missing.")
        assert rita.get(ADDRESS).json() == {"requests": []}
        everything = rita.get(ADDRESS, params={"all": "true"}).json()["requests"]
        assert [one["state"] for one in everything] == ["used", "declined"]


def test_risk_affirms_by_api_the_answers_it_read_and_neither_the_owner_nor_a_program_does(tmp_path: Path) -> None:
    with serving(tmp_path, asserted=True) as served:
        at = f"/api/v1/use-cases/{MAILS}/risk"
        digest = served.client.get(at).json()["digest"]
        rita, olga = (served.program(None, **{"Licet-As": f"{name}@example.org"}) for name in ("rita", "olga"))
        assert rita.post(f"{at}/affirm", json={"digest": "0" * 64}).json()["code"] == "digest_mismatch"
        assert olga.post(f"{at}/affirm", json={"digest": digest}).json()["code"] == "approver_is_author"
        assert served.client.post(f"{at}/affirm", json={"digest": digest}).status_code == 403
        given = rita.post(f"{at}/affirm", json={"digest": digest}).json()
        assert (given["version"], given["digest"], given["passed"]) == (1, digest, None)
        assert rita.post(f"{at}/affirm", json={"digest": digest}).json()["code"] == "already_done"
