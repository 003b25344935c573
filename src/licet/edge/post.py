"""The post: tells people outside. Until mail is set up, messages are lines of a file."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from licet.core.incident import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePost:
    """Appends messages to a file, a JSON object a line (the port `Post`)."""

    path: Path

    def deliver(self, message: Message) -> None:
        """Appends one message and makes sure that it lasts."""
        line = json.dumps({"to": message.to, "subject": message.subject, "body": message.body}, ensure_ascii=False)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
