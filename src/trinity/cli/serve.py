"""`trinity serve`: the model behind HTTP.

Each parameter of the command is a setting, and read by its name, which is that of a field.
"""

# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, TypeVar

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import WEIGHTS_HELP, KeyFileOption
from trinity.cli.settings import ConfigFileOption, setting
from trinity.cli.terminal import say, stderr
from trinity.config import EngineConfig, LogFormat, ServerConfig
from trinity.types import Mode

_ENGINE = EngineConfig()
_SERVER = ServerConfig()
_LISTS = ("api_keys", "cors_origins")

C = TypeVar("C", EngineConfig, ServerConfig)

_Model = Annotated[
    str, setting("model", metavar="MODEL", help="`mini`, or the directory of a checkpoint.")
]
_Host = Annotated[
    str, setting("host", help="Address to listen on; beyond this machine needs a key.")
]
_Port = Annotated[
    int,
    setting("port", min=0, max=65535, help="Port to listen on; 0 takes a free one."),
]
_ApiKeys = Annotated[
    list[str] | None,
    setting(
        "api_keys",
        "--api-key",
        help="A key that may use the API; several times, or blank-separated in the variable.",
    ),
]
_CorsOrigins = Annotated[
    list[str] | None,
    setting(
        "cors_origins",
        "--cors-origin",
        metavar="ORIGIN",
        help="An origin, such as https://chat.example, whose web pages may use the server; several "
        "times. `*` is all, and needs keys.",
    ),
]
_MaxBodyBytes = Annotated[
    int, setting("max_body_bytes", min=1, help="Larger requests are refused.")
]
_LogFormat = Annotated[
    LogFormat,
    setting(
        "log_format",
        metavar="F",
        help="How requests are logged on standard error: text or json; never with what they say.",
    ),
]
_Tracing = Annotated[
    bool,
    setting(
        "tracing",
        help="Send a span of every request to OpenTelemetry, as the OTEL_ variables say; needs the "
        "extra `tracing`.",
    ),
]
_DataDir = Annotated[
    str | None,
    setting(
        "data_dir",
        metavar="DIR",
        help="Directory for uploaded files and batches; without one, the server keeps neither.",
    ),
]
_MaxFileBytes = Annotated[
    int, setting("max_file_bytes", min=1, help="Larger uploaded files are refused.")
]
_MaxFiles = Annotated[int, setting("max_files", min=1, help="Files that are kept.")]
_MaxStoredBytes = Annotated[
    int, setting("max_stored_bytes", min=1, help="Bytes of all files that are kept.")
]
_MaxSequences = Annotated[int, setting("max_sequences", min=1, help="Sequences in one step.")]
_MaxStepTokens = Annotated[int, setting("max_step_tokens", min=1, help="Token budget of one step.")]
_MaxContext = Annotated[
    int | None, setting("max_context", min=1, help="Longest prompt plus answer, tokens.")
]
_MaxWaiting = Annotated[int, setting("max_waiting", min=1, help="Requests that may queue.")]
_BlockSize = Annotated[int, setting("block_size", min=1, help="Cache slots per block.")]
_NumBlocks = Annotated[int | None, setting("num_blocks", min=1, help="Cache blocks in all.")]
_Deterministic = Annotated[
    bool, setting("deterministic", help="Answers bit-equal whatever else runs; slower.")
]
_PrefixCache = Annotated[
    bool,
    setting(
        "prefix_cache",
        "--prefix-cache/--no-prefix-cache",
        help="Reuse equal beginnings of prompts.",
    ),
]
_Mode = Annotated[
    Mode,
    setting(
        "mode",
        metavar="M",
        help=f"What requests that name none are served as: {', '.join(Mode)}; "
        "`trinity mode` switches it.",
    ),
]
_Lossy = Annotated[
    bool,
    setting(
        "lossy",
        "--lossy/--lossless",
        help="Trade some quality for speed, as the profile of a request's mode says, where the "
        "request does not.",
    ),
]
_Speculation = Annotated[
    bool,
    setting(
        "speculation",
        "--speculation/--no-speculation",
        help="Guess tokens from what was said before, where that pays; answers do not change.",
    ),
]
_Weights = Annotated[str, setting("weights", metavar="W", help=WEIGHTS_HELP)]


def serve(
    context: typer.Context,
    config: ConfigFileOption = None,
    model: _Model = "mini",
    host: _Host = _SERVER.host,
    port: _Port = _SERVER.port,
    api_keys: _ApiKeys = None,
    key_file: KeyFileOption = _SERVER.key_file,
    cors_origins: _CorsOrigins = None,
    max_body_bytes: _MaxBodyBytes = _SERVER.max_body_bytes,
    log_format: _LogFormat = _SERVER.log_format,
    tracing: _Tracing = _SERVER.tracing,
    data_dir: _DataDir = _SERVER.data_dir,
    max_file_bytes: _MaxFileBytes = _SERVER.max_file_bytes,
    max_files: _MaxFiles = _SERVER.max_files,
    max_stored_bytes: _MaxStoredBytes = _SERVER.max_stored_bytes,
    max_sequences: _MaxSequences = _ENGINE.max_sequences,
    max_step_tokens: _MaxStepTokens = _ENGINE.max_step_tokens,
    max_context: _MaxContext = _ENGINE.max_context,
    max_waiting: _MaxWaiting = _ENGINE.max_waiting,
    block_size: _BlockSize = _ENGINE.block_size,
    num_blocks: _NumBlocks = _ENGINE.num_blocks,
    deterministic: _Deterministic = _ENGINE.deterministic,
    prefix_cache: _PrefixCache = _ENGINE.prefix_cache,
    mode: _Mode = _ENGINE.mode,
    lossy: _Lossy = _ENGINE.lossy,
    speculation: _Speculation = _ENGINE.speculation,
    weights: _Weights = _ENGINE.weights,
) -> None:
    """Serve the model over HTTP until Ctrl-C.

    Every setting is a flag, a variable, or a line of a file; `trinity config explain` shows which.
    """
    _run(
        context.params["model"],
        _read(EngineConfig, context.params),
        _read(ServerConfig, context.params),
    )


def _read(kind: type[C], options: Mapping[str, Any]) -> C:
    """A configuration of the options that are named like its fields."""
    values = {field.name: options[field.name] for field in fields(kind)}
    lists = {name: tuple(value or ()) for name, value in values.items() if name in _LISTS}
    return kind(**values | lists)


def _run(model: str, engine: EngineConfig, config: ServerConfig) -> None:
    from trinity.server.serve import serve as run_server

    llm, _ = open_llm(model, engine)
    messages = stderr()
    run_server(
        llm,
        config,
        announce=lambda url: say(
            messages, f"{llm.model_name} is served at {url}; Ctrl-C stops it."
        ),
    )
