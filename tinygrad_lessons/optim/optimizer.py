"""What optimizers have in common; and the loops that make their formulas quick."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too

from ..devices import _blas

if TYPE_CHECKING:
    from .._types import Array
    from ..tensor import Tensor

CACHE = 131_072  # numbers to a block, so few that it stays in the processor's cache between passes

CHECKED = {  # options that must not be negative, and what torch calls them
    "lr": "learning rate",
    "momentum": "momentum value",
    "eps": "epsilon value",
    "weight_decay": "weight_decay value",
    "alpha": "alpha value",
}


def blocks(*tensors: Tensor) -> Iterator[list[Array]]:
    """The tensors' arrays a few rows at a time on the CPU; elsewhere whole, as a launch costs more.

    For updates in place, of which the first tensor is told. Slices of rows, never `reshape(-1)`:
    that copies a transposed array, and the update is lost.
    """
    tensors[0]._wrote()
    arrays = [t.array for t in tensors]
    first = arrays[0]
    if first.ndim == 0 or first.size <= CACHE or tensors[0].device.type != "cpu":
        yield arrays
        return
    step = max(1, CACHE * len(first) // first.size)
    for i in range(0, len(first), step):
        yield [a[i : i + step] for a in arrays]


def average(m: Array, b: float, x: Array) -> None:
    """m = b m + (1 - b) x, in place: the running mean of arrays like `x`."""
    _blas.axpby(1 - b, x, b, m)


def descend(p: Tensor, lr: float, v: Tensor) -> None:
    """p -= lr v, in the memory that `p` has."""
    p._wrote()
    _blas.axpy(-float(lr), v.array, p.array)


class Optimizer:
    """What optimizers have in common. A subclass writes `update`, which goes through `due()`.

    params: tensors, or dicts with "params" and options of their own. `defaults` has the options of
    those that give none. `param_groups` is a list of such dicts, complete, whose options may be
    changed between steps, as in PyTorch. Raises TypeError and ValueError for what can't be learned.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> torch.optim.SGD([w], lr=0.1)
    SGD (
    Parameter Group 0
        lr: 0.1
        momentum: 0.0
        weight_decay: 0.0
    )
    """

    param_groups: list[dict[str, Any]]
    state: dict[Tensor, dict[str, Any]]  # what is kept for each parameter

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any] | None = None) -> None:
        if isinstance(params, torch.Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got a {type(params).__name__}: write [it]"
            )
        params = list(params)
        if not params:
            raise ValueError("optimizer got an empty parameter list")
        self.defaults, self.param_groups, self.state = defaults or {}, [], {}
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Learn the tensors of `param_group["params"]`, too, with options of their own."""
        given = param_group["params"]
        params = [given] if isinstance(given, torch.Tensor) else list(given)
        group = {**self.defaults, **param_group, "params": params}
        for name, label in CHECKED.items():
            if group.get(name, 0) < 0:
                raise ValueError(f"Invalid {label}: {group[name]}")
        for i, beta in enumerate(group.get("betas", ())):
            if not 0 <= beta < 1:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        for p in params:
            self._admit(p)
        self.param_groups.append(group)

    def _admit(self, p: Tensor) -> None:
        if not isinstance(p, torch.Tensor):
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
            )
        if not p.is_leaf:
            raise ValueError("can't optimize a non-leaf Tensor")
        if p in self.state:
            raise ValueError("some parameters appear in more than one parameter group")
        self.state[p] = {}

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients: `backward` starts from None, which is quicker than from zeros.

        With set_to_none=False they are filled with zeros, where they are.
        """
        for group in self.param_groups:
            forget(group["params"], set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters by their gradients. Returns what `closure`, if given, returned.

        closure: computes the loss and its gradients anew, before the step.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self.update()
        return loss

    def update(self) -> None:
        """One step in place, for each parameter of `due()`."""
        raise NotImplementedError(f"{type(self).__name__} has no update method: write one.")

    def due(self) -> Iterator[tuple[Any, dict[str, Any], dict[str, Any]]]:
        """(parameter, options of its group, what is kept for it) for those with a gradient.

        Raises RuntimeError where these are on two devices.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    state = self.state[p]
                    self._refuse_two_devices(p, {"gradient": p.grad, **state})
                    yield p, group, state

    def _refuse_two_devices(self, p: Tensor, kept: dict[str, Any]) -> None:
        for name, x in kept.items():
            if isinstance(x, torch.Tensor) and x.device is not p.device:
                raise RuntimeError(
                    "Expected all tensors to be on the same device, but found at least two "
                    f"devices, {p.device} and {x.device}!\n  The parameter is on {p.device}, its "
                    f"{name} on {x.device}. Move the model first, then make its optimizer."
                )

    def state_dict(self) -> dict[str, Any]:
        """{"state": {number: what is kept}, "param_groups": [...]}, parameters by their numbers."""
        numbers = {p: i for i, p in enumerate(self._parameters())}
        return {
            "state": {numbers[p]: dict(kept) for p, kept in self.state.items() if kept},
            "param_groups": [
                {**group, "params": [numbers[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict()` gave, copied to the parameters' devices and dtypes.

        Raises ValueError where the groups are others than these.
        """
        loaded = state_dict["param_groups"]
        if len(loaded) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(a["params"]) != len(b["params"])
            for a, b in zip(loaded, self.param_groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group"
            )
        self.param_groups = [
            {**copy.deepcopy(a), "params": b["params"]}
            for a, b in zip(loaded, self.param_groups, strict=True)
        ]
        numbers = [number for group in loaded for number in group["params"]]
        for number, p in zip(numbers, self._parameters(), strict=True):
            kept = state_dict["state"].get(number, {})
            self.state[p] = {name: _like(x, p) for name, x in kept.items()}

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([f"{type(self).__name__} (", *lines, ")"])


def forget(params: Iterable[Tensor], set_to_none: bool) -> None:
    """Have no gradients, or zeros for them."""
    for p in params:
        if set_to_none:
            p.grad = None
        elif p.grad is not None:
            p.grad.zero_()


def _like(kept: Any, p: Tensor) -> Any:
    """A copy of what was kept for a parameter, where `p` is and in its dtype."""
    if isinstance(kept, torch.Tensor) and kept.ndim == p.ndim:
        return kept.to(p.device, p.dtype).clone()
    return copy.deepcopy(kept)
