import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tests.unit.bench.conftest import VOCABULARY
from trinity.bench.load import (
    Answered,
    percentile,
    poisson_arrivals,
    random_prompts,
    send,
    summary,
)
from trinity.bench.servers import (
    HOST,
    Prompt,
    Server,
    free_port,
    llamacpp_dialect,
    trinity_dialect,
)
from trinity.errors import TrinityError
from trinity.inputs.tokenizer import Tokenizer

CHAT = "/v1/chat/completions"
EVENTS = {
    CHAT: [
        {"choices": [{"delta": {"role": "assistant", "content": ""}, "logprobs": None}]},
        {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [1]}}]},
        {"choices": [{"delta": {"content": ""}, "logprobs": {"content": [1]}}]},
        {"choices": [{"delta": {}, "logprobs": None, "finish_reason": "length"}]},
    ],
    "/completion": [
        {"content": "a", "stop": False},
        {"content": "", "stop": False},
        {"content": "", "stop": True},
    ],
}
"""Streams of two tokens, as the two servers send them."""


class Handler(BaseHTTPRequestHandler):
    bodies: list[dict[str, object]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.bodies.append(body)
        if body.get("model") == "other":
            self.send_error(404, "no such model")
            return
        self.send_response(200)
        self.end_headers()
        if body.get("seed") == 7:
            return
        for event in EVENTS[self.path]:
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
            self.wfile.flush()
            time.sleep(0.01)
        self.wfile.write(b": a comment\n\ndata: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Handler.bodies = []
    server = ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("percent", [0, 1, 50, 95, 99, 100])
@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_percentiles_are_those_of_numpy(count: int, percent: float) -> None:
    values = np.random.default_rng(count).exponential(size=count)
    assert percentile(values.tolist(), percent) == pytest.approx(np.percentile(values, percent))


def test_arrivals_follow_from_the_seed_and_are_poisson() -> None:
    arrivals = poisson_arrivals(5.0, 4000, seed=1)
    assert arrivals == poisson_arrivals(5.0, 4000, seed=1)
    assert arrivals != poisson_arrivals(5.0, 4000, seed=2)
    gaps = np.diff([0.0, *arrivals])
    assert (gaps > 0).all()
    # The gaps of a Poisson process are exponential: mean and deviation are both 1 / rate.
    assert gaps.mean() == pytest.approx(0.2, rel=0.1)
    assert gaps.std() == pytest.approx(0.2, rel=0.1)


def test_prompts_have_the_wanted_length_and_no_two_are_alike() -> None:
    prompts = random_prompts(Tokenizer(VOCABULARY), 20, 50, seed=3)
    assert all(50 <= len(prompt.token_ids) < 60 for prompt in prompts)
    assert len({prompt.text for prompt in prompts}) == 20
    assert prompts == random_prompts(Tokenizer(VOCABULARY), 20, 50, seed=3)


@pytest.mark.parametrize("dialect", [trinity_dialect("tiny", 2), llamacpp_dialect()])
def test_tokens_are_timed_from_when_their_request_was_due(port: int, dialect: object) -> None:
    server = Server("a server", port, dialect)  # type: ignore[arg-type]
    prompts = [Prompt(f"words {i}", (1, 2, i)) for i in range(3)]
    answered = send(server, prompts, [0.0, 0.02, 0.04], output=2)
    assert len(answered) == 3
    for one in answered:
        assert len(one.between_s) == 1
        assert 0 < one.first_s < one.whole_s
        assert one.whole_s == pytest.approx(one.first_s + one.between_s[0])
    sent = [body.get("prompt") or body["messages"][0]["content"] for body in Handler.bodies]
    assert sorted(map(str, sent)) in (
        ["words 0", "words 1", "words 2"],
        ["[1, 2, 0]", "[1, 2, 1]", "[1, 2, 2]"],
    )


def test_both_servers_are_asked_for_the_same_number_of_tokens() -> None:
    prompt = Prompt("words", (1, 2, 3))
    ours = trinity_dialect("tiny", 2).body(prompt, 64, 5)
    theirs = llamacpp_dialect().body(prompt, 64, 5)
    assert ours["max_tokens"] == theirs["n_predict"] == 64
    assert ours["logit_bias"] == {"2": -100}
    assert theirs["ignore_eos"] is True
    assert ours["temperature"] == theirs["temperature"]


@pytest.mark.parametrize(
    ("model", "seed", "message"),
    [("other", 0, "a server answered 404"), ("tiny", 7, "without a token")],
)
def test_what_went_wrong_is_told(port: int, model: str, seed: int, message: str) -> None:
    server = Server("a server", port, trinity_dialect(model, 2))
    prompts = [Prompt("words", (1,))] * (seed + 1)
    with pytest.raises(TrinityError, match=message):
        send(server, prompts, [0.0] * len(prompts), output=2)


def test_a_server_that_is_not_there_is_told() -> None:
    server = Server("a server", free_port(), llamacpp_dialect())
    with pytest.raises(TrinityError, match="a server broke off"):
        server.stream(Prompt("words", (1,)), 2, 0)


def test_a_summary_has_every_percentile() -> None:
    answered = [Answered(i, (i / 10,), 2 * i) for i in range(1, 102)]
    found = summary(answered)
    assert found["first token", 50] == 51
    assert found["between tokens", 95] == pytest.approx(9.6)
    assert found["whole answer", 99] == 200
    assert summary([Answered(1.0, (), 1.0)])["between tokens", 50] == 0
