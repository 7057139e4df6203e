"""Module: what layers and networks have in common. Parameter: a tensor that a module learns."""

import warnings

import tinygrad_lessons as torch
from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module registers and an optimizer changes: a leaf that requires grad."""

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        Tensor.__init__(self, data.array, data.device)
        self._memory, self.requires_grad = data._memory, requires_grad

    def __repr__(self):
        return f"Parameter containing:\n{Tensor.__repr__(self)}"


class Module:
    """A part of a network: attributes that are parameters or modules are found by their names.

    A subclass sets them in `__init__`, after `super().__init__()`, and writes `forward`.

    >>> layer = torch.nn.Linear(3, 2)
    >>> [(name, tuple(p.shape)) for name, p in layer.named_parameters()]
    [('weight', (2, 3)), ('bias', (2,))]
    """

    def __init__(self):
        self.__dict__["_buffers"] = {}  # used as an ordered set of names
        self.__dict__["training"] = True

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args):
        name = type(self).__name__
        raise NotImplementedError(f'Module [{name}] is missing the required "forward" function')

    def __setattr__(self, name, value):
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

    def _warn_if_hidden(self, name, value):
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

    def add_module(self, name, module):
        if not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        setattr(self, name, module)

    def _inside(self):
        """{name: module} of the modules that are attributes of this one."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}

    def named_children(self):
        """(name, module) for the modules that are attributes of this one, each once."""
        for name, value in vars(self).items():
            self._warn_if_hidden(name, value)
        seen = set()
        for name, module in self._inside().items():
            if module not in seen:
                seen.add(module)
                yield name, module

    def named_modules(self, prefix=""):
        """(dotted name, module) for this module and all inside it, outer ones first, each once."""
        seen, todo = set(), [(prefix, self)]
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

    def parameters(self):
        for _, parameter in self.named_parameters():
            yield parameter

    def children(self):
        for _, module in self.named_children():
            yield module

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def register_buffer(self, name, tensor):
        """A tensor that moves and is saved with the module, but is not learned."""
        setattr(self, name, tensor)
        self._buffers[name] = None

    def named_buffers(self):
        for path, module in self.named_modules():
            for name in module._buffers:
                if isinstance(getattr(module, name), Tensor):
                    yield _join(path, name), getattr(module, name)

    def buffers(self):
        for _, buffer in self.named_buffers():
            yield buffer

    def state_dict(self, prefix=""):
        """{dotted name: tensor} of parameters and buffers, sharing their memory.

        What is reached by two names has two, as in PyTorch.
        """
        own = {n: v for n, v in vars(self).items() if isinstance(v, Parameter)}
        own |= {n: getattr(self, n) for n in self._buffers if getattr(self, n) is not None}
        state = {prefix + name: value.detach() for name, value in own.items()}
        for name, module in self._inside().items():
            state |= module.state_dict(f"{prefix}{name}.")
        return state

    @exercise("load-state")
    def load_state_dict(self, state):
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

    def loading_error(self, state, missing, unknown, misfit):
        """What `load_state_dict` raises: one RuntimeError for three lists of names."""
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

    def train(self, mode=True):
        """Set the training mode (dropout drops) or, with False, that of evaluation."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self):
        """Forget the gradients: `backward` starts from None, which is quicker than from zeros."""
        for parameter in self.parameters():
            parameter.grad = None

    def apply(self, function):
        """Call `function` on every module inside this one, the innermost first, then on it."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    def to(self, device=None, dtype=None):
        """Move every parameter and buffer, in place; the optimizer keeps seeing the same ones."""
        if isinstance(device, torch.dtype):
            device, dtype = None, device
        for tensor in (*self.parameters(), *self.buffers()):
            move = {"device": device, "dtype": dtype if tensor.is_floating_point() else None}
            if tensor.grad is not None:
                tensor.grad = tensor.grad.to(**move)
            tensor.data = tensor.data.to(**move)
        return self

    def cpu(self):
        return self.to("cpu")

    def cuda(self):
        return self.to("cuda")

    def float(self):
        return self.to(dtype=torch.float32)

    def double(self):
        return self.to(dtype=torch.float64)

    def extra_repr(self):
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


def _join(path, name):
    return f"{path}.{name}" if path else name
