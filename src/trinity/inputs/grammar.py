"""What an answer must look like: a grammar over text and markers, made of a request.

Called by `LLM.prepare`, which refuses what cannot be followed, and by each answer, token by token.
Thinking is free: a grammar begins behind it. Grammars are those of llguidance, in its Lark.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trinity.errors import InvalidRequest
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import Structure, Tool, ToolChoice

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer
    from numpy.typing import NDArray

JSON_STYLE = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""JSON stands on one line: where blanks are free, a model may write them for ever."""
ANY_TEXT = "text: /(.|\\n)*/"


class Grammars:
    """Makes and follows grammars over one vocabulary. Thread-safe."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Nothing is computed before the first grammar."""
        self._tokenizer = tokenizer

    def of_request(
        self, structure: Structure | None, tools: Sequence[Tool], choice: ToolChoice
    ) -> tuple[str | None, tuple[str, ...]]:
        """The grammar of an answer, `None` where it is free; and warnings.

        Raises `InvalidRequest` for a structure, or the parameters of a strict tool, that cannot be
        followed.
        """
        unknown = set(choice.names or ()) - {tool.name for tool in tools}
        if unknown or (choice.required and not tools):
            missing = f"a tool {min(unknown)!r}" if unknown else "a call"
            raise InvalidRequest(
                f"tool_choice asks for {missing}, and the request has no such tool; add it to "
                "`tools`.",
                param="tool_choice",
            )
        callable_tools = [
            tool for tool in tools if choice.names is None or tool.name in choice.names
        ]
        is_bound = choice.required or choice.names is not None or not choice.parallel
        if structure is None and not (tools and (is_bound or any(tool.strict for tool in tools))):
            return None, ()
        parts: dict[str, dict[str, Any]] = {}
        warnings: list[str] = []
        if structure is not None:
            parts["answer"], found = self._structure(structure)
            warnings += found
        for number, tool in enumerate(callable_tools):
            parts[f"args{number}"], found = self._arguments(tool)
            warnings += found
        main = self._main(structure is not None, callable_tools, choice)
        grammar = json.dumps({
            "grammars": [
                {"name": "start", "lark_grammar": main},
                *({"name": name, **part} for name, part in parts.items()),
            ]
        })  # fmt: skip
        self._check(grammar, "The structure of the answer")
        return grammar, tuple(warnings)

    def follow(self, grammar: str, begun_ids: Sequence[int] = ()) -> Constraint:
        """A constraint behind the text `begun_ids` of an answer of `grammar`, which `of_request`
        made."""
        from llguidance import LLMatcher

        constraint = Constraint(LLMatcher(self._vocabulary, grammar, log_level=0))
        for token_id in begun_ids:
            constraint.accept(token_id)
        return constraint

    def check_beginning(self, grammar: str, begun_ids: Sequence[int]) -> None:
        """Raise `InvalidRequest` where no answer of `grammar` begins with the text `begun_ids`."""
        if self.follow(grammar, begun_ids).mistake:
            raise InvalidRequest(
                "The assistant's message that is to be continued does not begin an answer of the "
                "structure; change one of the two.",
                param="messages",
            )

    @cached_property
    def _vocabulary(self) -> LLTokenizer:
        from llguidance import LLTokenizer, TokenizerWrapper

        return LLTokenizer(TokenizerWrapper(_Vocabulary(self._tokenizer)))

    def _main(self, has_answer: bool, tools: Sequence[Tool], choice: ToolChoice) -> str:
        """What may follow the thinking: the answer, or calls."""
        ids = self._tokenizer
        calls = "call+" if choice.parallel else "call"
        lines = [] if has_answer or choice.required else [ANY_TEXT]
        if choice.required:
            lines.append(f"start: {calls}")
        elif has_answer:
            lines.append(f"start: @answer | {calls}" if tools else "start: @answer")
        else:
            lines.append(f"start: text | text {calls}")
        if tools:
            bodies = (
                f"{json.dumps(tool.name)} <[{ids.args_id}]> @args{number}"
                for number, tool in enumerate(tools)
            )
            lines.append(f"call: <[{ids.tool_calls_id}]> ({' | '.join(bodies)})")
        return "\n".join(lines)

    def _structure(self, structure: Structure) -> tuple[dict[str, Any], list[str]]:
        """The part of a grammar that is the answer's own."""
        match structure.kind:
            case "regex":
                part: dict[str, Any] = {"lark_grammar": f"start: /{_escaped(structure.source)}/"}
            case "lark":
                part = {"lark_grammar": structure.source}
            case "json_schema":
                schema = json.loads(structure.source)
                what = "The JSON schema of the answer"
                return self._schema(schema, what, is_strict=structure.strict)
        self._check(json.dumps({"grammars": [part]}), f"The {structure.kind} of the answer")
        return part, []

    def _arguments(self, tool: Tool) -> tuple[dict[str, Any], list[str]]:
        """The part of a grammar that is the arguments of `tool`: always an object, and without
        arguments that the tool does not name, unless it says that it takes them."""
        closed = {"additionalProperties": False} if "properties" in tool.parameters else {}
        schema = {"type": "object", **closed, **tool.parameters}
        return self._schema(schema, f"The parameters of tool {tool.name}", is_strict=tool.strict)

    def _schema(
        self, schema: dict[str, Any], what: str, *, is_strict: bool
    ) -> tuple[dict[str, Any], list[str]]:
        """A schema as part of a grammar. What of it cannot be enforced is refused where it is
        strict, and else named in warnings."""
        part = {"json_schema": {**schema, "x-guidance": dict(JSON_STYLE)}}
        mistake = self._mistake(json.dumps({"grammars": [part]}))
        if mistake is None:
            return part, []
        if is_strict:
            raise InvalidRequest(
                f"{what} has what cannot be enforced: {mistake}.", param="response_format"
            )
        part["json_schema"]["x-guidance"]["lenient"] = True
        if (still := self._mistake(json.dumps({"grammars": [part]}))) is not None:
            raise InvalidRequest(f"{what} is wrong: {still}.", param="response_format")
        return part, [f"{what}: not all of it is enforced ({mistake})."]

    def _check(self, grammar: str, what: str) -> None:
        mistake = self._mistake(grammar)
        if mistake is not None:
            raise InvalidRequest(f"{what} is wrong: {mistake}.", param="response_format")

    def _mistake(self, grammar: str) -> str | None:
        """What is wrong with a grammar, in a line."""
        from llguidance import LLMatcher

        is_wrong, messages = LLMatcher.validate_grammar_with_warnings(grammar, self._vocabulary)
        return " ".join(messages[0].split())[:300].rstrip(".") if is_wrong else None


class Constraint:
    """Follows one answer behind its thinking."""

    def __init__(self, matcher: LLMatcher) -> None:
        """Begin with a fresh matcher, which becomes the constraint's own."""
        self._matcher = matcher

    @property
    def mistake(self) -> str:
        """Why the grammar could not be followed to here; empty while it is."""
        return self._matcher.get_error()

    def allowed_Z(self) -> NDArray[np.bool_]:
        """For each id of the vocabulary whether it may come next."""
        return np.frombuffer(self._matcher.compute_logit_bias(), np.uint8).astype(np.bool_)

    def accept(self, token_id: int) -> None:
        """Take the next token, which was allowed."""
        self._matcher.consume_token(token_id)


class _Vocabulary:
    """A tokenizer as llguidance asks for it."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.bos_token_id = tokenizer.bos_id
        self.eos_token_id = tokenizer.eos_id
        self.special_token_ids = list(range(tokenizer.num_control))
        self.tokens = [
            tokenizer.control_name(token_id).encode()
            if tokenizer.is_control(token_id)
            else tokenizer.token_bytes(token_id)
            for token_id in range(tokenizer.vocab_size)
        ]

    def __call__(self, text: str | bytes) -> list[int]:
        return self._tokenizer.encode(text if isinstance(text, str) else text.decode())


def _escaped(regex: str) -> str:
    """A regular expression between slashes: a slash of its own must not end it."""
    pieces, is_escaped = [], False
    for letter in regex:
        pieces.append("\\/" if letter == "/" and not is_escaped else letter)
        is_escaped = letter == "\\" and not is_escaped
    return "".join(pieces).replace("\n", "\\n")
