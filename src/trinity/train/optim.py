"""The optimiser: Muon for matrices, AdamW for the rest, and the learning-rate schedule."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from trinity.ops import dispatch

ORTHOGONAL_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Quintic Newton-Schulz iteration of Muon (Jordan et al. 2024)."""


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised, matrix by matrix (Jordan et al. 2024).

    Takes matrices [out, in] and stacks of them [experts, out, in]. The update is scaled to the
    root-mean-square size of an AdamW step (arXiv 2502.16982), so both share one learning rate.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.1
    ) -> None:
        """Take over `params`; `weight_decay` is decoupled and multiplied by the rate."""
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # closures are for optimisers that need them
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            for parameter in parameters:
                if not self.state[parameter]:
                    self.state[parameter]["momentum"] = torch.zeros_like(parameter)
            momenta = [self.state[p]["momentum"] for p in parameters]
            rates = [group["lr"] * update_size(parameter) for parameter in parameters]
            keep = 1 - group["lr"] * group["weight_decay"]
            if dispatch.HAS_NATIVE and all(map(dispatch.native.muon_fits, parameters)):
                dispatch.native.muon_step(parameters, momenta, rates, group["momentum"], keep)
                continue
            for parameter, momentum, rate in zip(parameters, momenta, rates, strict=True):
                assert parameter.grad is not None
                momentum.lerp_(parameter.grad, 1 - group["momentum"])
                direction = parameter.grad.lerp(momentum, group["momentum"])
                update = orthogonalise(direction)
                parameter.mul_(keep)
                parameter.add_(update.to(parameter.dtype), alpha=-rate)


def update_size(matrices: Tensor) -> float:
    """Factor that gives an orthogonal update the root-mean-square size of an AdamW step."""
    return 0.2 * max(matrices.shape[-2:]) ** 0.5


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """Nearly the orthogonal factor of each matrix [..., rows, columns], BF16."""
    a, b, c = ORTHOGONAL_COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    wide = matrices.mT if tall else matrices
    stack = wide.reshape(-1, *wide.shape[-2:])
    x = (stack / (stack.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        gram = torch.bmm(x, x.mT)
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, polynomial, x, beta=a)
    x = x.view(wide.shape)
    return x.mT if tall else x


def make_optimisers(model: nn.Module, lr: float) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices and experts; AdamW for embedding, head, router, patches and norms.

    The fused gate and up halves of the experts are one matrix to Muon: their rows share an input.
    """
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        is_edge = any(
            part in name for part in ("embed_tokens", "lm_head", "mlp.gate.", "patch_conv")
        )
        (others if is_edge or parameter.ndim < 2 else matrices).append(parameter)
    adam = torch.optim.AdamW(others, lr=lr, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0)
    return [Muon(matrices, lr=lr), adam]


def learning_rate(progress: float, *, peak: float, warmup: float, decay: float) -> float:
    """Warm up over the first share, hold, then fall linearly to 0 over the last share `decay`.

    `progress` is the share of the run that is done, 0 to 1. Holding allows a run to be extended.
    """
    if progress < warmup:
        return peak * progress / warmup
    return peak * min(1.0, max(0.0, (1 - progress) / decay))
