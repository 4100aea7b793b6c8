"""What is served from disk: files and batches, put together from their stores and routes.

The app opens it, adds its routes, and runs it beside the engine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from fastapi import Response

from trinity.errors import ConfigError, TrinityError
from trinity.server.batch_runner import BatchLimits, BatchRunner
from trinity.server.batch_store import BatchStore
from trinity.server.batches import BatchRoutes
from trinity.server.durable import take_directory
from trinity.server.file_store import FileLimits, FileStore
from trinity.server.files import FileRoutes
from trinity.server.http import HTTPRefusal

if TYPE_CHECKING:
    from fastapi import FastAPI

    from trinity.config import ServerConfig
    from trinity.engine.llm import LLM
    from trinity.server.app import Dialect
    from trinity.server.bridge import Bridge

_log = logging.getLogger(__name__)


class Offline:
    """Files and batches of a server that has a directory for them."""

    def __init__(
        self,
        llm: LLM,
        bridge: Bridge,
        config: ServerConfig,
        directory: Path,
        dialects: Mapping[str, Dialect[Any]],
        limits: BatchLimits | None = None,
    ) -> None:
        """Take `directory`, which one process has at a time. Raises `ConfigError`."""
        limits = limits or BatchLimits(line_bytes=config.max_body_bytes)
        self._lock = _take(directory)
        try:
            self.files = FileStore(directory / "files", _file_limits(config))
            self.batches = BatchStore(directory / "batches")
        except TrinityError:
            self._lock.close()
            raise
        self.runner = BatchRunner(llm, bridge, dialects, self.files, self.batches, limits)
        self._file_routes = FileRoutes(self.files, self._reader_of)
        self._batch_routes = BatchRoutes(
            self.runner, self.batches, self.files, tuple(dialects), limits
        )

    def add_routes(self, app: FastAPI) -> None:
        """Add the routes of both."""
        files, batches = self._file_routes, self._batch_routes
        app.add_api_route("/v1/files", files.create, methods=["POST"])
        app.add_api_route("/v1/files", files.index, methods=["GET"])
        app.add_api_route("/v1/files/{file_id}", files.show, methods=["GET"])
        app.add_api_route("/v1/files/{file_id}", files.delete, methods=["DELETE"])
        app.add_api_route("/v1/files/{file_id}/content", files.content, methods=["GET"])
        app.add_api_route("/v1/batches", batches.create, methods=["POST"])
        app.add_api_route("/v1/batches", batches.index, methods=["GET"])
        app.add_api_route("/v1/batches/{batch_id}", batches.show, methods=["GET"])
        app.add_api_route("/v1/batches/{batch_id}/cancel", batches.cancel, methods=["POST"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve batches meanwhile; the engine must run."""
        serving = asyncio.create_task(self.runner.run())
        serving.add_done_callback(_report)
        try:
            yield
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            self._lock.close()

    def _reader_of(self, file_id: str) -> str | None:
        readers = (b.id for b in self.batches.open_batches() if b.input_file_id == file_id)
        return next(readers, None)


class NoOffline:
    """A server without a directory: its routes say so."""

    def add_routes(self, app: FastAPI) -> None:
        """Refuse files and batches in a sentence."""
        for path in ("/v1/files", "/v1/batches"):
            for route in (path, f"{path}/{{rest:path}}"):
                app.add_api_route(route, self._refuse, methods=["GET", "POST", "DELETE"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing runs."""
        yield

    async def _refuse(self) -> Response:
        raise HTTPRefusal(
            "This server keeps no files and so serves no batches; start it with --data-dir DIR.",
            501,
        )


def open_offline(
    llm: LLM, bridge: Bridge, config: ServerConfig, dialects: Mapping[str, Dialect[Any]]
) -> Offline | NoOffline:
    """Files and batches as `config` says. Raises `ConfigError`."""
    if config.data_dir is None:
        return NoOffline()
    return Offline(llm, bridge, config, Path(config.data_dir).expanduser(), dialects)


def _file_limits(config: ServerConfig) -> FileLimits:
    return FileLimits(
        file_bytes=config.max_file_bytes,
        files=config.max_files,
        total_bytes=config.max_stored_bytes,
    )


def _take(directory: Path) -> BinaryIO:
    try:
        return take_directory(directory)
    except BlockingIOError:
        raise ConfigError(
            f"Another server uses the directory {directory}; give this one its own with --data-dir."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The directory {directory} cannot be used: {error.strerror}; give another with "
            "--data-dir."
        ) from None


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("Batches stopped for an unexpected error.", exc_info=error)
