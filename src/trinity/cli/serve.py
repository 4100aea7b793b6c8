"""`trinity serve`: the model behind HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import KeyFileOption, ModelOption, WeightsOption
from trinity.cli.terminal import say, stderr
from trinity.config import EngineConfig, ServerConfig
from trinity.types import Mode

_ENGINE = EngineConfig()
_SERVER = ServerConfig()

_Host = Annotated[
    str, typer.Option("--host", help="Address to listen on; beyond this machine needs a key.")
]
_Port = Annotated[
    int,
    typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one."),
]
_ApiKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--api-key",
        envvar="TRINITY_API_KEYS",
        help="A key that may use the API; several times, or blank-separated in the variable.",
    ),
]
_CorsOrigins = Annotated[
    list[str] | None,
    typer.Option(
        "--cors-origin",
        metavar="ORIGIN",
        help="An origin, such as https://chat.example, whose web pages may use the server; several "
        "times. `*` is all, and needs keys.",
    ),
]
_MaxBodyBytes = Annotated[
    int, typer.Option("--max-body-bytes", min=1, help="Larger requests are refused.")
]
_MaxSequences = Annotated[
    int, typer.Option("--max-sequences", min=1, help="Sequences in one step.")
]
_MaxStepTokens = Annotated[
    int, typer.Option("--max-step-tokens", min=1, help="Token budget of one step.")
]
_MaxContext = Annotated[
    int | None, typer.Option("--max-context", min=1, help="Longest prompt plus answer, tokens.")
]
_MaxWaiting = Annotated[int, typer.Option("--max-waiting", min=1, help="Requests that may queue.")]
_BlockSize = Annotated[int, typer.Option("--block-size", min=1, help="Cache slots per block.")]
_NumBlocks = Annotated[int | None, typer.Option("--num-blocks", min=1, help="Cache blocks in all.")]
_Deterministic = Annotated[
    bool, typer.Option("--deterministic", help="Answers bit-equal whatever else runs; slower.")
]
_PrefixCache = Annotated[
    bool,
    typer.Option("--prefix-cache/--no-prefix-cache", help="Reuse equal beginnings of prompts."),
]
_Mode = Annotated[
    Mode,
    typer.Option(
        "--mode",
        metavar="M",
        help=f"What requests that name none are served as: {', '.join(Mode)}; "
        "`trinity mode` switches it.",
    ),
]
_Lossy = Annotated[
    bool,
    typer.Option(
        "--lossy/--lossless",
        help="Trade some quality for speed, as the profile of a request's mode says, where the "
        "request does not.",
    ),
]
_Speculation = Annotated[
    bool,
    typer.Option(
        "--speculation/--no-speculation",
        help="Guess tokens from what was said before, where that pays; answers do not change.",
    ),
]


def serve(
    model: ModelOption = "mini",
    host: _Host = _SERVER.host,
    port: _Port = _SERVER.port,
    api_keys: _ApiKeys = None,
    key_file: KeyFileOption = _SERVER.key_file,
    cors_origins: _CorsOrigins = None,
    max_body_bytes: _MaxBodyBytes = _SERVER.max_body_bytes,
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
    weights: WeightsOption = _ENGINE.weights,
) -> None:
    """Serve the model over HTTP until Ctrl-C."""
    engine = EngineConfig(
        block_size=block_size,
        num_blocks=num_blocks,
        max_sequences=max_sequences,
        max_step_tokens=max_step_tokens,
        max_context=max_context,
        max_waiting=max_waiting,
        deterministic=deterministic,
        prefix_cache=prefix_cache,
        mode=mode,
        lossy=lossy,
        speculation=speculation,
        weights=weights,
    )
    config = ServerConfig(
        host=host,
        port=port,
        api_keys=tuple(api_keys or ()),
        key_file=key_file,
        cors_origins=tuple(cors_origins or ()),
        max_body_bytes=max_body_bytes,
    )
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
