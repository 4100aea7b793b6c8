"""What the tests of the Responses dialect ask with."""

import base64
import io
import json
from typing import Any

from PIL import Image

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import CALLS, FakeLLM, Say, Script

TOOL: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "description": "Now.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
SAID_AND_CALLED = (*CALLS[:2], Say("One moment."), *CALLS[2:])


def ask(server: Running, content: Any = "2 + 2?", **options: Any) -> Any:
    return server.client.responses.create(model="fake", input=content, **options)


def post(server: Running, **body: Any) -> Any:
    return server.http.post("/v1/responses", json={"model": "fake", **body})


def frames(server: Running, **body: Any) -> list[dict[str, Any]]:
    """The events of a stream, whose form on the wire is checked."""
    text = post(server, **{"input": "2 + 2?", "stream": True, **body}).text
    *events, done = [block for block in text.split("\n\n") if block and block[0] != ":"]
    assert done == "data: [DONE]"
    found = []
    for number, event in enumerate(events):
        kind, data = event.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert found[-1]["sequence_number"] == number
        assert kind == f"event: {found[-1]['type']}"
    return found


def calling(start: Start) -> Running:
    return start(FakeLLM(Script(says=SAID_AND_CALLED, reason="tool_calls")))


def red_square() -> tuple[bytes, str]:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG")
    return file.getvalue(), "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
