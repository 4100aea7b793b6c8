"""What tests of batches say to a server."""

import json
from typing import Any

import openai

from tests.e2e.conftest import until
from tests.e2e.fake_llm import Say, Script

CHAT = "/v1/chat/completions"
ENDLESS = Script([Say("word ")], endless=True, step_s=0.002)

Row = dict[str, Any]


def line(custom_id: Any, content: str = "hi", url: str = CHAT, **more: Any) -> bytes:
    body = {"model": "fake", "messages": [{"role": "user", "content": content}], **more}
    row = {"custom_id": custom_id, "method": "POST", "url": url, "body": body}
    return json.dumps(row).encode() + b"\n"


def lines(count: int) -> bytes:
    return b"".join(line(f"id-{index}", f"text {index}") for index in range(count))


def submit(client: openai.OpenAI, content: bytes, endpoint: Any = CHAT, **more: Any) -> Any:
    file = client.files.create(file=("in.jsonl", content), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window="24h", **more
    )


def ended(client: openai.OpenAI, batch: Any, status: str = "completed") -> Any:
    """The batch when it has come to its end, which must be `status`."""
    open_statuses = ("validating", "in_progress", "finalizing", "cancelling")
    until(lambda: client.batches.retrieve(batch.id).status not in open_statuses, 30)
    batch = client.batches.retrieve(batch.id)
    assert batch.status == status
    return batch


def rows(client: openai.OpenAI, file_id: str | None) -> list[Row]:
    if file_id is None:
        return []
    text = client.files.content(file_id).text
    return [json.loads(row) for row in text.splitlines()]
