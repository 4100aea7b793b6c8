"""The models that `trinity code` works with: one in this process, or one behind a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trinity.agent.loop import Model, Reply
from trinity.agent.remote import RemoteModel
from trinity.cli.loading import open_llm
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams, Tool

if TYPE_CHECKING:
    from trinity.engine.llm import LLM


class LocalModel:
    """A model in this process, as the loop needs it."""

    def __init__(self, llm: LLM, intensity: IntensityRequest, seed: int | None) -> None:
        """Ask `llm`, with the same settings every time."""
        self.name = llm.model_name
        self._llm = llm
        self._intensity = intensity
        self._sampling = SamplingParams(seed=seed)

    def answer(self, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> Reply:
        """Answer a conversation."""
        request = ChatRequest(
            messages=messages, tools=tools, intensity=self._intensity, sampling=self._sampling
        )
        [answer], prepared = self._llm.ask(request)
        return Reply(
            text=answer.text,
            tool_calls=answer.tool_calls,
            finish_reason=answer.finish_reason,
            usage=answer.usage,
            warnings=prepared.warnings,
        )


def open_model(
    model: str, url: str | None, api_key: str | None, intensity: IntensityRequest, seed: int | None
) -> Model:
    """The model behind `url` where one is given, else the one that `--model` names, loaded."""
    if url is None:
        return LocalModel(open_llm(model)[0], intensity, seed)
    settings = {
        "reasoning_effort": intensity.reasoning_effort,
        "active_experts": intensity.active_experts,
        "thinking_token_budget": intensity.thinking_token_budget,
        "seed": seed,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    return RemoteModel(url, model, api_key, given)


def knows_exercise(model: str, family: str) -> bool:
    """Whether the checkpoint that `--model` names says that it was trained on a family."""
    from trinity.model.checkpoint import read_manifest, resolve_directory

    return family in read_manifest(resolve_directory(model)).exercises
