"""Every page, and who looks at it: each is tested by day and by night, on a desktop and on a phone."""

from dataclasses import dataclass

from tests.browser.installation import CONTRACTS, FORECAST, REFUNDS, REPLIES, SUPPLIERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A page.

    Attributes:
        name: of its screenshot in docs/screens.
        address: where it is.
        by: who looks, by the name their address begins with; empty: nobody who signed in.
        says: words that must be on it.
        status: of the answer.
    """

    name: str
    address: str
    says: str
    by: str = "olga"
    status: int = 200


PAGES = (
    Looked(name="sign-in", address="/sign-in", says="Sign in", by=""),
    Looked(name="confirm", address="/confirm", says="Confirm who you are"),
    Looked(name="set-up", address="/set-up", says="Set up an account", by=""),
    Looked(name="account", address="/account", says="What the app shows for it", by="rita"),
    Looked(name="account-no-factor", address="/account", says="Add it", by="rene"),
    Looked(name="portfolio", address="/", says="Portfolio"),
    Looked(name="portfolio-filtered", address="/?risk=high&ball=risk", says="None of these."),
    Looked(name="use-case", address=f"/use-cases/{REFUNDS}", says="may decide alone"),
    Looked(name="use-case-waiting", address=f"/use-cases/{SUPPLIERS}", says="0 of 1 approvals", by="rita"),
    Looked(name="use-case-new", address=f"/use-cases/{FORECAST}", says="AI decides nothing alone"),
    Looked(name="standard", address=f"/use-cases/{REFUNDS}/standard", says="countersigned"),
    Looked(name="standard-none", address=f"/use-cases/{FORECAST}/standard", says="Not locked yet"),
    Looked(name="evaluation", address=f"/use-cases/{REFUNDS}/evaluation", says="outside evidence informs, and opens no gate"),
    Looked(name="evaluation-compared", address=f"/use-cases/{REFUNDS}/evaluation", says="What became worse with vendor@3"),
    Looked(name="evaluation-none", address=f"/use-cases/{FORECAST}/evaluation", says="No verdict yet"),
    Looked(name="process", address=f"/use-cases/{REPLIES}/process", says="Bottleneck:"),
    Looked(name="process-step", address=f"/use-cases/{REPLIES}/process?share=100&show=time&step=1", says="Comes after"),
    Looked(name="process-untested", address=f"/use-cases/{SUPPLIERS}/process", says="Not tested:"),
    Looked(name="process-none", address=f"/use-cases/{FORECAST}/process", says="No event log yet"),
    Looked(name="process-refused", address=f"/use-cases/{REPLIES}/process?share=nonsense", says="is none of", status=422),
    Looked(name="redesign", address=f"/use-cases/{REFUNDS}/redesign", says="Who does which step"),
    Looked(name="redesign-trusted", address=f"/use-cases/{SUPPLIERS}/redesign", says="The model beats the naive forecast"),
    Looked(name="redesign-playing", address=f"/use-cases/{CONTRACTS}/redesign", says="Being simulated"),
    Looked(name="redesign-edit", address=f"/use-cases/{REFUNDS}/redesign/edit", says="It begins with the redesign that was worked on last"),
    Looked(name="redesign-edit-first", address=f"/use-cases/{REPLIES}/redesign/edit", says="It begins with the process as it is"),
    Looked(name="redesign-edit-refused", address=f"/use-cases/{REFUNDS}/redesign/edit", says="not_permitted", by="rita", status=403),
    Looked(name="redesign-edit-none", address=f"/use-cases/{FORECAST}/redesign/edit", says="licet process import", status=404),
    Looked(name="redesign-none", address=f"/use-cases/{FORECAST}/redesign", says="No event log yet"),
    Looked(name="value", address=f"/use-cases/{REFUNDS}/value", says="Measure anew"),
    Looked(name="value-caused", address=f"/use-cases/{SUPPLIERS}/value", says="It saves 14.2 hours", by="rita"),
    Looked(name="value-none", address=f"/use-cases/{FORECAST}/value", says="No event log yet"),
    Looked(name="workflow", address=f"/use-cases/{REFUNDS}/workflow", says="A rule could not be told"),
    Looked(name="workflow-others", address=f"/use-cases/{REFUNDS}/workflow", says="Single items are shown to its owner", by="rene"),
    Looked(name="workflow-none", address=f"/use-cases/{FORECAST}/workflow", says="No steps yet"),
    Looked(name="ledger", address="/ledger", says="account.set_up", by="ute"),
    Looked(name="ledger-filtered", address=f"/ledger?use_case={REFUNDS}&what=mandate.", says="mandate.granted", by="rita"),
    Looked(name="ledger-refused", address="/ledger?what=nonsense", says="No ledger word", by="rita", status=422),
    Looked(name="entry", address="/ledger/30", says="Signed checkpoint", by="rita"),
    Looked(name="approvals", address="/approvals", says="Waiting for your yes", by="rita"),
    Looked(name="practice", address="/practice", says="Where you may practise", by="rene"),
    Looked(name="practice-first", address="/practice/refunds", says="A first round takes ten minutes", by="rita"),
    Looked(name="people", address="/people", says="Who can review what?", by="rene"),
    Looked(name="people-of-owner", address="/people", says="Comes to people a day"),
    Looked(name="own-figures", address="/people/me", says="You see them first.", by="rene"),
    Looked(name="people-of-use-case", address="/people/refunds", says="The human ceiling", by="rita"),
    Looked(name="second-look-empty", address="/second-look", says="No two people differ", by="sven"),
    Looked(name="contests-empty", address="/contests", says="Nothing is contested", by="sven"),
    Looked(name="labels-empty", address="/labels", says="No label waits for you", by="rene"),
    Looked(name="flags", address="/people/refunds/flags", says="no accusations", by="sven"),
    Looked(name="monitoring", address="/monitoring/refunds", says="valid at every look"),
    Looked(name="incidents", address="/incidents", says="No incident is open"),
    Looked(name="review", address="/review", says="Review", by="rene"),
    Looked(name="not-found", address="/nothing-here", says="Not found", status=404),
)
"""A page of yours is one line here."""
