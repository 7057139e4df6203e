"""What goes wrong in lesson 7, and what a good teacher would ask then."""

import random

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# accuracy


@mistake("accuracy", "How many samples did you see in all? Is every batch as large as the first?")
def by_the_first_batch(model, loader):
    model.eval()
    device, right, sizes = next(model.parameters()).device, 0, []
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
            sizes.append(len(x))
    return right.item() / (len(sizes) * sizes[0])


@mistake("accuracy", "A batch of 1 and a batch of 4: how much does each count in your mean?")
def mean_of_the_batches(model, loader):
    model.eval()
    device, total, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            total = total + (model(x.to(device)).argmax(1) == y.to(device)).double().mean()
            count += 1
    return total.item() / count


@mistake("accuracy", "Call it twice on a network with dropout. Is it the same network each time?")
def forgets_eval(model, loader):
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
            count += len(x)
    return right.item() / count


@mistake("accuracy", "Print requires_grad of the logits. Who is going to call backward on them?")
def records_a_graph(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
        count += len(x)
    return right.item() / count


@mistake("accuracy", "How many numbers come back from the device in your loop? One was enough.")
def fetches_each_batch(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x.to(device)).argmax(1) == y.to(device)).sum().item()
            count += len(x)
    return right / count


@mistake("accuracy", "Where is the model, and where does x come from?")
def leaves_the_batch_on_the_host(model, loader):
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x).argmax(1) == y).sum()
            count += len(x)
    return right.item() / count


@mistake("accuracy", "How large can your result become? Is that a share?")
def a_count(model, loader):
    model.eval()
    device, right = next(model.parameters()).device, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
    return float(right)


@mistake("accuracy", "0.5 and 50: which of them is the share of one half?")
def in_percent(model, loader):
    return 100 * _accuracy(model, loader)


@mistake("accuracy", "The logits have the shape (batch, classes). Along which dim is the guess?")
def largest_of_the_batch(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            guesses = model(x.to(device)).argmax(0)
            y = y.to(device)
            n = min(len(guesses), len(y))
            right = right + (guesses[:n] == y[:n]).sum()
            count += len(x)
    return right.item() / count


@mistake("accuracy", "Print your result for three batches. Which of them does it speak of?")
def the_last_batch_only(model, loader):
    model.eval()
    device = next(model.parameters()).device
    with torch.no_grad():
        for x, y in loader:
            share = (model(x.to(device)).argmax(1) == y.to(device)).double().mean()
    return share.item()


@mistake("accuracy", "What is the type of your result: a tensor on the device, or a number?")
def a_tensor(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
            count += len(x)
    return right / count


def _accuracy(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax(1) == y.to(device)).sum()
            count += len(x)
    return right.item() / count


@mistake("accuracy", "argmax() without a dim finds one place in the whole batch. How many guesses?")
def one_guess_for_the_batch(model, loader):
    model.eval()
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right = right + (model(x.to(device)).argmax() == y.to(device)).sum()
            count += len(x)
    return right.item() / count


@mistake("accuracy", "At which batch does your function return? How far is the return indented?")
def returns_after_the_first_batch(model, loader):
    model.eval()
    device = next(model.parameters()).device
    with torch.no_grad():
        for x, y in loader:
            return (model(x.to(device)).argmax(1) == y.to(device)).sum().item() / len(x)


@also_right("accuracy")
def all_guesses_first(model, loader):
    model.eval()
    device = next(model.parameters()).device
    with torch.no_grad():
        pairs = [(model(x.to(device)).argmax(dim=-1), y.to(device)) for x, y in loader]
        guesses, labels = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        return (guesses == labels).double().mean().item()


@also_right("accuracy")
def as_the_tutorial_has_it(model, loader):
    size = len(loader.dataset)
    model.eval()
    correct, device = 0, next(model.parameters()).device
    with torch.no_grad():
        for x, y in loader:
            correct += (model(x.to(device)).argmax(1) == y.to(device)).double().sum()
    return float(correct / size)


# batches


@mistake("batches", "Seven samples in batches of 3: which sample have you never seen?")
def full_batches_only(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(n // self.batch_size):
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "Batch 0 ends with sample 2. With which sample must batch 1 begin?")
def batches_overlap(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(len(self)):
        yield self.fetch(order[i : i + self.batch_size])


@mistake("batches", "Print the order of two epochs. When is it drawn, and how often?")
def drawn_once(self):
    n = len(self.dataset)
    if not hasattr(self, "order"):
        order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
        self.order = order
    for i in range(len(self)):
        yield self.fetch(self.order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "In which batch can sample 0 be? Only in the first?")
def shuffled_inside_a_batch(self):
    order = torch.arange(len(self.dataset))
    for i in range(len(self)):
        part = order[i * self.batch_size : (i + 1) * self.batch_size]
        if self.shuffle:
            part = part[torch.randperm(len(part), generator=self.generator)]
        yield self.fetch(part)


@mistake("batches", "Can samples 0 and 39 ever be in one batch?")
def only_the_batches_shuffled(self):
    n, count = len(self.dataset), len(self)
    order = torch.randperm(count, generator=self.generator) if self.shuffle else torch.arange(count)
    for i in order.tolist():
        yield self.fetch(torch.arange(n)[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "Sort the samples of one epoch. Which come twice, and which are missing?")
def drawn_with_repeats(self):
    n = len(self.dataset)
    order = torch.randint(n, (n,), generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(len(self)):
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "Which of the loader's options does your function read? What does shuffle ask?")
def never_shuffled(self):
    order = torch.arange(len(self.dataset))
    for i in range(len(self)):
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "shuffle=False: what did whoever wrote that expect?")
def always_shuffled(self):
    order = torch.randperm(len(self.dataset), generator=self.generator)
    for i in range(len(self)):
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "With drop_last=True, what does len(self) say, and how many batches come?")
def keeps_what_should_drop(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(0, n, self.batch_size):
        yield self.fetch(order[i : i + self.batch_size])


@mistake("batches", "Whose generator draws your order? The loader may have been given one.")
def another_generator(self):
    n = len(self.dataset)
    order = torch.randperm(n) if self.shuffle else torch.arange(n)
    for i in range(len(self)):
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "Which seed does Python's random obey? Does torch.manual_seed reach it?")
def pythons_random(self):
    order = list(range(len(self.dataset)))
    if self.shuffle:
        random.shuffle(order)
    for i in range(len(self)):
        yield self.fetch(torch.tensor(order[i * self.batch_size : (i + 1) * self.batch_size]))


@mistake("batches", "Go through the loader a second time. Where does your position stand then?")
def one_epoch_for_ever(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    self.position = getattr(self, "position", 0)
    while self.position < len(self):
        i, self.position = self.position, self.position + 1
        yield self.fetch(order[i * self.batch_size : (i + 1) * self.batch_size])


@mistake("batches", "What do you hand out: samples, or their numbers?")
def indices_for_samples(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(len(self)):
        yield order[i * self.batch_size : (i + 1) * self.batch_size]


@mistake("batches", "How many samples are in one of your batches?")
def one_by_one(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    for i in range(n):
        yield self.fetch(order[i : i + 1])


@mistake("batches", "Which word hands out one batch after the other? return hands out once.")
def a_list_at_once(self):
    n = len(self.dataset)
    order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
    size = self.batch_size
    return [self.fetch(order[i * size : (i + 1) * size]) for i in range(len(self))]


@also_right("batches")
def sorted_by_random_keys(self):
    n, size = len(self.dataset), self.batch_size
    order = torch.arange(n)
    if self.shuffle:
        order = torch.rand(n, generator=self.generator).argsort()
    return (self.fetch(order[i * size : (i + 1) * size]) for i in range(len(self)))


@also_right("batches")
def a_batch_when_it_is_full(self):
    indices, batch = torch.arange(len(self.dataset)), []
    if self.shuffle:
        indices = torch.randperm(len(self.dataset), generator=self.generator)
    for i in indices.tolist():
        batch.append(i)
        if len(batch) == self.batch_size:
            yield self.fetch(torch.tensor(batch))
            batch = []
    if batch and not self.drop_last:
        yield self.fetch(torch.tensor(batch))


# sgd


def _velocity(p, options, state):
    v = options["momentum"] * state.get("v", 0) + p.grad + options["weight_decay"] * p
    state["v"] = v
    return v


@mistake("sgd", "Which tensor does the model hold after the loop, and which one does your p name?")
def rebinds_the_name(self):
    with torch.no_grad():
        for p, options, state in self.due():
            p = p - options["lr"] * _velocity(p, options, state)


@mistake("sgd", "In which direction does the gradient point: where the loss grows, or falls?")
def uphill(self):
    with torch.no_grad():
        for p, options, state in self.due():
            p += options["lr"] * _velocity(p, options, state)


@mistake("sgd", "Who else holds p.data? Are they told that p now has other memory?")
def another_array(self):
    with torch.no_grad():
        for p, options, state in self.due():
            p.data = p.data - options["lr"] * _velocity(p, options, state)


@mistake("sgd", "A Python number has no device. What about np.array of one?")
def a_learning_rate_on_the_host(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = _velocity(p, options, state)
            p.array[...] = p.array - np.array(options["lr"], p.array.dtype) * v.array


@mistake("sgd", "Step twice with the same gradient, and print p.grad in between. What has grown?")
def decays_the_gradient(self):
    with torch.no_grad():
        for p, options, state in self.due():
            if options["weight_decay"]:
                p.grad += options["weight_decay"] * p
            v = state["v"] = options["momentum"] * state.get("v", 0) + p.grad
            p -= options["lr"] * v


@mistake(
    "sgd", "A constant gradient of 1, momentum 0.9: where does v go by the formula, and yours?"
)
def a_mean_for_a_sum(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m = options["momentum"]
            g = p.grad + options["weight_decay"] * p
            v = state["v"] = m * state.get("v", 0) + (1 - m) * g
            p -= options["lr"] * v


@mistake("sgd", "Two parameters: how many velocities are there?")
def one_velocity_for_all(self):
    with torch.no_grad():
        for p, options, _ in self.due():
            g = p.grad + options["weight_decay"] * p
            old = getattr(self, "v", None)
            if options["momentum"] and old is not None and old.shape == g.shape:
                g = options["momentum"] * old + g
            self.v = g
            p -= options["lr"] * g


@mistake("sgd", "The learning rate changes after a step. Should the old steps be scaled anew?")
def the_rate_inside_the_velocity(self):
    with torch.no_grad():
        for p, options, state in self.due():
            g = p.grad + options["weight_decay"] * p
            v = state["v"] = options["momentum"] * state.get("v", 0) + options["lr"] * g
            p -= v


@mistake(
    "sgd",
    "After two steps, is anything of the first in v? Does your step read momentum, and does state "
    "itself keep v?",
)
def no_momentum(self):
    with torch.no_grad():
        for p, options, _ in self.due():
            p -= options["lr"] * (p.grad + options["weight_decay"] * p)


@mistake("sgd", "Let the gradient be 0 and weight_decay 0.3. Does p shrink?")
def no_decay(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = state["v"] = options["momentum"] * state.get("v", 0) + p.grad
            p -= options["lr"] * v


@mistake(
    "sgd", "By the formula, does the velocity remember the decay of earlier steps? Does yours?"
)
def decay_beside_the_velocity(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = state["v"] = options["momentum"] * state.get("v", 0) + p.grad
            p -= options["lr"] * (v + options["weight_decay"] * p)


@mistake("sgd", "Is v a tensor of its own, or another name for p.grad? What does v *= do to that?")
def velocity_is_the_gradient(self):
    with torch.no_grad():
        for p, options, state in self.due():
            g = p.grad if not options["weight_decay"] else p.grad + options["weight_decay"] * p
            if "v" in state:
                state["v"] *= options["momentum"]
                state["v"] += g
            else:
                state["v"] = p.grad
                if options["weight_decay"]:
                    state["v"] += options["weight_decay"] * p
            p -= options["lr"] * state["v"]


@mistake("sgd", "Parameters in two groups: whose learning rate do you take?")
def the_first_groups_options(self):
    with torch.no_grad():
        first = self.param_groups[0]
        for p, _, state in self.due():
            p -= first["lr"] * _velocity(p, first, state)


@mistake("sgd", "What does PyTorch say when a leaf that requires grad is changed while it records?")
def while_it_records(self):
    for p, options, state in self.due():
        p -= options["lr"] * _velocity(p, options, state)


@mistake("sgd", "Where does the formula look: at v, or one step ahead of it?")
def one_step_ahead(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = _velocity(p, options, state)
            if options["momentum"]:
                v = p.grad + options["weight_decay"] * p + options["momentum"] * v
            p -= options["lr"] * v


@mistake(
    "sgd", "Let the gradient be 0. By the formula, does weight decay make p larger or smaller?"
)
def grows_by_decay(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = options["momentum"] * state.get("v", 0) + p.grad - options["weight_decay"] * p
            state["v"] = v
            p -= options["lr"] * v


@mistake("sgd", "What is in state before the first step? Where should v begin?")
def takes_a_velocity_for_granted(self):
    with torch.no_grad():
        for p, options, state in self.due():
            state["v"] = options["momentum"] * state["v"] + p.grad + options["weight_decay"] * p
            p -= options["lr"] * state["v"]


@mistake("sgd", "Who may want to read .grad after the step? Whose task is zero_grad()?")
def takes_the_gradient_away(self):
    with torch.no_grad():
        for p, options, state in self.due():
            p -= options["lr"] * _velocity(p, options, state)
            p.grad = None


@mistake("sgd", "How many parameters move in one step of yours? Where does your loop end?")
def the_first_parameter_only(self):
    with torch.no_grad():
        for p, options, state in self.due():
            p -= options["lr"] * _velocity(p, options, state)
            return


@also_right("sgd")
def into_out(self):
    for p, options, state in self.due():
        xp, w, g = p.device.xp, p.array, p.grad.array
        v = state["v"] = options["momentum"] * state.get("v", 0) + g + options["weight_decay"] * w
        xp.subtract(w, (options["lr"] * v).astype(w.dtype), out=w)


@also_right("sgd")
def a_numpy_scalar(self):
    with torch.no_grad():
        for p, options, state in self.due():
            v = _velocity(p, options, state)
            p.sub_(np.float64(options["lr"]) * v)


@also_right("sgd")
def through_detach(self):
    for p, options, state in self.due():
        g = p.grad.detach() + options["weight_decay"] * p.detach()
        if options["momentum"]:
            g = state["v"] = g + state["v"] * options["momentum"] if "v" in state else g
        p.detach().copy_(p.detach() - options["lr"] * g)


@also_right("sgd")
def by_the_groups(self):
    with torch.no_grad():
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p[...] = p - group["lr"] * _velocity(p, group, self.state[p])


# adam


def _moments(self, p, options, state):
    """Both running means and the number of the step."""
    (b1, b2), g = options["betas"], self.decayed(p, p.grad, options)
    state["t"] = state.get("t", 0) + 1
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["s"] = b2 * state.get("s", 0) + (1 - b2) * g * g
    return state["m"], state["s"], state["t"]


@mistake("adam", "After one step, m is a tenth of the gradient. Which division makes up for that?")
def no_correction(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, _ = _moments(self, p, options, state)
            p -= options["lr"] * m / (s.sqrt() + options["eps"])


@mistake("adam", "Both means began at 0. How many of them do you correct?")
def one_correction(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            p -= options["lr"] * (m / (1 - options["betas"][0] ** t)) / (s.sqrt() + options["eps"])


@mistake("adam", "Read the denominator again: is eps under the root?")
def eps_under_the_root(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / (s / (1 - b2**t) + options["eps"]).sqrt()


@mistake("adam", "Is s a size like the gradient's, or like its square? What undoes the square?")
def no_root(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / (s / (1 - b2**t) + options["eps"])


@mistake("adam", "Which mean forgets faster, by the formula: that of g, or that of its square?")
def betas_exchanged(self):
    with torch.no_grad():
        for p, options, state in self.due():
            b1, b2 = options["betas"]
            m, s, t = _moments(self, p, {**options, "betas": (b2, b1)}, state)
            p -= options["lr"] * (m / (1 - b2**t)) / ((s / (1 - b1**t)).sqrt() + options["eps"])


@mistake("adam", "Is s the mean of the squares, or the square of the mean?")
def the_square_of_the_mean(self):
    with torch.no_grad():
        for p, options, state in self.due():
            (b1, b2), g = options["betas"], self.decayed(p, p.grad, options)
            t = state["t"] = state.get("t", 0) + 1
            m = state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
            s = state["s"] = b2 * state.get("s", 0) + (1 - b2) * m * m
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@mistake("adam", "With t = 0, by what do you divide? What is t in the first step?")
def counts_from_0(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            t -= 1
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@mistake("adam", "A parameter had no gradient in step 1. What is its t in step 2?")
def one_count_of_steps(self):
    self.t = getattr(self, "t", 0) + 1
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, _ = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            m, s = m / (1 - b1**self.t), s / (1 - b2**self.t)
            p -= options["lr"] * m / (s.sqrt() + options["eps"])


@mistake("adam", "Two parameters: how often does your t grow in one step?")
def counts_every_parameter(self):
    with torch.no_grad():
        for p, options, state in self.due():
            self.t = getattr(self, "t", 0) + 1
            m, s, _ = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            m, s = m / (1 - b1**self.t), s / (1 - b2**self.t)
            p -= options["lr"] * m / (s.sqrt() + options["eps"])


@mistake("adam", "Print p.grad after the step. Who else wanted to read it?")
def writes_to_the_gradient(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])
            p.grad *= 1 - b1


@mistake("adam", "Which of your lines reads weight_decay, or calls self.decayed?")
def no_decay_at_all(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, {**options, "weight_decay": 0}, state)
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@mistake("adam", "Which tensor does the model hold after the loop?")
def a_new_tensor(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            step = (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])
            p = p - options["lr"] * step


@mistake("adam", "Is the first step that of the sign of g? What keeps the means from step to step?")
def forgets_between_steps(self):
    with torch.no_grad():
        for p, options, _ in self.due():
            m, s, t = _moments(self, p, options, {})
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@mistake("adam", "Does the loss fall when you go along the gradient, or against it?")
def climbs(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            p += options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@mistake("adam", "In which order does Python read a / b + eps? What has eps to be added to?")
def eps_after_the_division(self):
    with torch.no_grad():
        for p, options, state in self.due():
            (b1, b2), (m, s, t) = options["betas"], _moments(self, p, options, state)
            p -= options["lr"] * (m / (1 - b1**t)) / (s / (1 - b2**t)).sqrt() + options["eps"]


@mistake("adam", "Which of the three options does your step not read?")
def no_eps(self):
    with torch.no_grad():
        for p, options, state in self.due():
            (b1, b2), (m, s, t) = options["betas"], _moments(self, p, options, state)
            p -= options["lr"] * (m / (1 - b1**t)) / (s / (1 - b2**t)).sqrt()


@mistake("adam", "Which m does the next step go on from: the mean itself, or the corrected one?")
def keeps_what_is_corrected(self):
    with torch.no_grad():
        for p, options, state in self.due():
            (b1, b2), (m, s, t) = options["betas"], _moments(self, p, options, state)
            m, s = state["m"], state["s"] = m / (1 - b1**t), s / (1 - b2**t)
            p -= options["lr"] * m / (s.sqrt() + options["eps"])


@mistake("adam", "By what do you divide in step 2? Where is t in it?")
def corrects_as_in_step_1(self):
    with torch.no_grad():
        for p, options, state in self.due():
            (b1, b2), (m, s, _) = options["betas"], _moments(self, p, options, state)
            p -= options["lr"] * (m / (1 - b1)) / ((s / (1 - b2)).sqrt() + options["eps"])


@also_right("adam")
def as_the_formula_has_it(self):
    with torch.no_grad():
        for p, options, state in self.due():
            m, s, t = _moments(self, p, options, state)
            b1, b2 = options["betas"]
            p -= options["lr"] * (m / (1 - b1**t)) / ((s / (1 - b2**t)).sqrt() + options["eps"])


@also_right("adam")
def in_the_state_in_place(self):
    for p, options, state in self.due():
        g = p.grad.detach() + options["weight_decay"] * p.detach()
        b1, b2 = options["betas"]
        if not state:
            state["m"], state["s"], state["n"] = torch.zeros_like(g), torch.zeros_like(g), 0
        state["n"] += 1
        state["m"].mul_(b1).add_((1 - b1) * g)
        state["s"].mul_(b2).add_((1 - b2) * g**2)
        up, down = state["m"] / (1 - b1 ** state["n"]), state["s"] / (1 - b2 ** state["n"])
        p.detach().sub_(options["lr"] * up / (down**0.5 + options["eps"]))


# train-epoch


def _epoch(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return total / count


@mistake("train-epoch", "What is in .grad before the second backward? And after it?")
def gradients_pile_up(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "Has one weight changed? Is there a step, and what is in .grad by then?")
def forgets_what_it_has_just_learned(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "How many steps does your epoch take, and how many batches are there?")
def one_step_an_epoch(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    optimizer.zero_grad()
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        loss.backward()
        total = total + loss.detach() * len(x)
        count += len(x)
    optimizer.step()
    return (total / count).item()


@mistake("train-epoch", "Each item() waits for the device. How often do you need the number?")
def looks_at_each_loss(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


@mistake("train-epoch", "A batch of 1 and a batch of 4: how much does each count in your mean?")
def mean_of_the_means(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach()
        count += 1
    return (total / count).item()


@mistake("train-epoch", "Is that the mean over all samples, or over the batch that came last?")
def the_last_loss(model, loader, loss_fn, optimizer):
    model.train()
    device = next(model.parameters()).device
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
    return loss.item()


@mistake("train-epoch", "Does a loader with twice the batches give twice your loss?")
def a_sum(model, loader, loss_fn, optimizer):
    model.train()
    device, total = next(model.parameters()).device, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
    return total.item()


@mistake("train-epoch", "The model was evaluated before. In which mode does it learn now?")
def forgets_train(model, loader, loss_fn, optimizer):
    was = model.training
    model.train = lambda mode=True: model
    try:
        return _epoch(model, loader, loss_fn, optimizer).item()
    finally:
        del model.train
        assert model.training == was


@mistake("train-epoch", "Where is the model, and where does x come from?")
def stays_on_the_host(model, loader, loss_fn, optimizer):
    model.train()
    total, count = 0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "On which device is the loss computed? Which cpu() could go?")
def the_loss_on_the_host(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x).cpu(), y.cpu())
        loss.backward()
        optimizer.step()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "A sum that remembers each loss remembers each graph. What lets go of one?")
def keeps_every_graph(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total = total + loss * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "What is the type of your result: a tensor on the device, or a number?")
def a_tensor_on_the_device(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, loss_fn, optimizer)


@mistake("train-epoch", "In which order: whose gradient does the first step use?")
def steps_before_backward(model, loader, loss_fn, optimizer):
    model.train()
    device, total, count = next(model.parameters()).device, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        total = total + loss.detach() * len(x)
        count += len(x)
    return (total / count).item()


@mistake("train-epoch", "How many samples does an epoch have? Where does your loop end?")
def the_first_batch_only(model, loader, loss_fn, optimizer):
    return _epoch(model, [next(iter(loader))], loss_fn, optimizer).item()


@mistake("train-epoch", "In loss_fn, what comes first: what the network says, or what is true?")
def labels_first(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, lambda said, true: loss_fn(true, said), optimizer).item()


@mistake("train-epoch", "The docstring promises a number. Which line of yours gives it back?")
def returns_nothing(model, loader, loss_fn, optimizer):
    _epoch(model, loader, loss_fn, optimizer)


@also_right("train-epoch")
def losses_in_a_list(model, loader, loss_fn, optimizer):
    losses, sizes = [], []
    model.train()
    device = next(model.parameters()).device
    for x, y in loader:
        loss = loss_fn(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
        sizes.append(len(y))
    total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    return float(total / sum(sizes))


@also_right("train-epoch")
def a_sum_on_the_device(model, loader, loss_fn, optimizer):
    model.train()
    device, samples, total = next(model.parameters()).device, 0, None
    for x, y in loader:
        model.zero_grad()
        loss = loss_fn(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        part = loss.detach() * x.shape[0]
        total = part if total is None else total + part
        samples += x.shape[0]
    return total.item() / samples


# capstone


@mistake("capstone", "Which samples does the network know by heart? On which is it to be measured?")
def measures_on_what_it_learned(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, loader)))
    return history


@mistake("capstone", "What must the network not have seen when you measure it?")
def learns_the_test(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, test, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
    return history


@mistake("capstone", "Of which epoch is the accuracy: of this one, or of the one before?")
def measures_before(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        share = torch.training.accuracy(model, test)
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, share))
    return history


@mistake("capstone", "How many pairs do you return for five epochs?")
def the_last_epoch_only(model, loader, test, loss_fn, optimizer, epochs):
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
    return [(loss, torch.training.accuracy(model, test))] if epochs else []


@mistake("capstone", "Which comes first in each pair?")
def pairs_exchanged(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((torch.training.accuracy(model, test), loss))
    return history


@mistake("capstone", "A pair for each epoch: what is missing in yours?")
def losses_only(model, loader, test, loss_fn, optimizer, epochs):
    return [torch.training.train_epoch(model, loader, loss_fn, optimizer) for _ in range(epochs)]


@mistake("capstone", "Your loop begins at 1. Where does it end?")
def an_epoch_less(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(1, epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
    return history


@mistake("capstone", "Asked for two epochs, how many pairs do you return? Where does range end?")
def an_epoch_more(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs + 1):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
    return history


@mistake("capstone", "What is left in an iterator when it has been gone through once?")
def one_iterator_for_all_epochs(model, loader, test, loss_fn, optimizer, epochs):
    history, batches = [], iter(loader)
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, batches, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
    return history


@mistake(
    "capstone", "Why does the function end after the first epoch? Look at where return stands."
)
def returns_too_early(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        loss = torch.training.train_epoch(model, loader, loss_fn, optimizer)
        history.append((loss, torch.training.accuracy(model, test)))
        return history
    return history


@mistake("capstone", "A pair for each epoch, or a list for each number? Read the docstring again.")
def two_lists(model, loader, test, loss_fn, optimizer, epochs):
    losses, shares = [], []
    for _ in range(epochs):
        losses.append(torch.training.train_epoch(model, loader, loss_fn, optimizer))
        shares.append(torch.training.accuracy(model, test))
    return losses, shares


@mistake("capstone", "Five epochs: how many items has your list? What does += add, a pair or two?")
def pairs_taken_apart(model, loader, test, loss_fn, optimizer, epochs):
    history = []
    for _ in range(epochs):
        history += torch.training.train_epoch(model, loader, loss_fn, optimizer), None
        history[-1] = torch.training.accuracy(model, test)
    return history


@also_right("capstone")
def a_list_of_lists(model, loader, test, loss_fn, optimizer, epochs):
    return [
        [
            torch.training.train_epoch(model, loader, loss_fn, optimizer),
            torch.training.accuracy(model, test),
        ]
        for _ in range(epochs)
    ]


@also_right("capstone")
def with_a_counter(model, loader, test, loss_fn, optimizer, epochs):
    losses, shares = [], []
    while len(losses) < epochs:
        losses.append(torch.training.train_epoch(model, loader, loss_fn, optimizer))
        shares.append(torch.training.accuracy(model, test))
    return list(zip(losses, shares, strict=True))


# Changes that change nothing

TURNED = {
    "accuracy": [
        "right = (model(x.to(device)).argmax(dim=1) == y.to(device)).sum() + right",
        "right = right + (model(x.to(device)).argmax(dim=-1) == y.to(device)).sum()",
    ],
    "batches": [
        "yield self.fetch(order[self.batch_size * i:(i + 1) * self.batch_size])",
        "yield self.fetch(order[i * self.batch_size:self.batch_size * (i + 1)])",
        "yield self.fetch(order[i * self.batch_size:(1 + i) * self.batch_size])",
    ],
    "sgd": [
        "v = options['weight_decay'] * p + v",
        "v = v + p * options['weight_decay']",
        "v = options['momentum'] * state.get('momentum_buffer', 0) + v",
        "v = v + state.get('momentum_buffer', 0) * options['momentum']",
    ],
    "adam": [
        "w -= for_v * lr / for_m * m / (v ** 0.5 + eps * for_v)",
        "w -= m * (lr * for_v / for_m) / (v ** 0.5 + eps * for_v)",
        "w -= lr * for_v / for_m * m / (eps * for_v + v ** 0.5)",
        "w -= lr * for_v / for_m * m / (v ** 0.5 + for_v * eps)",
    ],
    "train-epoch": [
        "total = loss.detach() * len(x) + total",
        "total = total + len(x) * loss.detach()",
    ],
}
for exercise, lines in TURNED.items():
    for line in lines:
        equivalent(exercise, line, "sums and products have no order; logits have two dims")
equivalent("sgd", "if True:", "a decay of 0 adds 0")


# what the exercises' texts ask for, and the mistake that breaks it

demands(
    "accuracy",
    {
        "over samples, not over batches": mean_of_the_batches,
        "the last batch may be shorter": by_the_first_batch,
        "in eval mode": forgets_eval,
        "without a graph": records_a_graph,
        "on the device of the model": leaves_the_batch_on_the_host,
        "one number, at the end": fetches_each_batch,
        "a Python number": a_tensor,
    },
)
demands(
    "batches",
    {
        "every sample once": drawn_with_repeats,
        "a short last batch counts": full_batches_only,
        "unless it is not wanted": keeps_what_should_drop,
        "in order where nothing is shuffled": always_shuffled,
        "freshly drawn for every epoch": drawn_once,
        "by self.generator": another_generator,
        "may be gone through again": one_epoch_for_ever,
    },
)
demands(
    "sgd",
    {
        "momentum": no_momentum,
        "weight decay": no_decay,
        "decay within the velocity": decay_beside_the_velocity,
        "in place": rebinds_the_name,
        "p.grad stays as it is": decays_the_gradient,
        "each parameter has its own state": one_velocity_for_all,
        "the options of each": the_first_groups_options,
        "within no_grad": while_it_records,
        "copies nothing to the device": a_learning_rate_on_the_host,
    },
)
demands(
    "adam",
    {
        "m corrected": no_correction,
        "eps outside of the root": eps_under_the_root,
        "t from 1 on": counts_from_0,
        "each parameter counts its own steps": one_count_of_steps,
        "in place": a_new_tensor,
        "weight decay": no_decay_at_all,
        ".grad is left as it is": writes_to_the_gradient,
    },
)
demands(
    "train-epoch",
    {
        "a step for each batch": one_step_an_epoch,
        "the gradients of this batch only": gradients_pile_up,
        "in train mode": forgets_train,
        "over samples, not over batches": mean_of_the_means,
        "each batch's graph is let go": keeps_every_graph,
        "one number comes back": looks_at_each_loss,
        "on the device of the model": stays_on_the_host,
        "a Python number": a_tensor_on_the_device,
    },
)
demands(
    "capstone",
    {
        "a pair for each epoch": the_last_epoch_only,
        "loss first": pairs_exchanged,
        "accuracy on samples that it does not learn from": measures_on_what_it_learned,
        "after each epoch": measures_before,
        "as many epochs as asked": an_epoch_less,
        "and none more": an_epoch_more,
    },
)
