"""Modules in a row: Sequential runs them, ModuleList only holds them."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator
from typing import Any, Self

from tinygrad_lessons.exercise import exercise
from tinygrad_lessons.nn.module import Module


class Row(Module):
    """What a list can do, for modules that are registered under the names "0", "1" and so on."""

    def __len__(self) -> int:
        return len(self._inside())

    def __iter__(self) -> Iterator[Module]:
        return iter(self._inside().values())

    def _name(self, index: int) -> str:
        """The name of the module at `index`. Raises IndexError where there is none."""
        names, i = list(self._inside()), operator.index(index)
        if not -len(names) <= i < len(names):
            raise IndexError(f"index {i} is out of range")
        return names[i]

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return getattr(self, self._name(index))
        return type(self)(*self._given(dict(list(self._inside().items())[index])))

    def _given(self, named: dict[str, Module]) -> tuple[Any, ...]:
        """What the class is to be called with, to hold these."""
        return (named,)

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name(index), module)

    def __delitem__(self, index: Any) -> None:
        named = list(self._inside().items())
        if not isinstance(index, slice):
            self._name(index)
        del named[index]
        self._hold([module for _, module in named])

    def _hold(self, modules: Iterable[Module]) -> None:
        """Have `modules`, numbered anew, in the place of all that were here."""
        for name in self._inside():
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Put a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Put several modules at the end."""
        if not isinstance(modules, Iterable):
            kind, mine = type(modules).__name__, type(self).__name__
            raise TypeError(f"{mine}.extend should be called with an iterable, but got {kind}")
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before that at `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._hold(modules)
        return self

    def pop(self, index: int = -1) -> Module:
        """Take the module at `index` out, and return it."""
        module: Module = self[index]
        del self[index]
        return module


class Sequential(Row):
    """Modules one after the other; a single dict gives them names.

    + joins two, * repeats one, which then has the same modules several times.

    >>> net = Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> net[1], len(net), net(torch.ones(5, 4)).dim()
    (ReLU(), 3, 2)
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        named = layers[0].items() if layers and isinstance(layers[0], dict) else enumerate(layers)
        for name, layer in named:
            self.add_module(str(name), layer)

    @exercise("sequential")
    def forward(self, x):
        """The layers in turn, each given what the one before it returned; no layers: x itself."""
        for layer in self:
            x = layer(x)
        return x

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self).__iadd__(other)

    def __iadd__(self, other: Sequential) -> Self:
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is "
                "given."
            )
        return self.extend(other)

    def __mul__(self, other: int) -> Sequential:
        return Sequential(*self).__imul__(other)

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        if not isinstance(other, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")
        return self.extend([*self] * (other - 1))


class ModuleList(Row):
    """A list whose modules are registered, which those in a plain list are not.

    >>> layers = ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    >>> layers, len(list(layers.parameters()))
    (ModuleList(
      (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)
    ), 4)
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    def _given(self, named: dict[str, Module]) -> tuple[Any, ...]:
        return (named.values(),)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(self).extend(other)

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        """As PyTorch has it: equal neighbours share a line, such as (0-2): 3 x ReLU()."""
        if not len(self):
            return "ModuleList()"
        lines, start = [], 0
        for text, same in itertools.groupby(map(repr, self)):
            n = len(list(same))
            name = f"({start}): " if n == 1 else f"({start}-{start + n - 1}): {n} x "
            lines.append((name + text).replace("\n", "\n  "))
            start += n
        return "ModuleList(\n  " + "\n  ".join(lines) + "\n)"
