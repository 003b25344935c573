"""Many workers in one process: `python -m tests.crash.hands HOME THREADS` claims a few cases at a time, in every thread, until SIGTERM.

Each thread does what a worker does, by the same flows and on the same shared commits, but in small bites: so many deciding
transactions race with whoever takes the mandate back.
"""

import signal
import sys
import threading
from pathlib import Path

from licet.flows.deliver import deliver_some
from licet.flows.drain import claim_cases, waiting_use_cases, work_off
from licet.flows.office import Office
from licet.flows.settle import settle
from licet.flows.speakers import Speakers
from licet.flows.sweep import sweep
from licet.settings import home_at
from licet.wiring import serving

BITE = 6
PART = 2


def decide(office: Office, speakers: Speakers, name: str, ending: threading.Event) -> None:
    """One worker."""
    while not ending.is_set():
        found = [claim_cases(office, one, holder=name, limit=BITE) for one in waiting_use_cases(office)]
        for claimed in filter(None, found):
            for _ in work_off(office, speakers, use_case_id=claimed.use_case_id, claim=claimed.claim, limit=PART):
                pass
        if not any(found):
            ending.wait(0.02)


def keep_time(office: Office, ending: threading.Event) -> None:
    """Lets time take effect, numbers the ledger, and tells of effects."""
    while not ending.wait(0.1):
        sweep(office)
        settle(office)
        while deliver_some(office, office.clock.now()) and not ending.is_set():
            pass


def main(home: str, threads: str) -> None:
    """Works until it is ended."""
    ending, speakers = threading.Event(), Speakers()
    signal.signal(signal.SIGTERM, lambda number, frame: ending.set())
    with serving(home_at(Path(home))) as office:
        names = [f"hand:{number}" for number in range(int(threads))]
        hands = [threading.Thread(target=decide, args=(office, speakers, name, ending)) for name in names]
        hands.append(threading.Thread(target=keep_time, args=(office, ending)))
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
