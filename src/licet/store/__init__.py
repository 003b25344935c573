"""What lasts: the one place that writes to and reads from the database."""
