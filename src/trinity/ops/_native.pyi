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

class Matrix:
    @staticmethod
    def pack(weight: int, outputs: int, inputs: int, weights: WeightFormat) -> Matrix: ...
    @property
    def num_bytes(self) -> int: ...

class AttentionLayer:
    @staticmethod
    def pack(
        sizes: list[int], eps: float, scale: float, arrays: list[int], weights: WeightFormat, /
    ) -> AttentionLayer: ...

class ExpertsLayer:
    @staticmethod
    def pack(
        sizes: list[int], eps: float, arrays: list[int], routed: WeightFormat,
        shared: WeightFormat, /,
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
