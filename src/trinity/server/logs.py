"""What the server writes while it runs: a line a request, as text for people or JSON for programs.

Set up by `serve.py`. Lines hold numbers and names that were checked, never a prompt or an answer.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trinity.server.records import as_fields

if TYPE_CHECKING:
    from trinity.server.records import RequestRecord

PROBES = ("/livez", "/readyz")
_requests = logging.getLogger("trinity.requests")


def log_request(record: RequestRecord) -> None:
    """Write the line of a request that is over; probes that are well are left out."""
    is_probe = record.route in PROBES and record.status == 200
    fields = as_fields(record)
    level = logging.DEBUG if is_probe else logging.INFO
    _requests.log(level, _line(fields), extra={"fields": fields})


def configure_logs(form: str) -> None:
    """Write to standard error as `text` or `json`: requests, and what any library warns of."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.getLogger().handlers = [handler]
    logging.getLogger("trinity").setLevel(logging.INFO)


class TextFormatter(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        """Begin with the local time."""
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")


class JsonFormatter(logging.Formatter):
    """One JSON object a line, also for what libraries say."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": time, "level": record.levelname.lower()}
        if fields := getattr(record, "fields", None):
            entry |= {"event": "request", **fields}
        else:
            entry |= {"event": "message", "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def _line(fields: dict[str, Any]) -> str:
    """The numbers of a request in a row, those of tokens where there are any."""
    line = "{method} {route} {status} {seconds:.3f}s".format(**fields)
    if key := fields.get("key"):
        line += f" key={key}"
    if "completion_tokens" in fields:
        counts = "in={prompt_tokens} out={completion_tokens} thinking={reasoning_tokens}"
        line += f" {counts.format(**fields)}"
    if "first_token_seconds" in fields:
        line += " first={first_token_seconds:.3f}s".format(**fields)
    return f"{line} {fields['request_id']}"
