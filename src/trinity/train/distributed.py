"""Several devices train one model: `torchrun --nproc-per-node N -m trinity train RECIPE`.

Each process has one device and a number, its rank. It makes the same windows as all others, takes
its share of every step's micro-batches, and keeps its share of weights, gradients and optimiser
state (FSDP2). Rank 0 alone writes and prints. A trainer asks its `Devices` and knows no more;
`Devices` itself is the answer of a single process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from trinity.errors import ConfigError

if TYPE_CHECKING:
    from trinity.train.example import MicroBatch


class Devices:
    """One device, which has nobody to agree with."""

    rank = 0
    count = 1

    def share(self, micros: list[MicroBatch]) -> list[MicroBatch]:
        """The micro-batches of a step that this process computes."""
        return micros

    def any(self, *flags: bool) -> tuple[bool, ...]:
        """For each flag, whether it is set anywhere; all processes must ask."""
        return flags

    def add(self, figures: Tensor) -> Tensor:
        """The sum of `figures` over all processes; all must ask."""
        return figures

    def spread(self, model: nn.Module) -> None:
        """Leave each process its share of the parameters of `model`, which become others."""

    def compute(self, function: Callable[..., Tensor], *arguments: Any) -> Tensor:
        """`function(*arguments)`, with the whole of the parameters in place while it and the
        gradient of its result are computed."""
        return function(*arguments)

    def moved(self, model: nn.Module) -> list[nn.Parameter]:
        """The parameters of `model` that a step's losses depend on: those with a gradient."""
        return [parameter for parameter in model.parameters() if parameter.grad is not None]

    def close(self) -> None:
        """Leave the others."""


class _Root(nn.Module):
    """Calls a function as its forward pass, so that whatever a loss touches of `model` is inside.

    FSDP2 gathers parameters before a module's forward pass, and a loss uses more of a model than
    that: the image encoder, the head. One group of parameters is the simplest that is right: they
    are whole from the start of a forward pass to the end of its backward pass, and in between
    steps each process holds its share.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, function: Callable[..., Tensor], *arguments: Any) -> Tensor:
        # Gradients are summed over the processes: each must have one of every parameter, also where
        # it has no picture and another one has.
        nothing = sum(p.flatten()[0] * 0.0 for p in self.model.parameters() if p.requires_grad)
        return function(*arguments) + nothing


class SeveralDevices(Devices):
    """This process's part of the devices that torchrun started."""

    def __init__(self) -> None:
        """Meet the others. Raises `ConfigError` where torchrun's variables are incomplete."""
        import torch.distributed as dist

        has_cuda = torch.cuda.is_available()
        if has_cuda:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        try:
            dist.init_process_group("nccl" if has_cuda else "gloo")
        except ValueError as error:
            raise ConfigError(
                f"WORLD_SIZE is set, but the processes cannot meet ({error}); start them with "
                "torchrun."
            ) from None
        self.rank, self.count = dist.get_rank(), dist.get_world_size()
        self._root: _Root | None = None

    def share(self, micros: list[MicroBatch]) -> list[MicroBatch]:
        """Every so manieth. Raises `ConfigError` where not all would have the same number."""
        if len(micros) % self.count:
            raise ConfigError(
                f"A step has {len(micros)} micro-batches, which {self.count} devices cannot share; "
                f"make micros_per_step of the corpus a multiple of {self.count}."
            )
        return micros[self.rank :: self.count]

    def any(self, *flags: bool) -> tuple[bool, ...]:
        """See `Devices`."""
        return tuple(bool(total) for total in self.add(torch.tensor(flags, dtype=torch.float64)))

    def add(self, figures: Tensor) -> Tensor:
        """See `Devices`."""
        import torch.distributed as dist

        total = figures.cuda() if torch.cuda.is_available() else figures.clone()
        dist.all_reduce(total)
        return total.to(figures.device)

    def spread(self, model: nn.Module) -> None:
        """See `Devices`."""
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh = init_device_mesh("cuda" if torch.cuda.is_available() else "cpu", (self.count,))
        self._root = _Root(model)
        fully_shard(self._root, mesh=mesh)

    def compute(self, function: Callable[..., Tensor], *arguments: Any) -> Tensor:
        """See `Devices`."""
        assert self._root is not None
        # FSDP2 takes the mean of the processes' gradients; a step's is their sum.
        return self._root(function, *arguments) * self.count

    def moved(self, model: nn.Module) -> list[nn.Parameter]:
        """See `Devices`. Drops gradients that are 0 everywhere: nothing asked for them."""
        parameters = super().moved(model)
        is_moved = torch.stack([_local(parameter.grad).any() for parameter in parameters])
        total = self.add(is_moved.double()).tolist()
        for parameter, moved in zip(parameters, total, strict=True):
            if not moved:
                parameter.grad = None
        return super().moved(model)

    def close(self) -> None:
        """See `Devices`."""
        import torch.distributed as dist

        dist.destroy_process_group()


def _local(share: Any) -> Tensor:
    return share.to_local()


def is_first() -> bool:
    """Whether this process is the one that writes and prints."""
    return os.environ.get("RANK", "0") == "0"


def join() -> Devices:
    """The devices of this process and of those that torchrun started with it."""
    return SeveralDevices() if int(os.environ.get("WORLD_SIZE", "1")) > 1 else Devices()


def is_share(tensor: Tensor) -> bool:
    """Whether each process holds a part of `tensor`."""
    return hasattr(tensor, "full_tensor")  # asked so, a single process need not import DTensor


def whole(tensor: Tensor) -> Tensor:
    """`tensor` itself, or put together where each process holds a share; then all must ask."""
    return tensor.full_tensor() if is_share(tensor) else tensor  # type: ignore[attr-defined]


def like(tensor: Tensor, model: Any) -> Tensor:
    """The whole `tensor`, or this process's share of it where `model` is one."""
    if not is_share(model):
        return tensor.to(model.device)
    from torch.distributed.tensor import distribute_tensor

    # Each process has the whole; nothing needs to be sent.
    return distribute_tensor(
        tensor.to(model.device), model.device_mesh, model.placements, src_data_rank=None
    )
