import json
from pathlib import Path

import mistral_common
import pytest

from trinity.inputs.tokenizer import Tokenizer

NAMES = (
    "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] "
    "[/TOOL_RESULTS] [TOOL_CALLS] [IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] "
    "[SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]"
).split()
LATER_NAMES = "[ARGS] [CALL_ID] [THINK] [/THINK] [MODEL_SETTINGS] [/MODEL_SETTINGS]".split()


def official_file(directory: Path) -> Path:
    """The vocabulary of the official version 15, made of the older one that mistral-common ships:
    the byte pairs and the split pattern are the same."""
    source = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
    content = json.loads(source.read_text(encoding="utf-8"))
    named = dict(enumerate(NAMES)) | dict(enumerate(LATER_NAMES, 32))
    content["config"]["version"] = "v15"
    content["image"] = {"image_patch_size": 14, "max_image_size": 1540, "spatial_merge_size": 2}
    content["vocab"] = content["vocab"][: 131_072 - 1000]
    content["special_tokens"] = [
        {"rank": rank, "token_str": named.get(rank, f"<SPECIAL_{rank}>"), "is_control": True}
        for rank in range(1000)
    ]
    content["model_settings_builder"] = {
        "reasoning_effort": {
            "type": "enum",
            "values": ["none", "high"],
            "accepts_none": True,
            "default": "none",
        }
    }
    path = directory / "tekken.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(official_file(tmp_path_factory.mktemp("official")))
