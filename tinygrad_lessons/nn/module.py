"""Module: what layers and networks have in common. Parameter: a tensor that a module learns."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import tinygrad_lessons as torch  # as a notebook says it, where the exercises' text runs, too
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.optim.optimizer import forget
from tinygrad_lessons.tensor import Tensor

if TYPE_CHECKING:
    from .._types import Bool, DeviceLike, DTypeLike


class Parameter(Tensor):
    """A tensor that a module registers and an optimizer changes: a leaf that requires grad.

    It shares the memory of `data`.

    >>> Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: Bool = True) -> None:
        Tensor.__init__(self, data.array, data.device)
        self._memory, self.requires_grad = data._memory, requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{Tensor.__repr__(self)}"


class LoadedKeys(NamedTuple):
    """What `load_state_dict` left out: names of the module, and names of the state."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not any(self):
            return "<All keys matched successfully>"
        return f"LoadedKeys(missing_keys={self[0]}, unexpected_keys={self[1]})"


class Module:
    """A part of a network: attributes that are parameters or modules are found by their names.

    A subclass sets them in `__init__`, after `super().__init__()`, and writes `forward`.

    >>> layer = torch.nn.Linear(3, 2)
    >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]
    [('weight', (2, 3)), ('bias', (2,))]
    """

    training: Bool
    _buffers: dict[str, Bool]  # the buffers' names, and whether each is saved

    def __init__(self) -> None:
        self.__dict__["_buffers"] = {}
        self.__dict__["training"] = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; a subclass writes it."""
        name = type(self).__name__
        raise NotImplementedError(f'Module [{name}] is missing the required "forward" function')

    def __setattr__(self, name: str, value: Any) -> None:
        old = self.__dict__.get(name)
        if isinstance(value, (Module, Parameter)) and "_buffers" not in self.__dict__:
            kind = "module" if isinstance(value, Module) else "parameters"
            raise AttributeError(
                f"cannot assign {kind} before Module.__init__() call\n"
                f"Start {type(self).__name__}.__init__ with super().__init__()."
            )
        if isinstance(old, Parameter) and not isinstance(value, (Parameter, type(None))):
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as parameter '{name}' "
                "(torch.nn.Parameter or None expected)\n"
                "To change its numbers, write into it under torch.no_grad(): parameter.copy_(...)."
            )
        self.__dict__[name] = value
        self._warn_if_hidden(name, value)

    def _warn_if_hidden(self, name: str, value: Any) -> None:
        """Modules and parameters in a plain container are not found by anything below: say so."""
        if isinstance(value, dict):
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            return
        if any(isinstance(v, (Module, Parameter)) for v in value):
            warnings.warn(
                f"{type(self).__name__}.{name} is a plain container: the modules and parameters "
                f"in it are not registered, so no optimizer will see them. "
                f"Write self.{name} = nn.ModuleList(...).",
                stacklevel=3,
            )

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._buffers.pop(name, None)

    def add_module(self, name: str, module: Module | None) -> None:
        """Have `module` as the attribute `name`; None keeps the name free.

        Raises TypeError for what is no module, KeyError for a name that can't be one.
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._refuse_name("module", name, Module)
        setattr(self, name, module)

    register_module = add_module

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Have `param` as the attribute `name`; None says that there is none."""
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._refuse_name("parameter", name, Parameter)
        setattr(self, name, param)

    def _refuse_name(self, label: str, name: str, kind: type) -> None:
        """Raise, in torch's words, for a name that is none or that something else has."""
        if not isinstance(name, str):
            raise TypeError(f"{label} name should be a string. Got {type(name).__name__}")
        if hasattr(self, name) and not isinstance(getattr(self, name), (kind, type(None))):
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'{label} name can\'t contain ".", got: {name}')
        if not name:
            raise KeyError(f'{label} name can\'t be empty string ""')

    def _inside(self) -> dict[str, Module]:
        """{name: module} of the modules that are attributes of this one."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) for the modules that are attributes of this one, each once."""
        for name, value in vars(self).items():
            self._warn_if_hidden(name, value)
        seen: set[Module] = set()
        for name, module in self._inside().items():
            if module not in seen:
                seen.add(module)
                yield name, module

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """(dotted name, module) for this module and all inside it, outer ones first, each once."""
        seen: set[Module] = set()
        todo: list[tuple[str, Module]] = [(prefix, self)]
        while todo:
            path, module = todo.pop()
            if module not in seen:
                seen.add(module)
                yield path, module
                inner = [(_join(path, name), m) for name, m in module.named_children()]
                todo += reversed(inner)

    @exercise("named-parameters")
    def named_parameters(self):
        """(dotted name, parameter) of this module and of all inside it, each parameter once."""
        seen = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, torch.nn.Parameter) and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def parameters(self, recurse: Bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, if recurse, of all inside it, each once."""
        own = (value for value in vars(self).values() if isinstance(value, Parameter))
        yield from (p for _, p in self.named_parameters()) if recurse else own

    def children(self) -> Iterator[Module]:
        """The modules that are attributes of this one, each once."""
        for _, module in self.named_children():
            yield module

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, outer ones first, each once."""
        for _, module in self.named_modules():
            yield module

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: Bool = True) -> None:
        """A tensor that moves and, if persistent, is saved with the module, but is not learned."""
        self._refuse_name("buffer", name, Tensor)
        setattr(self, name, tensor)
        self._buffers[name] = persistent

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """(dotted name, buffer) of this module and of all inside it."""
        for path, module in self.named_modules():
            for name in module._buffers:
                if isinstance(getattr(module, name), Tensor):
                    yield _join(path, name), getattr(module, name)

    def buffers(self) -> Iterator[Tensor]:
        """The buffers of this module and of all inside it."""
        for _, buffer in self.named_buffers():
            yield buffer

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """{dotted name: tensor} of parameters and buffers, sharing their memory.

        What is reached by two names has two, as in PyTorch.
        """
        own: dict[str, Tensor] = {n: v for n, v in vars(self).items() if isinstance(v, Parameter)}
        saved = [name for name, persistent in self._buffers.items() if persistent]
        own |= {name: getattr(self, name) for name in saved if getattr(self, name) is not None}
        state = {prefix + name: value.detach() for name, value in own.items()}
        for name, module in self._inside().items():
            state |= module.state_dict(f"{prefix}{name}.")
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: Bool = True) -> LoadedKeys:
        """Copy the tensors of `state_dict` into this module's own, in place: all of them or none.

        Raises RuntimeError where names or shapes differ. Unless strict, names that only one side
        has are left out and returned.

        >>> torch.nn.Linear(2, 1).load_state_dict(torch.nn.Linear(2, 1).state_dict())
        <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        if strict:
            self.copy_state(state_dict)
            return LoadedKeys([], [])
        own = self.state_dict()
        self.copy_state(own | {name: x for name, x in state_dict.items() if name in own})
        missing, unknown = own.keys() - state_dict.keys(), state_dict.keys() - own.keys()
        return LoadedKeys(
            [name for name in own if name in missing],
            [name for name in state_dict if name in unknown],
        )

    @exercise("load-state")
    def copy_state(self, state):
        """Copy the tensors of `state` into this module's own, in place: all of them or none."""
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unknown = [name for name in state if name not in own]
        both = [name for name in own if name in state]
        misfit = [name for name in both if state[name].shape != own[name].shape]
        if missing or unknown or misfit:
            raise self.loading_error(state, missing, unknown, misfit)
        for name, tensor in own.items():
            tensor.copy_(state[name])

    def loading_error(
        self, state: Mapping[str, Any], missing: list[str], unknown: list[str], misfit: list[str]
    ) -> RuntimeError:
        """What `copy_state` raises: one RuntimeError for three lists of names."""
        own, lines = self.state_dict(), []
        for title, names in (("Missing", missing), ("Unexpected", unknown)):
            if names:
                quoted = ", ".join(f'"{name}"' for name in names)
                lines.append(f"{title} key(s) in state_dict: {quoted}. ")
        lines += [
            f"size mismatch for {name}: copying a param with shape {state[name].shape} "
            f"from checkpoint, the shape in current model is {own[name].shape}."
            for name in misfit
        ]
        head = f"Error(s) in loading state_dict for {type(self).__name__}:"
        return RuntimeError("\n\t".join([head, *lines]))

    def train(self, mode: Bool = True) -> Self:
        """Set the training mode (dropout drops) or, with False, that of evaluation."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set the mode of evaluation: dropout lets all pass."""
        return self.train(False)

    def requires_grad_(self, requires_grad: Bool = True) -> Self:
        """Say of every parameter whether it is to get a gradient."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: Bool = True) -> None:
        """Forget the gradients: `backward` starts from None, which is quicker than from zeros.

        With set_to_none=False they are filled with zeros, where they are.
        """
        forget(self.parameters(), set_to_none)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module inside this one, the innermost first, then on it."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(
        self,
        device: DeviceLike | DTypeLike | None = None,
        dtype: DTypeLike | None = None,
        non_blocking: Bool = False,
    ) -> Self:
        """Move every parameter and buffer, in place; the optimizer keeps seeing the same ones.

        `to(dtype)` casts those that are floating point. Raises TypeError for another dtype.
        """
        if isinstance(device, torch.dtype):
            device, dtype = None, device
        if isinstance(dtype, torch.dtype) and not dtype.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={dtype}"
            )
        for tensor in (*self.parameters(), *self.buffers()):
            move = {"device": device, "dtype": dtype if tensor.is_floating_point() else None}
            if tensor.grad is not None:
                tensor.grad = tensor.grad.to(**move)
            tensor.data = tensor.data.to(**move)
        return self

    def cpu(self) -> Self:
        """Move every parameter and buffer to the CPU."""
        return self.to("cpu")

    def cuda(self) -> Self:
        """Move every parameter and buffer to the GPU."""
        return self.to("cuda")

    def float(self) -> Self:
        """Cast every parameter and buffer to float32."""
        return self.to(dtype=torch.float32)

    def double(self) -> Self:
        """Cast every parameter and buffer to float64."""
        return self.to(dtype=torch.float64)

    def half(self) -> Self:
        """Cast every parameter and buffer to float16."""
        return self.to(dtype=torch.float16)

    def extra_repr(self) -> str:
        """What stands between the parentheses when a layer is printed."""
        return ""

    @exercise("module-repr")
    def __repr__(self):
        """Name(extra), or a line for each module inside, indented by two for each level."""
        name, lines = type(self).__name__, [self.extra_repr()] if self.extra_repr() else []
        inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
        if not inside:
            return f"{name}({''.join(lines)})"
        lines += [f"({n}): {m!r}".replace("\n", "\n  ") for n, m in inside]
        return f"{name}(\n  " + "\n  ".join(lines) + "\n)"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
