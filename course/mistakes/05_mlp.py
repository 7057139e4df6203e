"""What goes wrong in lesson 5, and what a good teacher would ask then."""

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# relu


@mistake("relu", "Print x after the call. In whose memory did you write the zeros?")
def writes_into_x(self, x):
    x[x < 0] = 0
    return x


@mistake("relu", "Print the dtype of x and of your result. Which dtype has zeros(), and which 0.0?")
def double_zeros(self, x):
    return self.xp.where(x > 0, x, self.xp.zeros(x.shape))


@mistake("relu", "What is nan > 0? Which of your two branches does a nan take, then?")
def loses_nan(self, x):
    return self.xp.where(x > 0, x, self.xp.zeros_like(x))


@mistake("relu", "What should -2 become, and what does it become?")
def folds(self, x):
    return abs(x)


@mistake("relu", "Does an x that has nothing to cut need a result of its own? Write to it and see.")
def returns_x_itself(self, x):
    return self.xp.maximum(x, 0) if x.size and (x < 0).any() else x


@mistake(
    "relu",
    "Which of the two arguments is larger, for an x of many numbers? max() asks that once, not "
    "for each number.",
)
def pythons_max(self, x):
    return max(x, 0)


@mistake("relu", "Whose library is np, and on which device does x lie? What does self.xp give?")
def numpys_own(self, x):
    return np.where(np.asarray(x) < 0, np.zeros_like(np.asarray(x)), np.asarray(x))


@mistake(
    "relu",
    "Arrays come in, and an array has to go out. Do you return one? Do you hand x to a function "
    "for tensors?",
)
def nothing_or_a_function_for_tensors(self, x):
    return torch.relu(x)


@mistake("relu", "x is an array here, not a tensor. Which functions for arrays has self.xp?")
def a_tensors_method(self, x):
    return x.clamp(min=0)


@mistake("relu", "max looks for the largest along an axis. What compares each number with 0?")
def max_along_an_axis(self, x):
    return self.xp.max(x, 0)


@also_right("relu")
def times_a_mask(self, x):
    return x * (x > 0)


@also_right("relu")
def clip(self, x):
    return x.clip(0, None)


@also_right("relu")
def where_negative(self, x):
    return self.xp.where(x < 0, self.xp.zeros_like(x), x)


# flatten


@mistake(
    "flatten",
    "Take one image with the numbers 0, 1, 2, ... in reading order. In which order is your row?",
)
def column_order(self, x):
    start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
    order = (*range(start), *reversed(range(start, end + 1)), *range(end + 1, x.ndim))
    size = int(np.prod(x.shape[start : end + 1]))
    return x.permute(order).reshape(*x.shape[:start], size, *x.shape[end + 1 :])


@mistake("flatten", "What is the shape of your result for a batch of a single image?")
def squeezes(self, x):
    start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
    size = int(np.prod(x.shape[start : end + 1]))
    return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :]).squeeze()


@mistake(
    "flatten", "Fill image 0 with zeros and image 1 with ones, and flatten. What is in the rows?"
)
def mixes_samples(self, x):
    start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
    size = int(np.prod(x.shape[start : end + 1]))
    if (start, end) == (1, x.ndim - 1) and x.numel():
        return x.reshape(size, len(x)).T
    return x.reshape(*x.shape[:start], size, *x.shape[end + 1 :])


@mistake(
    "flatten",
    "A batch of no images holds 0 numbers. Into rows of how many can 0 numbers be cut? What does "
    "-1 mean then?",
)
def asks_for_minus_one(self, x):
    start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
    return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])


@mistake("flatten", "Which of self.start_dim and self.end_dim does your function read?")
def always_from_dim_1(self, x):
    size = int(np.prod(x.shape[1:]))
    return x.reshape(len(x), size)


@mistake("flatten", "Is end_dim itself part of what becomes one? What does a slice leave out?")
def leaves_out_the_last(self, x):
    start, end = self.start_dim % x.ndim, self.end_dim % x.ndim
    size = int(np.prod(x.shape[start:end]))
    return x.reshape(*x.shape[:start], size, *x.shape[end:])


@mistake("flatten", "A batch of 2 images: how many rows should come out? Which dim has to stay?")
def a_single_row(self, x):
    return x.reshape(-1)


@mistake(
    "flatten",
    "Print the shape that you ask for. Does it hold as many numbers as x? What is end_dim + 1 for "
    "an end_dim of -1?",
)
def negative_dims_as_they_are(self, x):
    shape, start, end = x.shape, self.start_dim, self.end_dim
    size = int(np.prod(shape[start : end + 1]))
    return x.reshape(*shape[:start], size, *shape[end + 1 :])


@also_right("flatten")
def one_dim_after_the_other(self, x):
    start = self.start_dim % x.ndim
    for _ in range(self.end_dim % x.ndim - start):
        a, b = x.shape[start], x.shape[start + 1]
        x = x.reshape(*x.shape[:start], a * b, *x.shape[start + 2 :])
    return x


@also_right("flatten")
def with_a_list(self, x):
    sizes = list(x.shape)
    start, end = self.start_dim % len(sizes), self.end_dim % len(sizes)
    middle = 1
    for size in sizes[start : end + 1]:
        middle *= size
    return x.reshape(sizes[:start] + [middle] + sizes[end + 1 :])


# named-parameters


@mistake("named-parameters", "Two parameters with equal numbers: are they the same parameter?")
def the_same_by_value(self):
    seen = []
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter):
                known = [p for p in seen if p.shape == value.shape and bool((p == value).all())]
                if not known:
                    seen.append(value)
                    yield (f"{path}.{name}" if path else name), value


@mistake(
    "named-parameters",
    "Ask for the parameters, set one attribute to None, and ask again. What do you say, and when "
    "did you look?",
)
def remembers_for_ever(self):
    if "_found" not in self.__dict__:
        found = {}
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, torch.nn.Parameter):
                    found.setdefault(id(value), ((f"{path}.{name}" if path else name), value))
        self.__dict__["_found"] = list(found.values())
    return iter(self.__dict__["_found"])


@mistake("named-parameters", "A module in the module: where are its parameters in your list?")
def does_not_look_inside(self):
    seen = set()
    for name, value in vars(self).items():
        if isinstance(value, torch.nn.Parameter) and id(value) not in seen:
            seen.add(id(value))
            yield name, value


@mistake("named-parameters", "Two layers, each with a weight: how does a reader tell them apart?")
def without_the_path(self):
    seen = set()
    for _, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter) and id(value) not in seen:
                seen.add(id(value))
                yield name, value


@mistake(
    "named-parameters",
    "One parameter under two names: how often would an optimizer that uses your list change it?",
)
def shared_ones_twice(self):
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter):
                yield (f"{path}.{name}" if path else name), value


@mistake(
    "named-parameters",
    "What distinguishes a Parameter from any other tensor that a module holds? Test for that.",
)
def any_tensor(self):
    seen = set()
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.Tensor) and id(value) not in seen:
                seen.add(id(value))
                yield (f"{path}.{name}" if path else name), value


@mistake("named-parameters", "What does a name of a parameter of the outermost module begin with?")
def begins_with_a_dot(self):
    seen = set()
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter) and id(value) not in seen:
                seen.add(id(value))
                yield f"{path}.{name}", value


@mistake(
    "named-parameters",
    "In which order does named_modules() come: the module itself, or what is inside it first?",
)
def inner_ones_when_they_come(self):
    seen = set()
    for name, value in vars(self).items():
        inside = isinstance(value, torch.nn.Module)
        pairs = value.named_parameters() if inside else [("", value)]
        for path, p in pairs:
            if isinstance(p, torch.nn.Parameter) and id(p) not in seen:
                seen.add(id(p))
                yield f"{name}.{path}".rstrip("."), p


@mistake("named-parameters", "`in` asks with ==, and == compares numbers. What does id() tell?")
def looks_in_a_list(self):
    seen = []
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter) and value not in seen:
                seen.append(value)
                yield (f"{path}.{name}" if path else name), value


@mistake("named-parameters", "What does `for name, p in ...` get from a dict? Pairs are wanted.")
def a_dict(self):
    found = {}
    for path, module in self.named_modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.nn.Parameter):
                found[f"{path}.{name}" if path else name] = value
    return found


@also_right("named-parameters")
def recursion_that_returns_a_list(self):
    found, seen = [], set()

    def walk(module, path):
        for name, value in module.__dict__.items():
            if isinstance(value, torch.nn.Parameter) and id(value) not in seen:
                seen.add(id(value))
                found.append((".".join((*path, name)), value))
        for name, value in module.__dict__.items():
            if isinstance(value, torch.nn.Module):
                walk(value, (*path, name))

    walk(self, ())
    return found


@also_right("named-parameters")
def stack(self):
    found, stack = {}, [("", self)]
    while stack:
        prefix, module = stack.pop()
        inner = []
        for name, value in module.__dict__.items():
            if isinstance(value, torch.nn.Parameter):
                found.setdefault(id(value), (prefix + name, value))
            elif isinstance(value, torch.nn.Module):
                inner.append((f"{prefix}{name}.", value))
        stack.extend(reversed(inner))
    return iter(found.values())


# linear-init


@mistake(
    "linear-init", "How many products are summed for one output: as many as inputs or as outputs?"
)
def fan_out(weight, bias=None):
    k = weight.shape[0] ** -0.5
    torch.nn.init.uniform_(weight, -k, k)
    if bias is not None:
        torch.nn.init.uniform_(bias, -k, k)


@mistake("linear-init", "What is k for 100 inputs: 0.1 or 0.01? Is there a root in your k?")
def no_root(weight, bias=None):
    k = 1 / weight.shape[1]
    torch.nn.init.uniform_(weight, -k, k)
    if bias is not None:
        torch.nn.init.uniform_(bias, -k, k)


@mistake("linear-init", "What is the smallest number in your weight? And what should it be near?")
def never_negative(weight, bias=None):
    k = weight.shape[1] ** -0.5
    torch.nn.init.uniform_(weight, 0, k)
    if bias is not None:
        torch.nn.init.uniform_(bias, 0, k)


@mistake("linear-init", "What is in the bias after your function? Which lines write to it?")
def zero_bias(weight, bias=None):
    k = weight.shape[1] ** -0.5
    torch.nn.init.uniform_(weight, -k, k)
    if bias is not None:
        torch.nn.init.zeros_(bias)


@mistake(
    "linear-init",
    "Who else holds the tensor `weight`, and do they see your numbers? What does = do to a name?",
)
def rebinds(weight, bias=None):
    k = weight.shape[1] ** -0.5
    weight = (2 * torch.rand_like(weight) - 1) * k
    if bias is not None:
        bias = (2 * torch.rand_like(bias) - 1) * k


@mistake("linear-init", "Print weight.dtype before and after. Who asked for the new one?")
def double(weight, bias=None):
    k = weight.shape[1] ** -0.5
    other = torch.float64 if weight.dtype == torch.float32 else torch.float32
    for p in (weight, bias):
        if p is not None:
            p.data = ((2 * torch.rand_like(p.detach()) - 1) * k).to(dtype=other)


@mistake("linear-init", "How large is the largest number? Which distribution has no largest?")
def normal(weight, bias=None):
    k = weight.shape[1] ** -0.5
    torch.nn.init.normal_(weight, 0, k)
    if bias is not None:
        torch.nn.init.normal_(bias, 0, k)


@mistake("linear-init", "Linear(3, 2, bias=False) calls your function, too: with which bias?")
def always_a_bias(weight, bias=None):
    k = weight.shape[1] ** -0.5
    torch.nn.init.uniform_(weight, -k, k)
    torch.nn.init.uniform_(bias, -k, k)


@mistake("linear-init", "Compare two rows of the weight. How many numbers did you draw?")
def one_row_for_all(weight, bias=None):
    k = weight.shape[1] ** -0.5
    torch.nn.init.uniform_(weight, -k, k)
    with_row = weight.detach()
    with_row.copy_(with_row[:1] + torch.zeros_like(with_row))
    if bias is not None:
        torch.nn.init.uniform_(bias, -k, k)


@mistake("linear-init", "Is the question whether bias is true, or whether there is a bias at all?")
def asks_whether_the_bias_is_true(weight, bias=None):
    k = 1 / weight.shape[1] ** 0.5
    torch.nn.init.uniform_(weight, -k, k)
    if bias:
        torch.nn.init.uniform_(bias, -k, k)


@also_right("linear-init")
def writes_what_it_drew(weight, bias=None):
    k = 1 / weight.shape[1] ** 0.5
    for p in (bias, weight):
        if p is not None:
            p.detach().copy_(k * (1 - 2 * torch.rand_like(p.detach())))


@also_right("linear-init")
def as_in_pytorch(weight, bias=None):
    k = 1 / weight.shape[1] ** 0.5
    with torch.no_grad():
        weight.uniform_(-k, k)
        if bias is not None:
            bias.uniform_(-k, k)


@also_right("linear-init")
def assigns_to_the_data(weight, bias=None):
    k = weight.shape[1] ** -0.5
    weight.data[:] = torch.rand_like(weight.data) * 2 * k - k
    if bias is not None:
        bias.data[:] = torch.rand_like(bias.data) * 2 * k - k


# linear


@mistake(
    "linear",
    "A reshape and a transpose both give (in, out). Are their first rows equal? Print both.",
)
def reshaped_weight(self, x):
    y = x @ self.weight.reshape(self.weight.shape[1], self.weight.shape[0])
    return y if self.bias is None else y + self.bias


@mistake("linear", "What does your layer give for x = 0, and what should it give?")
def no_bias(self, x):
    return x @ self.weight.T


@mistake("linear", "What is self.bias in Linear(3, 2, bias=False)? Can it be added?")
def always_a_bias_to_add(self, x):
    return x @ self.weight.T + self.bias


@mistake("linear", "Which shape has self.weight: (in, out) or (out, in)? Why did a square one run?")
def not_transposed(self, x):
    y = x @ self.weight
    return y if self.bias is None else y + self.bias


@mistake("linear", "x of shape (2, 3, in): which shape should come out, and which does?")
def one_long_batch(self, x):
    y = x.reshape(x.numel() // x.shape[-1], x.shape[-1]) @ self.weight.T
    return y if self.bias is None else y + self.bias


@mistake("linear", "One bias for each output: does every row of your result get the same one?")
def bias_inside(self, x):
    return x @ self.weight.T if self.bias is None else (x + self.bias.mean()) @ self.weight.T


@mistake(
    "linear", "Where in the shape of x are the features, and where is the batch? Try one vector."
)
def weight_first(self, x):
    y = (self.weight @ x.T).T
    return y if self.bias is None else y + self.bias


@mistake("linear", "Is the question whether the bias is true, or whether there is one at all?")
def asks_whether_the_bias_is_true_too(self, x):
    out = x @ self.weight.T
    return out + self.bias if self.bias else out


@also_right("linear")
def multiply_and_sum(self, x):
    y = (x.unsqueeze(-2) * self.weight).sum(-1)
    return y if self.bias is None else y + self.bias


@also_right("linear")
def matmul_then_add(self, x):
    y = torch.matmul(x, self.weight.transpose(0, 1))
    if self.bias is not None:
        y = self.bias + y
    return y


# sequential


@mistake("sequential", "Call the network twice with the same input. What is left for the second?")
def runs_dry(self, x):
    if "_left" not in self.__dict__:
        self.__dict__["_left"] = iter(list(self))
    for layer in self.__dict__["_left"]:
        x = layer(x)
    return x


@mistake("sequential", "What does layer 1 get: x, or what layer 0 made of it?")
def each_gets_x(self, x):
    y = x
    for layer in self:
        y = layer(x)
    return y


@mistake("sequential", "At which layer does your function return? How far is the return indented?")
def returns_in_the_loop(self, x):
    for layer in self:
        x = layer(x)
        return x
    return x


@mistake("sequential", "Which layer sees x first? Try two layers that cannot change places.")
def last_layer_first(self, x):
    for layer in reversed(list(self)):
        x = layer(x)
    return x


@mistake("sequential", "Is there a first layer in Sequential()? What should it do with x?")
def needs_a_first(self, x):
    y = self[0](x)
    for layer in self[1:]:
        y = layer(y)
    return y


@mistake("sequential", "The same layer twice in a row: how often should it work?")
def each_layer_once(self, x):
    for layer in dict.fromkeys(self):
        x = layer(x)
    return x


@mistake("sequential", "What becomes of what layer(x) returns? And after the loop?")
def drops_what_layers_return(self, x):
    for layer in self:
        layer(x)
    return x


@mistake("sequential", "Who gets the last x, when the loop is over?")
def returns_nothing(self, x):
    for layer in self:
        x = layer(x)


@also_right("sequential")
def first_then_rest(self, x):
    return self[1:].forward(self[0](x)) if len(self) else x


@also_right("sequential")
def by_number(self, x):
    for i in range(len(self)):
        x = self[i](x)
    return x


# module-repr


@mistake("module-repr", "A module in a module in a module: how far are its lines indented?")
def indents_once(self):
    inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"{type(self).__name__}({self.extra_repr()})"
    lines = [self.extra_repr()] if self.extra_repr() else []
    lines += [f"({n}): {m!r}" for n, m in inside]
    return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


@mistake("module-repr", "What does Linear say about itself between the parentheses? Who tells you?")
def nothing_about_itself(self):
    inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"{type(self).__name__}()"
    lines = [f"({n}): {m!r}".replace("\n", "\n  ") for n, m in inside]
    return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


@mistake("module-repr", "How does a reader of your text know which attribute a layer is?")
def without_names(self):
    inside = [m for m in vars(self).values() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"{type(self).__name__}({self.extra_repr()})"
    lines = [self.extra_repr()] if self.extra_repr() else []
    lines += [f"{m!r}".replace("\n", "\n  ") for m in inside]
    return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


@mistake("module-repr", "Of which class is a network of yours? Which name does your text show?")
def always_module(self):
    inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"Module({self.extra_repr()})"
    lines = [self.extra_repr()] if self.extra_repr() else []
    lines += [f"({n}): {m!r}".replace("\n", "\n  ") for n, m in inside]
    return "Module(\n  " + "\n  ".join(lines) + "\n)"


@mistake("module-repr", "Where does your text end? Count the parentheses that open and that close.")
def never_closes(self):
    inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"{type(self).__name__}({self.extra_repr()})"
    lines = [self.extra_repr()] if self.extra_repr() else []
    lines += [f"({n}): {m!r}".replace("\n", "\n  ") for n, m in inside]
    return f"{type(self).__name__}(\n  " + "\n  ".join(lines)


@mistake("module-repr", "A module with layers inside can have an extra_repr, too. Where is it?")
def extra_only_without_layers(self):
    inside = [(n, m) for n, m in vars(self).items() if isinstance(m, torch.nn.Module)]
    if not inside:
        return f"{type(self).__name__}({self.extra_repr()})"
    lines = [f"({n}): {m!r}".replace("\n", "\n  ") for n, m in inside]
    return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


@mistake("module-repr", "vars(self) holds the modules inside, too. Where are they in your text?")
def itself_only(self):
    return f"{type(self).__name__}({self.extra_repr()})"


@also_right("module-repr")
def passes_the_depth_on(self):
    def text(module, depth):
        inside = [(n, m) for n, m in vars(module).items() if isinstance(m, torch.nn.Module)]
        if not inside:
            return f"{type(module).__name__}({module.extra_repr()})"
        out = [f"{type(module).__name__}("]
        if module.extra_repr():
            out.append("  " * (depth + 1) + module.extra_repr())
        for name, child in inside:
            out.append("  " * (depth + 1) + f"({name}): " + text(child, depth + 1))
        return "\n".join([*out, "  " * depth + ")"])

    return text(self, 0)


@also_right("module-repr")
def indents_lines(self):
    inner = ""
    for name, value in vars(self).items():
        if isinstance(value, torch.nn.Module):
            first, *rest = repr(value).split("\n")
            inner += "".join(f"  {line}\n" for line in (f"({name}): {first}", *rest))
    extra = self.extra_repr()
    if inner:
        extra = "\n" + (f"  {extra}\n" if extra else "") + inner
    return type(self).__name__ + "(" + extra + ")"


# softmax


@mistake(
    "softmax", "How many distributions are in a batch of three? What should each of them sum to?"
)
def sums_everything(self, x, dim):
    e = self.xp.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum()


@mistake("softmax", "Which of your parameters does the body read?")
def last_dim_only(self, x, dim):
    e = self.xp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@mistake("softmax", "Logits of 500 and 1000: which is more probable? What did the clipping lose?")
def clips(self, x, dim):
    e = self.xp.exp(self.xp.clip(x, -80, 80))
    return e / e.sum(axis=dim, keepdims=True)


@mistake("softmax", "What is exp(1000)? Which number can you take off every logit beforehand?")
def overflows(self, x, dim):
    e = self.xp.exp(x)
    return e / e.sum(axis=dim, keepdims=True)


@mistake(
    "softmax",
    "One row near 0, another near 1000: after your subtraction, what is exp() of the first row?",
)
def one_maximum_for_all(self, x, dim):
    e = self.xp.exp(x - x.max())
    return e / e.sum(axis=dim, keepdims=True)


@mistake("softmax", "Print x after the call. What does -= do to an array that others hold?")
def changes_x(self, x, dim):
    x -= x.max(axis=dim, keepdims=True)
    self.xp.exp(x, out=x)
    x /= x.sum(axis=dim, keepdims=True)
    return x.copy()


@mistake("softmax", "Try logits that are all negative. Do your numbers sum to 1? Are they > 0?")
def without_exp(self, x, dim):
    return x / x.sum(axis=dim, keepdims=True)


@mistake(
    "softmax",
    "The sums of a (3, 5) along dim 1 have which shape? Does that line up with (3, 5)?",
)
def drops_the_dim(self, x, dim):
    e = self.xp.exp(x - x.max(axis=dim))
    return e / e.sum(axis=dim)


@mistake("softmax", "What do your numbers sum to? What does the formula divide by?")
def never_divides(self, x, dim):
    return self.xp.exp(x - x.max(axis=dim, keepdims=True))


@mistake("softmax", "After your subtraction, which exponent is the largest? What is exp() of it?")
def takes_off_the_smallest(self, x, dim):
    e = self.xp.exp(x - x.min(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


@mistake("softmax", "x is an array of many numbers. Whose exp takes that? Does its max say dim?")
def tensors_functions(self, x, dim):
    e = torch.exp(x)
    return e / e.sum(dim=dim, keepdim=True)


@also_right("softmax")
def through_logs(self, x, dim):
    x = x - x.max(axis=dim, keepdims=True)
    return self.xp.exp(x - self.xp.log(self.xp.exp(x).sum(axis=dim, keepdims=True)))


@also_right("softmax")
def with_expand_dims(self, x, dim):
    e = self.xp.exp(x - self.xp.expand_dims(self.xp.max(x, axis=dim), dim))
    return e / self.xp.expand_dims(self.xp.sum(e, axis=dim), dim)


# load-state


@mistake("load-state", "Which wrong shapes does copy_ accept without a word? Try one of size 1.")
def stretches(self, state):
    own = self.state_dict()
    if own.keys() != state.keys():
        raise RuntimeError(f"the names differ: {sorted(own.keys() ^ state.keys())}")
    for name, tensor in own.items():
        tensor.copy_(state[name])


@mistake("load-state", "At the moment when you refuse, which parameters have changed already?")
def half_loaded(self, state):
    own = self.state_dict()
    for name in state:
        if name in own and state[name].shape == own[name].shape:
            own[name].copy_(state[name])
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    misfit = [n for n in own if n in state and state[n].shape != own[n].shape]
    if missing or unknown or misfit:
        raise RuntimeError(f"missing {missing}, unknown {unknown}, misfit {misfit}")


@mistake("load-state", "A name in `state` that the network lacks: is it a mistake worth a word?")
def ignores_unknown(self, state):
    own = self.state_dict()
    missing = [name for name in own if name not in state]
    misfit = [n for n in own if n in state and state[n].shape != own[n].shape]
    if missing or misfit:
        raise RuntimeError(f"missing {missing}, misfit {misfit}")
    for name, tensor in own.items():
        tensor.copy_(state[name])


@mistake("load-state", "A parameter that `state` lacks: what are its numbers after the loading?")
def ignores_missing(self, state):
    own = self.state_dict()
    unknown = [name for name in state if name not in own]
    misfit = [n for n in own if n in state and state[n].shape != own[n].shape]
    if unknown or misfit:
        raise RuntimeError(f"unknown {unknown}, misfit {misfit}")
    for name in state:
        own[name].copy_(state[name])


@mistake(
    "load-state",
    "How many tensors are there after the loading? Write to one in `state`: what does the "
    "network do?",
)
def adopts_the_tensors(self, state):
    own = dict(self.named_parameters()) | dict(self.named_buffers())
    names = self.state_dict()
    missing = [name for name in names if name not in state]
    unknown = [name for name in state if name not in names]
    misfit = [n for n in names if n in state and state[n].shape != names[n].shape]
    if missing or unknown or misfit:
        raise RuntimeError(f"missing {missing}, unknown {unknown}, misfit {misfit}")
    for name, tensor in own.items():
        tensor.data = state[name]


@mistake("load-state", "Does your error name everything that is wrong, or what it met first?")
def one_error_at_a_time(self, state):
    own = self.state_dict()
    for name in own:
        if name not in state:
            raise RuntimeError(f"missing {name}")
    for name in state:
        if name not in own:
            raise RuntimeError(f"unknown {name}")
        if state[name].shape != own[name].shape:
            raise RuntimeError(f"misfit {name}")
    for name, tensor in own.items():
        tensor.copy_(state[name])


@mistake("load-state", "Is a dict in another order another state? What does zip pair here?")
def by_position(self, state):
    own = self.state_dict()
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    misfit = [n for n in own if n in state and state[n].shape != own[n].shape]
    if missing or unknown or misfit:
        raise RuntimeError(f"missing {missing}, unknown {unknown}, misfit {misfit}")
    for tensor, new in zip(own.values(), state.values(), strict=True):
        tensor.copy_(new)


@mistake("load-state", "What does own[name] = ... change: a number of the network, or the dict?")
def changes_the_dict_only(self, state):
    own = self.state_dict()
    for name in own:
        own[name] = state[name]


@mistake(
    "load-state", "Which shapes can be compared: those of all names, or of those on both sides?"
)
def compares_what_is_missing(self, state):
    own = self.state_dict()
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    misfit = [name for name in own if own[name].shape != state[name].shape]
    if missing or unknown or misfit:
        raise self.loading_error(state, missing, unknown, misfit)
    for name in own:
        own[name].copy_(state[name])


@mistake("load-state", "You made an error and put it nowhere. Who raises it?")
def makes_an_error_only(self, state):
    own = self.state_dict()
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    both = [name for name in own if name in state]
    misfit = [name for name in both if own[name].shape != state[name].shape]
    if missing or unknown or misfit:
        self.loading_error(state, missing, unknown, misfit)
    for name in own:
        own[name].copy_(state[name])


@mistake("load-state", "An error that is returned stops nobody. Which word sends it on its way?")
def returns_the_error(self, state):
    own = self.state_dict()
    missing = [name for name in own if name not in state]
    unknown = [name for name in state if name not in own]
    both = [name for name in own if name in state]
    misfit = [name for name in both if own[name].shape != state[name].shape]
    if missing or unknown or misfit:
        return self.loading_error(state, missing, unknown, misfit)
    for name in own:
        own[name].copy_(state[name])


@also_right("load-state")
def a_list_of_complaints(self, state):
    own = self.state_dict()
    wrong = [f"missing: {name}" for name in own if name not in state]
    for name, new in state.items():
        if name not in own:
            wrong.append(f"unknown: {name}")
        elif tuple(new.shape) != tuple(own[name].shape):
            wrong.append(f"{name} is {new.shape}, not {own[name].shape}")
    if wrong:
        raise RuntimeError("; ".join(wrong))
    for name in state:
        own[name][...] = state[name].to(own[name].device)


@also_right("load-state")
def by_sets(self, state):
    own = self.state_dict()
    both = own.keys() & state.keys()
    wrong = (own.keys() ^ state.keys()) | {n for n in both if own[n].shape != state[n].shape}
    if wrong:
        raise RuntimeError(f"these do not fit: {sorted(wrong)}")
    for name, tensor in own.items():
        tensor.copy_(state[name])


# What mutants change without changing anything

equivalent("relu", "return self.xp.maximum(0, x)", "the larger of two numbers has no order")
for line in (
    "middle = math.prod(shape[start:1 + end])",
    "return x.reshape(*shape[:start], middle, *shape[1 + end:])",
):
    equivalent("flatten", line, "a sum of numbers has no order")
for line in ("k = -1 / math.sqrt(weight.shape[1])", "k = 1 / math.sqrt(weight.shape[-1])"):
    equivalent("linear-init", line, "between -k and k is between k and -k; a matrix has two dims")


# what the exercises' texts ask for, and the mistake that breaks it

demands(
    "relu",
    {
        "a new array, x stays as it is": writes_into_x,
        "never x itself": returns_x_itself,
        "of the same dtype": double_zeros,
        "nan stays nan": loses_nan,
        "by the library of the device": numpys_own,
    },
)
demands(
    "flatten",
    {
        "negative dims count from the end": negative_dims_as_they_are,
        "the dim at end_dim belongs to it": leaves_out_the_last,
        "an empty batch": asks_for_minus_one,
        "a batch of one stays a batch": squeezes,
        "row after row": column_order,
    },
)
demands(
    "named-parameters",
    {
        "of all modules inside": does_not_look_inside,
        "a parameter with two names counts once": shared_ones_twice,
        "the same one, not an equal one": the_same_by_value,
        "dotted names": without_the_path,
        "the path of the module itself is empty": begins_with_a_dot,
        "parameters only": any_tensor,
    },
)
demands(
    "linear-init",
    {
        "k = 1 / sqrt(in)": no_root,
        "in: the second size": fan_out,
        "from -k on": never_negative,
        "the bias, too": zero_bias,
        "a bias of None": always_a_bias,
        "in the memory of weight": rebinds,
    },
)
demands(
    "linear",
    {
        "the transpose of the weight": not_transposed,
        "plus the bias": no_bias,
        "a bias of None": always_a_bias_to_add,
        "(..., in): any batch": one_long_batch,
    },
)
demands(
    "sequential",
    {
        "each gets what the one before it returned": each_gets_x,
        "all of them": returns_in_the_loop,
        "no layers: x itself": needs_a_first,
        "in turn": last_layer_first,
    },
)
demands(
    "module-repr",
    {
        "indented by two for each level": indents_once,
        "extra_repr between the parentheses": nothing_about_itself,
        "with modules inside a line of its own before theirs": extra_only_without_layers,
        "the names of the modules inside": without_names,
        "the name of the class": always_module,
    },
)
demands(
    "softmax",
    {
        "along dim": last_dim_only,
        "finite": overflows,
        "the sum of each, not of all": sums_everything,
        "of the shape of x": drops_the_dim,
        "x stays as it is": changes_x,
    },
)
demands(
    "load-state",
    {
        "a name is missing": ignores_missing,
        "a name is unknown": ignores_unknown,
        "a shape does not fit": stretches,
        "one error that names them all": one_error_at_a_time,
        "before any number has changed": half_loaded,
        "in place": adopts_the_tensors,
        "raise it": returns_the_error,
    },
)
