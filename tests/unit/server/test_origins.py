import pytest

from trinity.config import ServerConfig
from trinity.errors import ConfigError
from trinity.server.guards import check_exposure

GOOD = (
    "https://chat.example",
    "http://localhost:3000",
    "http://[::1]:3000",
    "http://127.0.0.1",
    "vscode-webview://abc-def",
)
BAD = (
    "",
    "chat.example",
    "null",
    "https://",
    "https://chat.example/",
    "https://chat.example/page",
    "https://*.example",
    "https://user@chat.example",
    "https://a.b https://c.d",
    "https://a.b\n",
    "**",
)


def test_origins_as_browsers_write_them_are_taken() -> None:
    check_exposure(ServerConfig(cors_origins=GOOD))


@pytest.mark.parametrize("origin", BAD)
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ConfigError, match="is not one; give scheme, host and port"):
        check_exposure(ServerConfig(cors_origins=(origin,), api_keys=("k",)))


def test_all_origins_need_a_key() -> None:
    with pytest.raises(ConfigError, match="no API key is set"):
        check_exposure(ServerConfig(cors_origins=("https://a.b", "*")))
    check_exposure(ServerConfig(cors_origins=("*",), api_keys=("k",)))
