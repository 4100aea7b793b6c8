import io
import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from trinity.server.logs import JsonFormatter, TextFormatter, configure_logs, log_request
from trinity.server.records import RequestRecord, as_fields
from trinity.types import FinishedEvent, Usage


def choice(prompt: int, completion: int, reasoning: int, index: int = 0) -> FinishedEvent:
    usage = Usage(
        prompt_tokens=prompt,
        cached_tokens=1,
        image_tokens=0,
        completion_tokens=completion,
        reasoning_tokens=reasoning,
    )
    return FinishedEvent(request_id="r", index=index, reason="stop", usage=usage, expert_rows=1)


def record_of(**more: Any) -> RequestRecord:
    return RequestRecord(request_id="id-1", method="POST", route="/v1/x", status=200, **more)


def stream(*finished: FinishedEvent, first_s: float | None = 2.5) -> Any:
    return SimpleNamespace(submitted_s=2.0, first_token_s=first_s, finished=list(finished))


def test_a_prompt_that_choices_share_counts_once() -> None:
    record = record_of(
        streams=[stream(choice(5, 10, 3), choice(5, 20, 4, 1)), stream(choice(7, 1, 0))]
    )
    assert as_fields(record) == {
        "request_id": "id-1",
        "method": "POST",
        "route": "/v1/x",
        "status": 200,
        "seconds": 0.0,
        "first_token_seconds": 0.5,
        "prompt_tokens": 12,
        "cached_tokens": 2,
        "completion_tokens": 31,
        "reasoning_tokens": 7,
        "finish_reasons": ["stop"] * 3,
    }


def test_what_was_not_completed_has_no_counts() -> None:
    fields = as_fields(record_of(streams=[stream(first_s=None)], key="ci"))
    assert fields.keys() == {"request_id", "method", "route", "status", "seconds", "key"}


def formatted(formatter: logging.Formatter, record: RequestRecord) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger = logging.getLogger("trinity.requests")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        log_request(record)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    return out.getvalue()


def test_the_line_for_people() -> None:
    record = record_of(streams=[stream(choice(5, 10, 3))], key="ci", seconds=1.25)
    line = formatted(TextFormatter(), record)
    expected = "INFO POST /v1/x 200 1.250s key=ci in=5 out=10 thinking=3 first=0.500s id-1\n"
    assert line.endswith(expected)
    assert formatted(TextFormatter(), record_of()).endswith("INFO POST /v1/x 200 0.000s id-1\n")


def test_the_line_for_programs_holds_the_same() -> None:
    record = record_of(streams=[stream(choice(5, 10, 3))])
    line = json.loads(formatted(JsonFormatter(), record))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "event": "request", **as_fields(record)}


def test_probes_that_are_well_are_not_logged() -> None:
    probe = RequestRecord(request_id="r", method="GET", route="/livez", status=200)
    assert formatted(TextFormatter(), probe) == ""
    probe.status = 503
    assert "GET /livez 503" in formatted(TextFormatter(), probe)


def test_what_libraries_say_is_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    configure_logs("json")
    try:
        raise KeyError("gone")
    except KeyError:
        logging.getLogger("some.library").exception("it broke\nbadly")
    logging.getLogger("some.library").info("chatter")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry["message"] == "it broke\nbadly"
    assert (entry["event"], entry["level"]) == ("message", "error")
    assert entry["exception"].endswith("KeyError: 'gone'")
