"""Optimizers: they change parameters in place, by the gradients that `backward` left in `.grad`."""

import tinygrad_lessons as torch
from tinygrad_lessons.exercise import exercise

CACHE = 65_536  # numbers to a block, so few that it stays in the processor's cache between passes

CHECKED = {  # options that must not be negative, and what torch calls them
    "lr": "learning rate",
    "momentum": "momentum value",
    "eps": "epsilon value",
    "weight_decay": "weight_decay value",
}


def blocks(*tensors):
    """The tensors' arrays a few rows at a time on the CPU; elsewhere whole, as a launch costs more.

    For updates in place of the first. Slices of rows, never `reshape(-1)`: that copies a transposed
    array, and the update is lost.
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


def axpy(a, x, p):
    """Add `a` times the array `x` to the tensor `p`, in place: in the BLAS's words, a x plus y."""
    p._wrote()
    p.device.axpy(float(a), x, p.array)


def _listed(params):
    """One tensor, or several, as a list."""
    return [params] if isinstance(params, torch.Tensor) else list(params)


class Optimizer:
    """What optimizers have in common. A subclass writes `step`.

    params: tensors, or dicts with "params" and options of their own. `param_groups` is a list of
    such dicts, complete, whose options may be changed between steps, as in PyTorch.
    """

    def __init__(self, params, **defaults):
        if isinstance(params, torch.Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got a {type(params).__name__}: write [it]"
            )
        params = list(params)
        if not params:
            raise ValueError("optimizer got an empty parameter list")
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{**defaults, **g, "params": _listed(g["params"])} for g in groups]
        self.state = {}  # parameter -> {name: tensor or number}
        for group in self.param_groups:
            for name, label in CHECKED.items():
                if group.get(name, 0) < 0:
                    raise ValueError(f"Invalid {label}: {group[name]}")
            for i, beta in enumerate(group.get("betas", ())):
                if not 0 <= beta < 1:
                    raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
            for p in group["params"]:
                self._admit(p)

    def _admit(self, p):
        if not isinstance(p, torch.Tensor):
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
            )
        if not p.is_leaf:
            raise ValueError("can't optimize a non-leaf Tensor")
        if p in self.state:
            raise ValueError("some parameters appear in more than one parameter group")
        self.state[p] = {}

    def zero_grad(self):
        """Forget the gradients: `backward` starts from None, which is quicker than from zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def due(self):
        """(parameter, options of its group, what is kept for it) for those with a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    yield p, group, self.state[p]

    def step(self):
        raise NotImplementedError(f"{type(self).__name__} has no step method: write one.")


class SGD(Optimizer):
    """Stochastic gradient descent: v = momentum v + g, then p -= lr v.

    weight_decay d adds d p to each gradient, as the term d/2 |p|^2 in the loss would.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (3 * w).sum().backward()
    >>> SGD([w], lr=0.1).step()
    >>> w
    tensor([0.7000], requires_grad=True)
    """

    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0):
        super().__init__(params, lr=lr, momentum=momentum, weight_decay=weight_decay)

    @exercise("sgd")
    def step(self):
        """v = momentum v + g + decay p, then p -= lr v, in place; `.grad` is left as it is."""
        for p, options, state in self.due():
            lr, momentum, decay = options["lr"], options["momentum"], options["weight_decay"]
            g = p.grad.array
            if decay:
                g = g + decay * p.array
            if momentum:
                if not state:
                    state["momentum_buffer"] = torch.zeros_like(p)
                v = state["momentum_buffer"].array
                v *= momentum
                v += g
                g = v
            torch.optim.axpy(-lr, g, p)


class Adam(Optimizer):
    """Steps of about lr, whatever the size of the gradient g.

    m and v are the running means of g and of g^2, freed from their bias towards the zeros that
    they began with; p -= lr m / (sqrt(v) + eps). Kingma and Ba (2015), arxiv.org/abs/1412.6980.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def decayed(self, w, g, options):
        """The gradient of the loss with the term decay/2 |w|^2."""
        return g + options["weight_decay"] * w if options["weight_decay"] else g

    @exercise("adam")
    def step(self):
        """m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, then p -= lr m' / (sqrt(v') + eps), in place.

        m' = m / (1-b1^t) and v' = v / (1-b2^t) in step t = 1, 2, ...
        """
        for p, options, state in self.due():
            if not state:
                state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
            state["step"] += 1
            (b1, b2), t = options["betas"], state["step"]
            # m and v are kept as sums, m = b1 m + g: what makes means of them goes into two numbers
            for_m, for_v = (1 - b1) / (1 - b1**t), ((1 - b2) / (1 - b2**t)) ** 0.5
            rate, eps = options["lr"] * for_m / for_v, options["eps"] / for_v
            for w, g, m, v in torch.optim.blocks(p, p.grad, state["m"], state["v"]):
                g = self.decayed(w, g, options)
                m *= b1
                m += g
                v *= b2
                v += g**2
                w -= rate * (m / (v**0.5 + eps))


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves, not through the gradient.

    Loshchilov and Hutter (2019), arxiv.org/abs/1711.05101.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def decayed(self, w, g, options):
        w *= 1 - options["lr"] * options["weight_decay"]
        return g
