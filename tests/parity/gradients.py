"""One op against another: the outputs, and the gradient of every input."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Op = Callable[..., Tensor | tuple[Tensor, ...]]
TOLERANCE = {"fp64": 1e-10, "fp32": 1e-5, "bf16": 0.05}


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """Norm of the difference over the norm of what is right.

    Values of less than 0.1 on average count as 0.1, for inputs and losses are about 1: some
    gradients are 0 but for rounding.
    """
    assert ours.shape == theirs.shape
    theirs = theirs.double()
    least = 0.1 * theirs.numel() ** 0.5
    return float((ours.double() - theirs).norm() / theirs.norm().clamp_min(least))


def run(op: Op, inputs: list[Tensor], autocast: bool = False) -> list[Tensor]:
    """Outputs of `op`, then the gradients that a fixed random loss gives the inputs."""
    leaves = [x.clone().requires_grad_() for x in inputs]
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        outputs = op(*leaves)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    generator = torch.Generator().manual_seed(1)
    loss = torch.zeros((), dtype=inputs[0].dtype)
    for output in outputs:
        direction = torch.randn(output.shape, generator=generator, dtype=torch.float64)
        loss = loss + (output.to(loss.dtype) * direction.to(loss.dtype)).sum()
    loss.backward()
    gradients = [torch.zeros_like(x) if x.grad is None else x.grad for x in leaves]
    return [output.detach() for output in outputs] + gradients


def assert_same(number: str, ours: Op, theirs: Op, inputs: list[Tensor]) -> None:
    """Compare in FP64, in FP32, or ours under autocast with theirs in FP32."""
    inputs = [x.to(torch.float64 if number == "fp64" else torch.float32) for x in inputs]
    assert_close(number, run(ours, inputs, number == "bf16"), run(theirs, inputs))


def assert_close(number: str, ours: list[Tensor], theirs: list[Tensor]) -> None:
    """Compare results of `run`."""
    errors = [relative_error(a, b) for a, b in zip(ours, theirs, strict=True)]
    assert max(errors) <= TOLERANCE[number], errors
