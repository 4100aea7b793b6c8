"""Text to token ids and back, over the Tekken vocabulary of a checkpoint.

Called by the chat template, the engine and training. Control tokens stand for markers of the
template only: no text ever encodes to one, and none decodes to text.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from trinity.errors import CheckpointError, InvalidRequest

if TYPE_CHECKING:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer


class Tokenizer:
    """The vocabulary of one checkpoint."""

    def __init__(self, path: str | Path) -> None:
        """Read a `tekken.json`. Raises `CheckpointError` where it is missing or not valid."""
        self.path = Path(path)
        self.tekken = _load(self.path)

    def __reduce__(self) -> tuple[type[Self], tuple[Path]]:
        """Pickle as the path, so that other processes read the file again."""
        return type(self), (self.path,)

    @cached_property
    def vocab_size(self) -> int:
        """Number of ids, control tokens included."""
        return self.tekken.n_words

    @cached_property
    def num_control(self) -> int:
        """Number of control ids; they are the first of the vocabulary."""
        return self.tekken.num_special_tokens

    @cached_property
    def bos_id(self) -> int:
        """Begins every prompt."""
        return self.control_id("<s>")

    @cached_property
    def eos_id(self) -> int:
        """Ends every answer."""
        return self.control_id("</s>")

    @cached_property
    def pad_id(self) -> int:
        """Fills unused places of a training batch."""
        return self.control_id("<pad>")

    @cached_property
    def think_id(self) -> int:
        """Opens the thinking."""
        return self.control_id("[THINK]")

    @cached_property
    def end_think_id(self) -> int:
        """Closes the thinking."""
        return self.control_id("[/THINK]")

    @cached_property
    def tool_calls_id(self) -> int:
        """Stands before the name of each tool call."""
        return self.control_id("[TOOL_CALLS]")

    @cached_property
    def args_id(self) -> int:
        """Stands between a tool call's name and its arguments."""
        return self.control_id("[ARGS]")

    @cached_property
    def inst_id(self) -> int:
        """Opens a user turn."""
        return self.control_id("[INST]")

    @cached_property
    def end_inst_id(self) -> int:
        """Closes a user turn; the answer begins after it."""
        return self.control_id("[/INST]")

    @cached_property
    def image_id(self) -> int:
        """Stands for one token of a picture; its embedding is replaced."""
        return self.control_id("[IMG]")

    @cached_property
    def image_break_id(self) -> int:
        """Ends each row of a picture but the last."""
        return self.control_id("[IMG_BREAK]")

    @cached_property
    def image_end_id(self) -> int:
        """Ends the last row of a picture."""
        return self.control_id("[IMG_END]")

    @cached_property
    def effort_tokens(self) -> tuple[str, ...]:
        """The values of `reasoning_effort` that the model's prompts may carry."""
        builder = self.tekken.model_settings_builder
        if builder is None or builder.reasoning_effort is None:
            return ()
        return tuple(map(str, builder.reasoning_effort.values))

    def control_id(self, name: str) -> int:
        """The id of the control token `name`. Raises `CheckpointError` where there is none."""
        try:
            return self.tekken.get_special_token(name)
        except ValueError:
            raise CheckpointError(
                f"The vocabulary {self.path} has no control token {name}; use the tekken.json that "
                "belongs to the model."
            ) from None

    def control_name(self, token_id: int) -> str:
        """How the control token `token_id` is written in documentation, such as `[INST]`."""
        if not self.is_control(token_id):
            raise ValueError(f"Token {token_id} is not a control token.")
        return self.tekken.id_to_piece(token_id)

    def is_control(self, token_id: int) -> bool:
        """Whether `token_id` is a marker rather than text."""
        return 0 <= token_id < self.num_control

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, which never include a control token.

        Lone surrogates count as the replacement character. Raises `InvalidRequest` for a run of
        blanks too long for the split pattern (hundreds of thousands).
        """
        try:
            return self.tekken.encode(text, bos=False, eos=False)
        except ValueError:
            raise InvalidRequest(
                "The text has a run of blanks that is too long to tokenise; shorten it."
            ) from None

    def decode(self, token_ids: Iterable[int]) -> str:
        """Text of `token_ids`, control tokens left out and broken characters replaced.

        Raises `InvalidRequest` for an id outside the vocabulary.
        """
        decoder = IncrementalDecoder(self)
        return "".join([*map(decoder.push, token_ids), decoder.flush()])

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes that `token_id` stands for, perhaps half a character; none for control tokens.

        Raises `InvalidRequest` for an id outside the vocabulary.
        """
        if not 0 <= token_id < self.vocab_size:
            raise InvalidRequest(
                f"There is no token {token_id}; the ids are 0 to {self.vocab_size - 1}."
            )
        return self.tekken.id_to_byte_piece(token_id)


class IncrementalDecoder:
    """Turns ids into text one by one, holding back the first bytes of an unfinished character."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Start at the beginning of a text."""
        self._tokenizer = tokenizer
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, token_id: int) -> str:
        """The text that `token_id` completes.

        A control token ends the text before it: bytes held back come out as replacement characters.
        """
        if self._tokenizer.is_control(token_id):
            return self.flush()
        return self._utf8.decode(self._tokenizer.token_bytes(token_id))

    def flush(self) -> str:
        """Replacement characters for what was held back; the decoder may be used again."""
        rest = self._utf8.decode(b"", final=True)
        self._utf8.reset()
        return rest


def _load(path: Path) -> Tekkenizer:
    # Half the import time of the inputs; commands that need no vocabulary should not wait for it.
    from mistral_common.tokens.tokenizers.base import TokenizerVersion
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    if not path.is_file():
        raise CheckpointError(f"There is no vocabulary file {path}; check the model's directory.")
    try:
        tekken = Tekkenizer.from_file(path)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError):
        raise CheckpointError(
            f"{path} is not a valid tekken.json; copy it again from the model's source."
        ) from None
    if tekken.version != TokenizerVersion.v15:
        raise CheckpointError(
            f"{path} has the vocabulary version {tekken.version.value}; version v15 is needed."
        )
    return tekken
