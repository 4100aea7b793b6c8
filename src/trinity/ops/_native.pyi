# What csrc/bind.cpp exports. Arrays are passed as addresses; trinity.ops.native owns them.
from enum import Enum

class Format(Enum):
    F64 = 0
    F32 = 1
    B16 = 2

def names() -> list[str]: ...
def active() -> str: ...
def has_bf16() -> bool: ...
def use(name: str) -> None: ...
def num_threads() -> int: ...
def set_num_threads(num_threads: int) -> None: ...
def norm_forward(number: Format, /, *sizes_and_addresses: float) -> None: ...
def norm_backward(number: Format, /, *sizes_and_addresses: float) -> None: ...
def route_forward(number: Format, /, *sizes_and_addresses: int) -> None: ...
def route_backward(number: Format, /, *sizes_and_addresses: int) -> None: ...
def experts_forward(number: Format, sizes: list[int], arrays: list[int], out: int, /) -> None: ...
def experts_backward(
    number: Format, sizes: list[int], arrays: list[int], /, *gradients: int
) -> None: ...
def attention_forward(
    number: Format, sizes: list[int], scale: float, causal: bool, arrays: list[int], /
) -> None: ...
def attention_backward(
    number: Format, sizes: list[int], scale: float, causal: bool, arrays: list[int], /,
    *gradients: int,
) -> None: ...  # fmt: skip
def rotate(
    number: Format, tokens: int, heads: int, width: int, stride: int, direction: float,
    cosines: int, sines: int, x: int, /,
) -> None: ...  # fmt: skip
def muon_step(
    parameters: list[tuple[int, int, int, float, int, int, int]], momentum: float, decay: float, /
) -> None: ...

class WeightFormat(Enum):
    F32 = 0
    B16 = 1
    I8 = 2
    I4 = 3

class Plan:
    format: WeightFormat
    takes_bytes: bool
    def __init__(self, format: WeightFormat, takes_bytes: bool) -> None: ...  # noqa: A002

class Matrix:
    @staticmethod
    def pack(weight: int, is_half: bool, outputs: int, inputs: int, plan: Plan, /) -> Matrix: ...
    @staticmethod
    def of_shape(outputs: int, inputs: int, plan: Plan, /) -> Matrix: ...
    @property
    def address(self) -> int: ...
    @property
    def num_bytes(self) -> int: ...

class AttentionLayer:
    @staticmethod
    def make(
        sizes: list[int], eps: float, scale: float, norms: list[int], down: Matrix, query: Matrix,
        keys: list[Matrix], values: list[Matrix], out: Matrix, /,
    ) -> AttentionLayer: ...  # fmt: skip

class ExpertsLayer:
    @staticmethod
    def make(
        sizes: list[int], eps: float, norm: int, router: Matrix, gate_up: list[Matrix],
        down: list[Matrix], /,
    ) -> ExpertsLayer: ...  # fmt: skip

class Step:
    @staticmethod
    def make(
        sizes: list[int], arrays: list[int], beta: float, original_context: float, /
    ) -> Step: ...

def attention_layer(layer: AttentionLayer, step: Step, cache: int, x: int, /) -> None: ...
def experts_layer(
    layer: ExpertsLayer, tokens: int, counts: int, discounts: int, x: int, /
) -> int: ...
def linear_layer(matrix: Matrix, norm: int, eps: float, rows: int, x: int, y: int, /) -> None: ...

class GroupedAttentionLayer:
    @staticmethod
    def make(
        sizes: list[int], eps: float, scale: float, norm: int, project: Matrix, out: Matrix, /
    ) -> GroupedAttentionLayer: ...

class MlpLayer:
    @staticmethod
    def make(
        sizes: list[int], eps: float, norm: int, gate_up: Matrix, down: Matrix, /
    ) -> MlpLayer: ...

def grouped_attention_layer(
    layer: GroupedAttentionLayer, step: Step, cache: int, x: int, /
) -> None: ...
def mlp_layer(layer: MlpLayer, tokens: int, x: int, /) -> None: ...
def choose_tokens(
    logits: int, addends: list[int], width: int, settings: list[float], /
) -> list[int]: ...
