from collections.abc import Callable

import pytest

from tests.e2e.conftest import Start
from tests.e2e.fake_llm import FakeLLM
from trinity.cli.main import execute
from trinity.types import Mode

Trinity = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trinity(capsys: pytest.CaptureFixture[str]) -> Trinity:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = execute(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_the_mode_of_a_running_server_is_shown_and_switched(start: Start, trinity: Trinity) -> None:
    server = start(FakeLLM())
    url = server.url
    assert trinity("mode", "--url", url) == (0, "balanced\n", "")
    assert trinity("mode", "latency", "--url", url) == (0, "latency\n", "")
    assert trinity("mode", "--url", url)[1] == "latency\n"
    assert server.ask().service_tier == "priority"
    assert server.llm.engine.mode is Mode.LATENCY
    own = server.ask(extra_body={"mode": "throughput"})
    assert own.model_extra["trinity"]["effective"]["mode"] == "throughput"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"mode": "fast"}', b'{"mode": 1}', b'{"mode": []}', b'{"other": 1}']
)
def test_a_wrong_body_is_refused_in_a_sentence(start: Start, body: bytes) -> None:
    server = start(FakeLLM())
    response = server.http.put(
        "/trinity/mode", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 400
    assert response.json()["error"]["message"].endswith(".")
    assert server.llm.engine.mode is Mode.BALANCED


def test_a_key_is_needed_where_the_server_has_one(start: Start, trinity: Trinity) -> None:
    server = start(keys=("secret",))
    url = server.url
    code, _, err = trinity("mode", "latency", "--url", url)
    assert code == 1
    assert "API key is missing or wrong" in err
    assert trinity("mode", "latency", "--url", url, "--api-key", "secret")[0] == 0


def test_where_no_server_is_the_error_says_what_to_do(trinity: Trinity) -> None:
    code, out, err = trinity("mode", "--url", "http://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert "No server answers at http://127.0.0.1:9" in err
    assert "trinity serve" in err
    code, _, err = trinity("mode", "--url", "file:///etc/passwd")
    assert code == 2
    assert "must begin with http" in err
