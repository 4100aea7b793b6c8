"""`trinity serve`: the model behind HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import ModelOption
from trinity.cli.terminal import say, stderr
from trinity.config import EngineConfig, ServerConfig

_ENGINE = EngineConfig()
_SERVER = ServerConfig()


def serve(
    model: ModelOption = "mini",
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; beyond this machine needs a key.")
    ] = _SERVER.host,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = _SERVER.port,
    api_key: Annotated[
        list[str] | None,
        typer.Option(
            "--api-key",
            envvar="TRINITY_API_KEYS",
            help="A key that may use the API; several times, or blank-separated in the variable.",
        ),
    ] = None,
    max_body_bytes: Annotated[
        int, typer.Option("--max-body-bytes", min=1, help="Larger requests are refused.")
    ] = _SERVER.max_body_bytes,
    max_sequences: Annotated[
        int, typer.Option("--max-sequences", min=1, help="Sequences in one step.")
    ] = _ENGINE.max_sequences,
    max_step_tokens: Annotated[
        int, typer.Option("--max-step-tokens", min=1, help="Token budget of one step.")
    ] = _ENGINE.max_step_tokens,
    max_context: Annotated[
        int | None,
        typer.Option("--max-context", min=1, help="Longest prompt plus answer, tokens."),
    ] = _ENGINE.max_context,
    max_waiting: Annotated[
        int, typer.Option("--max-waiting", min=1, help="Requests that may queue.")
    ] = _ENGINE.max_waiting,
    block_size: Annotated[
        int, typer.Option("--block-size", min=1, help="Cache slots per block.")
    ] = _ENGINE.block_size,
    num_blocks: Annotated[
        int | None, typer.Option("--num-blocks", min=1, help="Cache blocks in all.")
    ] = _ENGINE.num_blocks,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Answers bit-equal whatever else runs; slower."),
    ] = _ENGINE.deterministic,
    prefix_cache: Annotated[
        bool,
        typer.Option("--prefix-cache/--no-prefix-cache", help="Reuse equal beginnings of prompts."),
    ] = _ENGINE.prefix_cache,
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
    )
    config = ServerConfig(
        host=host, port=port, api_keys=tuple(api_key or ()), max_body_bytes=max_body_bytes
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
