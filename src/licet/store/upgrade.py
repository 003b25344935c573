"""Upgrading: brings a database's schema to what this Licet writes, inside one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from licet.store.engines import HEAD, begin_write, named_errors, schema_of


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Brings a database to the present schema; does nothing where it is there already.

    Returns:
        The schema before (None for an empty file) and after.
    """
    before = schema_of(engine)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with named_errors(engine), engine.connect() as connection:
        begin_write(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
        connection.exec_driver_sql("COMMIT")
    return before, HEAD
