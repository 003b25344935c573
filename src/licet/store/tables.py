"""What lasts, table by table. Only the store reads this."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from licet.store.moments import Moment
from licet.store.signatures import two_signatures

metadata = MetaData()

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("vkey", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

counter = Table("counter", metadata, Column("name", String(40), primary_key=True), Column("value", Integer, nullable=False))

person = Table(
    "person",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
)

use_case = Table(
    "use_case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(60), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("answer_kind", String(10), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("owner", ForeignKey("person.id")),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

involved = Table(
    "involved",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("as_what", String(20), primary_key=True),
)

sealed_set = Table(
    "sealed_set",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("opened_scope", String(64)),
    Column("opened_by", Text),
    Column("opened_at", Moment),
)

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("file_digest", String(64), nullable=False),
    Column("mapping", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("fingerprint", String(64)),
    Column("sealed_set_id", ForeignKey("sealed_set.id")),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

LIVE = "part = 'live' AND batch_id IS NULL"
"""Cases that came in to be decided. A statement that says it in these words finds the first of a use case without reading the others."""

SEALED = "sealed_set_id IS NOT NULL"
"""Past cases that are sealed, among a million live ones: gates and pages count them each time somebody looks."""

case = Table(
    "case_item",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("batch_id", ForeignKey("import_batch.id")),
    Column("sealed_set_id", ForeignKey("sealed_set.id")),
    Column("part", String(12), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("external_id", Text),
    Column("place", LargeBinary(8), nullable=False),
    Column("happened_at", Moment),
    Column("received_at", Moment, nullable=False),
    Column("labelled", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("truth", LargeBinary),
    Index("case_part", "use_case_id", "part", "batch_id"),
    Index("case_digest", "use_case_id", "digest"),
    Index("case_external", "use_case_id", "external_id"),
    Index("case_live", "use_case_id", "number", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
    Index("case_item_sealed", "sealed_set_id", "digest", sqlite_where=text(SEALED), postgresql_where=text(SEALED)),
)

case_key = Table(
    "case_key",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(32), nullable=False),
)

sealed_digest = Table(
    "sealed_digest",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("opened", Boolean, nullable=False),
)

artifact = Table(
    "artifact",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

system = Table(
    "system",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("basis", String(64), nullable=False),
    Column("artifact", String(64)),
    Column("guardian", String(64)),
    Column("registered_at", Moment, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("fingerprint", String(64), primary_key=True),
    Column("confidence", Float),
    Column("familiarity", Float),
    Column("failed", Text),
    Column("body", LargeBinary),
)

standard = Table(
    "standard",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("slug", String(60), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    *two_signatures(),
    Column("revised", Boolean, nullable=False),
)

look = Table(
    "look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("sealed_set_id", ForeignKey("sealed_set.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("scope", String(64), nullable=False),
    Column("standard", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("plan", Text, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("adjudications", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("outputs", Integer, nullable=False),
    Column("thresholds", Text, nullable=False),
    Column("recount", Boolean, nullable=False),
    Column("word", String(10), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("verdict_digest", String(64), nullable=False),
    Column("warnings", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("sealed_set_id", "number"),
)

adjudication = Table(
    "adjudication",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("probability", Float, nullable=False),
    Column("token", String(40), nullable=False, unique=True),
    Column("answer", LargeBinary),
    Column("by", Text),
    Column("at", Moment),
)

approval = Table(
    "approval",
    metadata,
    Column("use_case_id", ForeignKey("use_case.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("by", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

mandate = Table(
    "mandate",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("slug", String(60), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("terms", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("granted_by", Text),
    Column("granted_at", Moment),
    Column("expires_at", Moment),
    Column("round", Integer, nullable=False),
    Column("reinstated_by", Text),
    Column("reinstated_at", Moment),
    Column("ended_by", Text),
    Column("ended_at", Moment),
    Column("why", Text),
    Column("secret_salt", LargeBinary),
    Column("secret", LargeBinary),
    Column("commitment", String(64)),
    UniqueConstraint("use_case_id", "number"),
)

TO_PEOPLE = "route = 'to_person'"
"""The few cases of many that people decide: pages count those that came to a desk within a day."""

routing = Table(
    "routing",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("route", String(10), nullable=False),
    Column("reason", String(40)),
    Column("mandate_id", ForeignKey("mandate.id")),
    Column("at", Moment, nullable=False),
    Index("routing_day", "mandate_id", "route", "at"),
    Index("routing_came", "use_case_id", "at", sqlite_where=text(TO_PEOPLE), postgresql_where=text(TO_PEOPLE)),
)

decision = Table(
    "decision",
    metadata,
    Column("case_number", ForeignKey("case_item.number"), primary_key=True, autoincrement=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("answer", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("versions", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("decision_simulated", "use_case_id", sqlite_where=text("simulated IS 1"), postgresql_where=text("simulated IS true")),
)

task = Table(
    "task",
    metadata,
    Column("token", String(40), primary_key=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    UniqueConstraint("case_number", "kind"),
)

review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("by", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("review_simulated", "case_number", sqlite_where=text("simulated IS 1"), postgresql_where=text("simulated IS true")),
)

audit = Table(
    "audit",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("order", Integer, primary_key=True),
    Column("case_number", ForeignKey("case_item.number"), nullable=False, unique=True),
    Column("probability", Float, nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("outcome", String(10)),
    Column("answered_at", Moment),
    Column("fed", Boolean, nullable=False),
)

watch = Table(
    "watch",
    metadata,
    Column("mandate_id", ForeignKey("mandate.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("tripped_at", Moment),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case_id", ForeignKey("use_case.id"), nullable=False, index=True),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("says", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("delivered_at", Moment),
)

ledger_pending = Table(
    "ledger_pending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("use_case", String(60)),
    Column("body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    sqlite_autoincrement=True,
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("use_case", String(60), index=True),
    Column("body", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_at", Moment, nullable=False),
    Column("size", Integer, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)
