"""How often the preview's P90 holds: against a server, on its own traffic, one chat at a time.

    python benchmarks/preview.py [MODEL] [--warm-up 200] [--items 400]

Exercises of the test split, of all domains and at every effort in turn, are previewed and then
asked. After the warm-up it is noted whether the answer stayed within the P90 that the preview gave
for thinking tokens, all tokens and total time, beside the same share for P50; one table for people
and one JSON line for programs. A share can be above 90 % where many answers take exactly as much,
as those do that spend a whole thinking budget.
"""

import argparse
import base64
import json
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from trinity.bench.records import line, stamp
from trinity.bench.servers import HOST, Server, running, trinity_dialect
from trinity.train.evaluate import sample_items
from trinity.train.items import DOMAINS, Item, Split
from trinity.types import EFFORTS

VALUES = ("thinking_tokens", "completion_tokens", "total_s")
MAX_TOKENS = 320


def main() -> None:
    """Ask, and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--warm-up", type=int, default=200, help="Requests before the count.")
    parser.add_argument("--items", type=int, default=400, help="Requests that count.")
    arguments = parser.parse_args()
    each = (arguments.warm_up + arguments.items) // (len(DOMAINS) - 1) + 1
    by_domain = [sample_items(domain, Split.TEST, each, seed=1) for domain in DOMAINS]
    items = [item for row in zip(*by_domain, strict=True) for item in row if not item.tools]
    below: dict[str, dict[str, list[bool]]] = {name: {"p50": [], "p90": []} for name in VALUES}
    command = (sys.executable, "-c", "from trinity.cli.main import run; run()", "serve")
    log = Path(tempfile.mkdtemp()) / "server.log"
    with running(
        "trinity",
        lambda port: [*command, "--model", arguments.model, "--port", str(port)],
        "/readyz",
        trinity_dialect(arguments.model, 2),
        log,
    ) as server:
        model = call(server, "/v1/models")["data"][0]["id"]
        for number, item in enumerate(items[: arguments.warm_up + arguments.items]):
            body = chat(item, model)
            effort = EFFORTS[number % len(EFFORTS)]
            told = call(server, "/v1/preview", {**body, "intensities": [effort]})
            answer = call(server, "/v1/chat/completions", {**body, "reasoning_effort": effort})
            if number >= arguments.warm_up:
                note(below, told["intensities"][0], answer)
    shares = {
        f"{name}_{mark}": sum(held) / len(held)
        for name, marks in below.items()
        for mark, held in marks.items()
    }
    for name in VALUES:
        print(f"{name:18} P50 {shares[f'{name}_p50']:6.1%}   P90 {shares[f'{name}_p90']:6.1%}")
    settings = {"model": arguments.model, "warm_up": arguments.warm_up, "items": arguments.items}
    print(line({**stamp("preview", **settings), **shares}))


def chat(item: Item, model: str) -> dict[str, Any]:
    """The body that asks an exercise."""
    pictures = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + encoded}}
        for encoded in (base64.b64encode(data).decode() for data in item.images)
    ]
    question = {"role": "user", "content": [*pictures, {"type": "text", "text": item.question}]}
    system = [{"role": "system", "content": item.system}] if item.system else []
    return {"model": model, "messages": [*system, question], "max_tokens": MAX_TOKENS}


def note(
    below: dict[str, dict[str, list[bool]]], told: dict[str, Any], answer: dict[str, Any]
) -> None:
    """Whether an answer stayed within what the preview told of it."""
    usage = answer["usage"]
    took = {
        "thinking_tokens": usage["completion_tokens_details"]["reasoning_tokens"],
        "completion_tokens": usage["completion_tokens"],
        "total_s": answer["trinity"]["timings"]["total_s"],
    }
    for name, value in took.items():
        for mark, held in below[name].items():
            held.append(value <= told[name][mark])


def call(server: Server, path: str, body: dict[str, Any] | None = None) -> Any:
    """The server's answer to a body, or to a question without one."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    url = f"http://{HOST}:{server.port}{path}"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as response:
        return json.load(response)


if __name__ == "__main__":
    main()
