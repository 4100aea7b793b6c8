"""Runs the application: one process, one port, a graceful end.

Called by the command line. The first SIGTERM or Ctrl-C stops accepting and lets running requests
end; a second one ends at once.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from trinity.errors import ConfigError
from trinity.server.app import create_app
from trinity.server.logs import configure_logs

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

    from trinity.config import ServerConfig
    from trinity.engine.llm import LLM

DRAIN_S = 30
"""How long running requests may take to end after the first signal."""
MAX_HEADER_BYTES = 16 * 1024


class Server(uvicorn.Server):
    """Uvicorn, except that any second signal ends it, and that a signal is a normal end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """React to a signal."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(llm: LLM, config: ServerConfig, *, announce: Callable[[str], None] | None = None) -> None:
    """Serve `llm` until a signal; `announce` is given the address once connections are taken.

    Raises `ConfigError` where the port cannot be had or would be open without a key.
    """
    configure_logs(config.log_format)
    app = create_app(llm, config)
    with listen(config) as listener:
        if announce:
            announce(address(config, listener))
        build_server(app).run(sockets=[listener])


def build_server(app: FastAPI) -> Server:
    """A server for `app`; give its `run` a listening socket."""
    return Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_graceful_shutdown=DRAIN_S,
        )
    )


def listen(config: ServerConfig) -> socket.socket:
    """A socket that listens where `config` says. Raises `ConfigError`."""
    host = config.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, config.port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        # Python adds the address to the system's words.
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (")[0].rstrip(".")
        raise ConfigError(
            f"Cannot listen on {config.host} port {config.port}: {reason}; choose another port or "
            "stop what uses it."
        ) from None


def address(config: ServerConfig, listener: socket.socket) -> str:
    """The URL of a listening server."""
    bare = config.host.strip("[]")
    host = f"[{bare}]" if ":" in bare else bare
    return f"http://{host}:{listener.getsockname()[1]}"
