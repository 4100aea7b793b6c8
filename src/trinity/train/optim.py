"""The optimiser: Muon for matrices, AdamW for the rest, and the learning-rate schedule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trinity.ops import dispatch
from trinity.train.distributed import is_share, like, whole

ORTHOGONAL_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Quintic Newton-Schulz iteration of Muon (Jordan et al. 2024)."""


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised, matrix by matrix (Jordan et al. 2024).

    Takes matrices [out, in] and stacks of them [experts, out, in]. The update is scaled to the
    root-mean-square size of an AdamW step (arXiv 2502.16982), so both share one learning rate.

    Where several devices share a matrix, its momentum is shared as well, and each device puts the
    update's direction together, makes the whole orthogonal and keeps its part. That computes it as
    often as there are devices, which is little beside a step and needs no plan of who does what.
    """

    def __init__(
        self, params: Iterable[Any], lr: float, momentum: float = 0.95, weight_decay: float = 0.1
    ) -> None:
        """Take over `params`, tensors or groups of them.

        `weight_decay` is decoupled and multiplied by the rate.
        """
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
            if dispatch.HAS_NATIVE and all(map(_fits_native, parameters)):
                dispatch.native.muon_step(parameters, momenta, rates, group["momentum"], keep)
                continue
            for parameter, momentum, rate in zip(parameters, momenta, rates, strict=True):
                assert parameter.grad is not None
                momentum.lerp_(parameter.grad, 1 - group["momentum"])
                direction = parameter.grad.lerp(momentum, group["momentum"])
                update = orthogonalise(whole(direction)).to(parameter.dtype)
                parameter.mul_(keep)
                parameter.add_(like(update, parameter), alpha=-rate)


def _fits_native(parameter: Tensor) -> bool:
    return not is_share(parameter) and dispatch.native.muon_fits(parameter)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreezing:
    """What of a model trains, and from when on.

    The parts that specialists do not share are the routed experts and the router. All else trains
    more slowly, and later: what drifts apart is hard to bring together (BAR's progressive
    unfreezing; see the lab notebook).
    """

    frozen: tuple[str, ...] = ()
    """Parts of the names of parameters that never train, such as `vision_tower`."""
    trained: tuple[str, ...] = ()
    """Parts of the names of the only parameters that train; all where empty."""
    anchors: int = 0
    """The first so many experts of every layer never change."""
    shared_rate: float = 1.0
    """Factor on the learning rate of what is neither expert nor router."""
    shared_from: float = 0.0
    """Share of the run before which that does not train at all."""

    def apply(self, model: nn.Module) -> None:
        """Tell the parameters of `model` whether they want gradients."""
        for name, parameter in model.named_parameters():
            wanted = not self.trained or any(part in name for part in self.trained)
            parameter.requires_grad_(wanted and not any(part in name for part in self.frozen))

    def anchors_of(self, model: nn.Module) -> list[tuple[Tensor, Tensor]]:
        """Each stack of experts of `model`, and a copy of those of them that never change."""
        if not self.anchors:
            return []
        return [
            (parameter, parameter[: self.anchors].detach().clone())
            for name, parameter in model.named_parameters()
            if ".experts." in name
        ]


def make_optimisers(
    model: nn.Module,
    lr: float,
    unfreezing: Unfreezing = Unfreezing(),
) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices and experts; AdamW for embedding, head, router, patches and norms.

    The fused gate and up halves of the experts are one matrix to Muon: their rows share an input.
    Parameters that want no gradient are left out. Groups say by `scale` and `since` how
    `set_rates` is to set their rate.
    """
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        is_edge = any(
            part in name for part in ("embed_tokens", "lm_head", "mlp.gate.", "patch_conv")
        )
        is_matrix = not is_edge and parameter.ndim >= 2
        is_shared = ".experts." not in name and "mlp.gate." not in name
        groups.setdefault((is_matrix, is_shared), []).append(parameter)

    def settings(is_matrix: bool) -> list[dict[str, Any]]:
        return [
            {
                "params": parameters,
                "scale": unfreezing.shared_rate if is_shared else 1.0,
                "since": unfreezing.shared_from if is_shared else 0.0,
            }
            for (kind, is_shared), parameters in groups.items()
            if kind == is_matrix
        ]

    optimisers: list[torch.optim.Optimizer] = []
    if matrices := settings(is_matrix=True):
        optimisers.append(Muon(matrices, lr=lr))
    if others := settings(is_matrix=False):
        adam = torch.optim.AdamW(others, lr=lr, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0)
        optimisers.append(adam)
    return optimisers


def set_rates(
    optimisers: Iterable[torch.optim.Optimizer],
    progress: float,
    peak: float,
    warmup: float,
    decay: float,
) -> None:
    """Give every group its learning rate at `progress`, the share of the run that is done."""
    rate = learning_rate(progress, peak=peak, warmup=warmup, decay=decay)
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate * group["scale"] if progress >= group["since"] else 0.0


def learning_rate(progress: float, *, peak: float, warmup: float, decay: float) -> float:
    """Warm up over the first share, hold, then fall linearly to 0 over the last share `decay`.

    `progress` is the share of the run that is done, 0 to 1. Holding allows a run to be extended.
    """
    if progress < warmup:
        return peak * progress / warmup
    return peak * min(1.0, max(0.0, (1 - progress) / decay))
