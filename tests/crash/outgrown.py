"""An upgrade in the middle of work: cases that the release before had accepted and not routed are decided after `licet db upgrade`."""

import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import licet.store.migrations as steps
from licet.core.people import Operator
from licet.flows.intake import accept
from licet.settings import home_at
from licet.store.engines import begin_write, open_engine
from licet.testing import done
from licet.wiring import opened
from tests.crash.campaign import counted
from tests.crash.eye import QUEUED, ROUTED, UNDELIVERED, Eye, seconds_until
from tests.crash.feeder import KNOWN, batch
from tests.crash.fleet import Fleet, failures
from tests.crash.ground import Ground
from tests.crash.truth import truth_of

BEFORE = "0001"
"""The schema of the release before the queue."""


def put_back(ground: Ground, cases: int) -> None:
    """Makes the installation what the release before would have left: cases accepted, none routed, and no queue to put them into."""
    with ground.here():
        known = ground.home.parent / KNOWN
        with opened(home_at(ground.home)) as office:
            sent = done(accept(office, Operator(), batch(1, cases, posted=False)))
        known.write_text("".join(f"{one.name}\n" for one in sent), "ascii")
        engine = open_engine(home_at(ground.home).database, url=ground.url)
        config = Config()
        config.set_main_option("script_location", str(Path(steps.__file__).parent))
        with engine.connect() as connection:
            begin_write(connection)
            config.attributes["connection"] = connection
            command.downgrade(config, BEFORE)
            connection.execute(text("COMMIT"))
        engine.dispose()


def outgrow(ground: Ground, *, cases: int, workers: int) -> dict[str, Any]:
    """Upgrades an installation with so many cases under way, starts workers, and looks the truth up."""
    began = time.monotonic()
    put_back(ground, cases)
    refused = ground.run("cases", "export", "mails", "-o", str(ground.home.parent / "none.csv")).get("error", {})
    wrong = [] if refused.get("code") == "SchemaError" else [f"the old schema was not refused: {refused}"]
    upgraded = ground.run("db", "upgrade")
    if upgraded.get("before") != BEFORE:
        wrong.append(f"upgraded from {upgraded}")
    eye = Eye(ground=ground)
    queued = eye.sure(QUEUED)
    with Fleet(ground=ground, workers=1 if ground.url is None else workers) as fleet:
        first = seconds_until(lambda: (eye.number(ROUTED) or 0) > 0, within=60, tend=fleet.tend)
        took = seconds_until(lambda: eye.number(QUEUED) == 0 and eye.number(UNDELIVERED) == 0, within=120, tend=fleet.tend)
        fleet.end()
        failed = failures(fleet)
    eye.close()
    truth = truth_of(ground, ground.home.parent / KNOWN)
    return {
        "fault": "upgrade",
        "database": "sqlite" if ground.url is None else "postgresql",
        "workers": len(fleet.places),
        "times": 1,
        "queued_by_the_upgrade": queued,
        **counted(truth),
        "max_recovery_s": round(first or 60.0, 2),
        "all_decided_s": round((first or 60.0) + (took or 120.0), 2),
        "failed_in_workers": failed,
        "wrong": [*wrong, *truth.wrong, *([] if took is not None else ["the queue was not worked off within 120 s"])],
        "seconds": round(time.monotonic() - began, 1),
    }
