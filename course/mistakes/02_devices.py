"""What goes wrong in lesson 2, and what a good teacher would ask then."""

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# pick-device


@mistake(
    "pick-device",
    "What do you return where the accelerator is not called cuda? Who knows them all?",
)
def knows_cuda_only():
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@mistake("pick-device", "What does current_accelerator() give where there is none?")
def none_where_there_is_none():
    return torch.accelerator.current_accelerator()


@mistake("pick-device", "Is sim the accelerator on a machine without one? Who decides that?")
def last_of_all_devices():
    return torch.devices.available()[-1]


@mistake(
    "pick-device",
    "Do you return a device, or its name?",
    more="torch.device(name) is the device itself.",
)
def returns_a_name():
    found = torch.accelerator.current_accelerator()
    return "cpu" if found is None else str(found)


@mistake(
    "pick-device", "is_available() says yes or no. What was asked for, yes or no, or a device?"
)
def says_whether_there_is_one():
    return torch.accelerator.is_available()


@mistake("pick-device", "Which of your two branches runs where there is no accelerator?")
def the_wrong_way_round():
    if torch.accelerator.is_available():
        return torch.device("cpu")
    return torch.accelerator.current_accelerator()


@also_right(
    "pick-device",
    note="current_accelerator() or torch.device('cpu'): None counts as false.",
)
def one_or_the_other():
    return torch.accelerator.current_accelerator() or torch.device("cpu")


@also_right("pick-device")
def asks_first():
    found = torch.device("cpu")
    if torch.accelerator.is_available():
        found = torch.device(torch.accelerator.current_accelerator())
    return found


demands(
    "pick-device",
    {
        "whichever accelerator there is": knows_cuda_only,
        "the CPU where there is none": none_where_there_is_none,
        "sim counts only if it is asked for": last_of_all_devices,
        "a device, not its name": returns_a_name,
    },
)


# parse-device


def _unknown(text):
    return RuntimeError(f"{text!r} is none of {', '.join(torch.devices.names)}")


@mistake("parse-device", "Which index has 'cpu': the first one, or none that was said?")
def zero_for_no_index(text):
    type, index = also_by_split(text)
    return type, index or 0


@mistake("parse-device", "Is your index a number? What does split give?")
def index_as_text(text):
    type, index = also_by_split(text)
    return type, None if index is None else str(index)


@mistake("parse-device", "What do you do with a type that is not in torch.devices.names?")
def takes_any_type(text):
    type, colon, index = text.partition(":")
    if colon and not index.isdigit():
        raise _unknown(text)
    return type, int(index) if colon else None


@mistake("parse-device", "Someone types 'gpu'. Does your text tell which names there are?")
def does_not_name_the_others(text):
    try:
        return also_by_split(text)
    except RuntimeError:
        raise RuntimeError(f"invalid device: {text}") from None


@mistake("parse-device", "Does 'cpu0' start with a known type? Is it one?")
def looks_at_the_start(text):
    for type in torch.devices.names:
        if text.startswith(type):
            index = text[len(type) + 1 :]
            if ":" in text and not index.isdigit():
                raise _unknown(text)
            return type, int(index) if index.isdigit() else None
    raise _unknown(text)


@mistake("parse-device", "How many digits has your index? Try 'cuda:12'.")
def last_character_only(text):
    type, index = also_by_split(text)
    return type, None if index is None else int(text[-1])


@mistake(
    "parse-device",
    "Which whole numbers does int() take that are no index?",
    more="int('-1') is -1, and int(' 1 ') is 1. text.isdigit() is stricter.",
)
def takes_a_negative_index(text):
    type, colon, index = text.partition(":")
    if type not in torch.devices.names:
        raise _unknown(text)
    try:
        return type, int(index) if colon else None
    except ValueError:
        raise RuntimeError(f"invalid index in {text!r}") from None


@mistake(
    "parse-device",
    "Of which type is the exception for 'cuda:one'? Which was asked for?",
    more="int('one') raises a ValueError, a RuntimeError was asked for. Look before you convert.",
)
def leaves_int_to_complain(text):
    type, colon, index = text.partition(":")
    if type not in torch.devices.names or index.startswith("-"):
        raise _unknown(text)
    return type, int(index) if colon else None


@mistake("parse-device", "Something stands behind the colon, or should. What if it is nothing?")
def takes_a_colon_alone(text):
    return also_by_split(text.removesuffix(":"))


@mistake("parse-device", "Of which type is the exception for 'gpu'? Which was asked for?")
def raises_another_type_for_names(text):
    try:
        return also_by_split(text)
    except RuntimeError as error:
        if text.partition(":")[0] in torch.devices.names:
            raise
        raise ValueError(str(error)) from None


@mistake("parse-device", "'cuda:1:2' has two colons. Which of its parts do you look at?")
def ignores_a_second_colon(text):
    return also_by_split(":".join(text.split(":")[:2]))


@mistake("parse-device", "Is what you return a pair? Print parse('cpu').")
def the_type_alone(text):
    type, index = also_by_split(text)
    return type if index is None else (type, index)


@mistake("parse-device", "parse says what a name means. Did you return the device instead?")
def returns_the_device(text):
    also_by_split(text)
    return torch.device("cpu")


@mistake(
    "parse-device", "From which number does an index count? Compare 'cuda:1' with your answer."
)
def counts_from_1(text):
    type, index = also_by_split(text)
    return type, None if index is None else index + 1


@mistake(
    "parse-device", "'cpu' has no colon. How many parts does split give, and how many names wait?"
)
def splits_in_two(text):
    type, index = text.split(":")
    return type, int(index)


@also_right("parse-device")
def also_by_split(text):
    parts = text.split(":")
    if parts[0] not in torch.devices.names:
        raise _unknown(text)
    if len(parts) == 1:
        return parts[0], None
    if len(parts) > 2 or not parts[1].isdecimal():
        raise RuntimeError(f"no index from 0 on: {text!r}")
    return parts[0], int(parts[1])


@also_right(
    "parse-device",
    note="a regular expression, re.fullmatch(r'(cpu|cuda|sim)(?::(\\d+))?', text), reads both "
    "parts at once.",
)
def by_a_pattern(text):
    import re

    found = re.fullmatch(rf"({'|'.join(torch.devices.names)})(?::(\d+))?", text)
    if not found:
        raise _unknown(text)
    return found[1], int(found[2]) if found[2] else None


demands(
    "parse-device",
    {
        "the type and the index": the_type_alone,
        "the index is a number": index_as_text,
        "None without an index": zero_for_no_index,
        "a type that is not among the names is refused": takes_any_type,
        "by a RuntimeError": raises_another_type_for_names,
        "with all names in its text": does_not_name_the_others,
        "an index from 0 on": takes_a_negative_index,
        "an index that is no number is a RuntimeError, too": leaves_int_to_complain,
        "a colon with nothing behind it": takes_a_colon_alone,
        "no more than one colon": ignores_a_second_colon,
    },
)


# to


def _where(x, device):
    return x.device if device is None else torch.device(device)


def _asked(device, dtype):
    return (None, device) if isinstance(device, torch.dtype) else (device, dtype)


@mistake(
    "to",
    "Is x.to(its own device) x, or a copy of it? Who would pay for a copy?",
    more="x.to(x.device) costs nothing if it is x itself. Compare devices with `is`: there is "
    "one object for each.",
)
def always_copies(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = torch.ops.Cast.apply(self, to=(dtype or self.dtype).np)
    return torch.ops.Transfer.apply(result, to=_where(self, device))


@mistake("to", "A move has two ends. Follow the numbers from the GPU to the CPU.")
def uploads_without_fetching(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None and dtype != self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    here = _where(self, device)
    if here is self.device:
        return result
    if here.type != "cpu":
        return torch.ops.Transfer.apply(result, to=here)
    return torch.Tensor(result.array, here)


@mistake("to", "What does your function do with dtype when the device is the same?")
def forgets_the_dtype(self, device=None, dtype=None):
    device, _ = _asked(device, dtype)
    here = _where(self, device)
    return self if here is self.device else torch.ops.Transfer.apply(self, to=here)


@mistake(
    "to",
    "x.to(torch.float64): what is in your parameter `device` then?",
    more="It holds torch.float64. isinstance(device, torch.dtype) notices.",
)
def takes_no_dtype_alone(self, device=None, dtype=None):
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    here = _where(self, device)
    return result if here is self.device else torch.ops.Transfer.apply(result, to=here)


@mistake(
    "to",
    "Are 'sim' and 'sim:0' two devices? What do you compare?",
    more="torch.device('sim:0') is torch.device('sim'): one object. Their names differ, so "
    "compare the objects.",
)
def compares_names(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if device is None or str(device) == str(self.device):
        return result
    moved = torch.ops.Transfer.apply(result, to=torch.device(device))
    return moved.clone() if moved.array is self.array else moved


@mistake("to", "How often does the whole tensor cross in your function? Count the copies.")
def there_and_back_and_there(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    here = _where(self, device)
    if here is self.device and dtype in (None, self.dtype):
        return self
    result = torch.ops.Transfer.apply(self, to=here)
    if dtype is not None and dtype is not self.dtype:
        host = torch.ops.Transfer.apply(result, to=torch.device("cpu"))
        result = torch.ops.Transfer.apply(torch.ops.Cast.apply(host, to=dtype.np), to=here)
    return result


@mistake("to", "Does your new tensor know which tensor it came from? Where would a gradient go?")
def forgets_where_it_came_from(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    here = _where(self, device)
    if here is self.device and dtype in (None, self.dtype):
        return self
    host = self.device.download(self.array).astype((dtype or self.dtype).np)
    return torch.Tensor(here.upload(host), here)


@mistake("to", "Print x after the call: where is it now? Was it asked to go, or to send a copy?")
def moves_x_itself(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    here = _where(self, device)
    if dtype is not None and dtype is not self.dtype:
        self.data = torch.ops.Cast.apply(self, to=dtype.np)
    if here is not self.device:
        self.data = torch.ops.Transfer.apply(self, to=here)
    return self


@mistake(
    "to",
    "Transfer wants a device. What did you hand over: a device, or a text? Which function of torch "
    "turns the one into the other?",
)
def hands_over_the_name(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if device is not None and str(device) != str(self.device):
        result = torch.ops.Transfer.apply(result, to=device)
    return result


@mistake("to", "Cast wants one of NumPy's dtypes. What did you hand over? Look at the given line.")
def hands_over_the_dtype(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype)
    here = _where(self, device)
    return result if here is self.device else torch.ops.Transfer.apply(result, to=here)


@mistake(
    "to",
    "Your function makes two tensors when both change. Does the second hold what the first did?",
)
def only_the_last_of_the_two(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result, here = self, _where(self, device)
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(self, to=dtype.np)
    if here is not self.device:
        result = torch.ops.Transfer.apply(self, to=here)
    return result


@mistake(
    "to", "x.to(dtype=...) names no device. Where should the result be: where x is, or elsewhere?"
)
def the_cpu_unless_told(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    return the_copy_first(self, device or "cpu", dtype)


@mistake("to", "What does your function give back? Follow the name that you return.")
def returns_itself_unchanged(self, device=None, dtype=None):
    the_copy_first(self, device, dtype)
    return self


@mistake("to", 'Print "sim" == x.device. Are a text and a device ever equal? What compares them?')
def compares_a_name_with_a_device(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if device is not None and device != self.device:
        result = torch.ops.Transfer.apply(result, to=torch.device(device))
    return result


@mistake("to", "Something was asked for. Is it always something new? When would x itself do?")
def copies_what_is_asked_for(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result = self
    if dtype is not None:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if device is not None:
        result = torch.ops.Transfer.apply(result, to=torch.device(device))
    return result


@mistake("to", "A device and a dtype may change at once. After which of your lines does it end?")
def returns_after_the_cast(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    if dtype is not None and dtype is not self.dtype:
        return torch.ops.Cast.apply(self, to=dtype.np)
    here = _where(self, device)
    return self if here is self.device else torch.ops.Transfer.apply(self, to=here)


@mistake(
    "to", "`device` may be a name. Who needs a device? Which function turns one into the other?"
)
def hands_over_whatever_comes(self, device=None, dtype=None):
    result = self
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if device is not None:
        result = torch.ops.Transfer.apply(result, to=device)
    return result


@also_right(
    "to",
    note="cast first where it makes the tensor smaller, copy first where it makes it larger: "
    "fewer bytes cross.",
)
def the_copy_first(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result, here = self, _where(self, device)
    if here is not self.device:
        result = torch.ops.Transfer.apply(result, to=here)
    if dtype is not None and dtype is not self.dtype:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    return result


@also_right("to")
def down_then_up_by_parts(self, device=None, dtype=None):
    device, dtype = _asked(device, dtype)
    result, here, host = self, _where(self, device), torch.device("cpu")
    if dtype is not None and dtype.np != self.dtype.np:
        result = torch.ops.Cast.apply(result, to=dtype.np)
    if here is not self.device and self.device is not host:
        result = torch.ops.Transfer.apply(result, to=host)
    if here is not result.device:
        result = torch.ops.Transfer.apply(result, to=here)
    return result


demands(
    "to",
    {
        "elsewhere": uploads_without_fetching,
        "as another kind of number": forgets_the_dtype,
        "or both": only_the_last_of_the_two,
        "x itself if nothing changes": always_copies,
        "a device or a name": hands_over_the_name,
        "two names for one device": compares_names,
        "a dtype alone": takes_no_dtype_alone,
        "gradients find their way back": forgets_where_it_came_from,
        "one copy": there_and_back_and_there,
        "x stays where it is": moves_x_itself,
    },
)


# common-device


def _apart(a, b):
    return RuntimeError(f"tensors on {a.device} and on {b.device}")


@mistake(
    "common-device",
    "'is' asks for the same object. Are two equal texts one object?",
    more="Two texts may be equal and still be two objects. A device exists once: compare those.",
)
def texts_with_is(*tensors):
    for tensor in tensors[1:]:
        if f"{tensor.device}:0" is not f"{tensors[0].device}:0":
            raise _apart(tensors[0], tensor)
    return tensors[0].device


@mistake("common-device", "How many tensors may come in? Which of them does your loop look at?")
def first_two_only(*tensors):
    if len(tensors) > 1 and tensors[0].device is not tensors[1].device:
        raise _apart(*tensors[:2])
    return tensors[0].device


@mistake("common-device", "Two devices: is it yours to choose? What would the choice cost?")
def chooses_the_accelerator(*tensors):
    return next((t.device for t in tensors if t.device.type != "cpu"), tensors[0].device)


@mistake("common-device", "Two devices: what does the caller learn from the first one's name?")
def never_refuses(*tensors):
    return tensors[0].device


@mistake("common-device", "Which two devices met? Are both in your text?")
def names_none(*tensors):
    if any(tensor.device is not tensors[0].device for tensor in tensors):
        raise RuntimeError("expected all tensors to be on the same device")
    return tensors[0].device


@mistake("common-device", "Of which type is the exception that you raise? Which was asked for?")
def raises_another_type(*tensors):
    for tensor in tensors:
        if tensor.device is not tensors[0].device:
            raise ValueError(f"tensors on {tensors[0].device} and on {tensor.device}")
    return tensors[0].device


@mistake("common-device", "Do you return a device, or its name?")
def returns_the_name(*tensors):
    return str(each_against_the_first(*tensors))


@mistake(
    "common-device", "Of a single tensor the device is known. What does your function say of it?"
)
def wants_two(*tensors):
    if len(tensors) < 2:
        raise RuntimeError("expected cpu or sim: two tensors")
    return each_against_the_first(*tensors)


@mistake("common-device", "How many tensors may come in? How many can your function take?")
def takes_just_two(a, b):
    return each_against_the_first(a, b)


@mistake("common-device", "You made an error. Who raises it?")
def returns_the_error(*tensors):
    for tensor in tensors:
        if tensor.device is not tensors[0].device:
            return _apart(tensors[0], tensor)
    return tensors[0].device


@also_right("common-device")
def each_against_the_first(*tensors):
    first, *others = tensors
    for other in others:
        if str(other.device) != str(first.device):
            raise _apart(first, other)
    return first.device


@also_right(
    "common-device",
    note="{t.device for t in tensors} has one member where all is well.",
)
def as_a_set(*tensors):
    found = {tensor.device for tensor in tensors}
    if len(found) > 1:
        raise RuntimeError(f"tensors on {' and '.join(sorted(map(str, found)))}")
    return found.pop()


demands(
    "common-device",
    {
        "one or more tensors": wants_two,
        "all of them": first_two_only,
        "two devices are refused": never_refuses,
        "by a RuntimeError": raises_another_type,
        "with both names in its text": names_none,
        "the device, not its name": returns_the_name,
    },
)


# one-hot


@mistake(
    "one-hot",
    "Who owns the memory of your rows, when the labels are on a device?",
    more="torch.eye(classes) lies on the CPU. It takes a device=, too.",
)
def eye_on_the_host(labels, classes):
    return torch.eye(classes)[labels]


FETCHED = (
    "A copy comes back from the device. Which of your lines reads numbers on the host: tolist, "
    "item, int, an if, an assert?"
)


@mistake("one-hot", FETCHED)
def asserts_the_range(labels, classes):
    assert bool((labels < classes).all())
    return torch.eye(classes, device=labels.device)[labels]


@mistake(
    "one-hot",
    "One copy comes back, and one goes up again. Which of your lines reads the labels on the host? "
    "Could the device do it?",
)
def by_way_of_the_host(labels, classes):
    return torch.eye(classes)[labels.to("cpu")].to(labels.device)


@mistake("one-hot", "Which dtype will a network's output have? And your rows?")
def whole_numbers(labels, classes):
    return torch.eye(classes, dtype=torch.int64, device=labels.device)[labels]


@mistake(
    "one-hot",
    "Your rows say True and False. What has a network's output to be compared with?",
    more="They are bools. float32 was asked for: .to(dtype=…) converts.",
)
def truths(labels, classes):
    return labels.unsqueeze(-1) == torch.arange(classes, device=labels.device)


@mistake("one-hot", "How many classes are there if nobody's label is the last one?")
def as_many_as_occur(labels, classes):
    if not labels.numel():
        return torch.zeros(*labels.shape, 0, device=labels.device)
    return torch.eye(int(labels.max()) + 1, device=labels.device)[labels]


@mistake("one-hot", "Each label is read by itself here. How often do you wait for the device?")
def one_label_at_a_time(labels, classes):
    rows = torch.zeros(labels.numel(), classes, device=labels.device)
    for i, label in enumerate(labels.reshape(-1)):
        rows[i, label.item()] = 1.0
    return rows.reshape(*labels.shape, classes)


@mistake("one-hot", "Row or column: where is the class? Try three labels and five classes.")
def classes_first(labels, classes):
    hot = torch.arange(classes, device=labels.device).reshape(-1, *[1] * labels.ndim) == labels
    return hot.to(dtype=torch.float32)


@mistake("one-hot", "One copy goes up. What did you make on the host first, and could the device?")
def eye_made_on_the_host(labels, classes):
    return torch.eye(classes).to(labels.device)[labels]


@mistake("one-hot", "Your loop runs over the first dim. What does it meet when labels are 2 by 3?")
def rows_of_one_dim_only(labels, classes):
    rows = torch.zeros(len(labels), classes, device=labels.device)
    for i in range(len(labels)):
        rows[i, labels[i]] = 1.0
    return rows


@mistake("one-hot", "Label 0 of 4 classes: where is its 1? Count the columns from 0.")
def one_column_too_far(labels, classes):
    return torch.eye(classes, device=labels.device)[(labels + 1) % classes]


@mistake("one-hot", "Which shape have labels of (2, 3) together with 4 classes? Print yours.")
def one_long_list_of_rows(labels, classes):
    return torch.eye(classes, device=labels.device)[labels.reshape(-1)]


@mistake("one-hot", "Labels of (2, 3) and a new dim: where is yours, and where is it wanted?")
def a_new_dim_in_the_middle(labels, classes):
    hot = labels.unsqueeze(1) == torch.arange(classes, device=labels.device)
    return hot.to(dtype=torch.float32)


@mistake("one-hot", FETCHED)
def a_python_loop(labels, classes):
    rows = torch.zeros(len(labels), classes, device=labels.device)
    for i, label in enumerate(labels.tolist()):
        rows[i, label] = 1.0
    return rows


@mistake("one-hot", "Whose library is np, and whose memory holds the labels?")
def numpys_rows(labels, classes):
    rows = np.eye(classes, dtype=np.float32)[labels.array]
    return torch.tensor(rows, device=labels.device)


@also_right(
    "one-hot",
    note="labels.unsqueeze(-1) == torch.arange(classes, device=…) compares each label with "
    "each class; it makes no table.",
)
def mask(labels, classes):
    hot = labels.unsqueeze(-1) == torch.arange(classes, device=labels.device)
    return hot.to(dtype=torch.float32)


@also_right("one-hot")
def ones_into_zeros(labels, classes):
    n = labels.numel()
    rows = torch.zeros(n, classes, device=labels.device)
    rows[torch.arange(n, device=labels.device), labels.reshape(n)] = 1.0
    return rows.reshape(*labels.shape, classes)


demands(
    "one-hot",
    {
        "a 1 at the label": one_column_too_far,
        "as many columns as classes": as_many_as_occur,
        "float32": whole_numbers,
        "made where the labels are": eye_on_the_host,
        "nothing goes up": eye_made_on_the_host,
        "nothing comes back": asserts_the_range,
        "labels of any shape": rows_of_one_dim_only,
        "one dim more, at the end": classes_first,
    },
)


# clip-norm


def _grads(parameters):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    return [p.grad for p in parameters if p.grad is not None]


def _norm(grads):
    return sum((g * g).sum() for g in grads).sqrt()


@mistake(
    "clip-norm",
    "How many norms do you take? All gradients together are one vector.",
    more="Each norm by itself changes the direction of the whole. Sum all squares first, over "
    "all parameters.",
)
def each_by_itself(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for g in grads:
        g.mul_((limit / (_norm([g]) + 1e-6)).clamp(max=1.0))
    return norm


@mistake(
    "clip-norm", "Is the direction of the gradient still the same? You cut numbers, not length."
)
def cuts_each_number(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for g in grads:
        g.copy_(g.clamp(-limit, limit))
    return norm


@mistake(
    "clip-norm",
    "How do you know whether the norm is above the limit? An if and Python's min ask on the host.",
    more="The answer has to come back first: a copy, and a wait. A clamp multiplies by 1 where"
    " nothing is to be done.",
)
def asks_on_the_host(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    if norm > limit:
        for g in grads:
            g.mul_(limit / norm)
    return norm


@mistake("clip-norm", "A gradient of length 0.1, a limit of 5: how long is it after your call?")
def lengthens_too(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for g in grads:
        g.mul_(limit / (norm + 1e-6))
    return norm


@mistake(
    "clip-norm",
    "Someone holds the old p.grad. What do they see: is it scaled?",
    more="They see the old numbers: `=` gave p.grad a new tensor. Names that end in _ write "
    "into the old one.",
)
def makes_new_gradients(parameters, limit):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for p in parameters:
        if p.grad is not None:
            p.grad = p.grad * (limit / (norm + 1e-6)).clamp(max=1.0)
    return norm


@mistake("clip-norm", "Is what you return the norm before, or after?")
def returns_the_norm_afterwards(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    _scaled(grads, limit)
    return _norm(grads)


@mistake(
    "clip-norm", "Is the length of (3, 4) equal to 3 + 4? What do you add up, and what comes after?"
)
def adds_up_the_norms(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = sum(g.abs().sum() for g in grads)
    for g in grads:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


@mistake("clip-norm", "What is 0 / 0? Try it where all gradients are 0.")
def divides_by_zero(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for g in grads:
        g.copy_(g / norm * norm.clamp(max=limit))
    return norm


@mistake(
    "clip-norm",
    "A generator can be walked once. How often do you walk the parameters?",
    more="On the second walk it is empty, so nothing is scaled. A list can be walked as often "
    "as you like.",
)
def walks_twice(parameters, limit):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    norm = sum(((p.grad * p.grad).sum() for p in parameters if p.grad is not None), 0.0) ** 0.5
    if isinstance(norm, float):
        return torch.tensor(norm)
    for p in parameters:
        if p.grad is not None:
            p.grad.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


@mistake("clip-norm", "What is p.grad of a parameter that took no part?")
def forgets_none(parameters, limit):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    return _scaled([p.grad * 1 if p.grad is None else p.grad for p in parameters], limit)


@mistake("clip-norm", "The length of (3, 4) is 5. Which number does your sum of squares give?")
def forgets_the_root(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = sum((g * g).sum() for g in grads)
    for g in grads:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


@mistake(
    "clip-norm", "Two gradients of lengths 3 and 4: together one vector. Is it 7 long, or less?"
)
def adds_up_the_lengths(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = sum(_norm([g]) for g in grads)
    for g in grads:
        g.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


@mistake("clip-norm", "Which numbers are to get shorter: the parameters or their gradients?")
def scales_the_parameters(parameters, limit):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else list(parameters)
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for p in parameters:
        p.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


@mistake("clip-norm", "Nobody has a gradient. What do you return then, and of which type is it?")
def a_number_where_there_is_none(parameters, limit):
    grads = _grads(parameters)
    return _scaled(grads, limit) if grads else 0.0


@mistake("clip-norm", "`parameters` may be one tensor. What does a loop over a tensor give you?")
def walks_into_a_tensor(parameters, limit):
    return by_the_larger_of_norm_and_limit([p for p in parameters], limit)


@mistake("clip-norm", "Your norm is a Python number. Which line fetched it, and who had to wait?")
def returns_a_number(parameters, limit):
    return by_the_larger_of_norm_and_limit(parameters, limit).item()


@mistake("clip-norm", "p.grad may be None. Which of your lines asks, before it multiplies?")
def never_asks_for_none(parameters, limit):
    parameters = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    norm = sum((p.grad * p.grad).sum() for p in parameters) ** 0.5
    for p in parameters:
        p.grad.mul_((limit / (norm + 1e-6)).clamp(max=1.0))
    return norm


def _scaled(grads, limit):
    """Scale `grads` themselves; returns their norm before."""
    norm = _norm(grads)
    scale = limit / (norm + 1e-6)
    for g in grads:
        g.mul_(scale.clamp(max=1.0))
    return norm


@also_right("clip-norm")
def by_the_larger_of_norm_and_limit(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.tensor(0.0)
    norm = _norm(grads)
    for g in grads:
        g.mul_(np.float64(limit) / norm.clamp(min=limit))
    return norm


@also_right(
    "clip-norm",
    note="torch.stack of the sums, then one root: a few large kernels where a loop has many "
    "small ones.",
)
def norm_of_norms(parameters, limit):
    grads = _grads(parameters)
    if not grads:
        return torch.zeros(())
    norm = torch.stack([(g * g).sum() for g in grads]).sum().sqrt()
    scale = torch.where(norm > limit, limit / norm, torch.ones_like(norm))
    for g in grads:
        g.copy_(g * scale)
    return norm


demands(
    "clip-norm",
    {
        "all gradients are one vector": each_by_itself,
        "their length": forgets_the_root,
        "no longer than the limit, and not longer than before": lengthens_too,
        "the direction stays": cuts_each_number,
        "one tensor, too": walks_into_a_tensor,
        "an iterable, walked once": walks_twice,
        "some without a gradient": forgets_none,
        "in place": makes_new_gradients,
        "without a copy to the host": asks_on_the_host,
        "returns the norm before": returns_the_norm_afterwards,
        "which stays a tensor": returns_a_number,
        "zeros stay zeros": divides_by_zero,
        "a tensor of 0 where there is no gradient": a_number_where_there_is_none,
    },
)


# epoch-loss


@mistake(
    "epoch-loss",
    "How often do you wait? Could the sum stay where its terms are?",
    more="Once in each batch. A tensor can be a sum as well: it waits only at .item().",
)
def a_float_each(model, batches, device):
    total, count = 0.0, 0
    for x, y in batches:
        y = y.to(device)
        total += float(((model(x.to(device)) - y) ** 2).sum())
        count += y.numel()
    return total / count


@mistake(
    "epoch-loss",
    "Four batches of 4 and one of 1: which share has the last one's mean?",
    more="A fifth, though it holds 1 of 17 samples. Add up sums, and count the numbers.",
)
def mean_of_means(model, batches, device):
    losses = [((model(x.to(device)) - y.to(device)) ** 2).mean().detach() for x, y in batches]
    return torch.stack(losses).mean().item()


@mistake("epoch-loss", "What does NumPy do with a list of tensors before it can add them up?")
def adds_up_with_numpy(model, batches, device):
    sums, count = [], 0
    for x, y in batches:
        sums.append(((model(x.to(device)) - y.to(device)) ** 2).sum().detach())
        count += y.numel()
    return float(np.sum(sums) / count)


@mistake("epoch-loss", "How often does one x cross, in your loop? Count the calls of to.")
def carries_twice(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)) ** 2).sum().detach()
        count += x.to(device).shape[0] * (y.to(device).numel() // x.shape[0])
    return (total / count).item()


@mistake("epoch-loss", "Where is the difference to y computed? Which way does y have to go?")
def compares_on_the_host(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)).to("cpu") - y.to("cpu")) ** 2).sum()
        count += y.numel()
    return (total / count).item()


@mistake("epoch-loss", "Is what you return a float, or a tensor on the device?")
def returns_a_tensor(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)) ** 2).sum().detach()
        count += y.numel()
    return total / count


@mistake("epoch-loss", "Print what you add up after each batch. Does it grow?")
def last_batch_only(model, batches, device):
    for x, y in batches:
        loss = ((model(x.to(device)) - y.to(device)) ** 2).mean()
    return loss.item()


@mistake("epoch-loss", "How many numbers has a batch of (4, 2)? Is that how often you divide?")
def divides_by_samples(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)) ** 2).sum().detach()
        count += len(y)
    return (total / count).item()


@mistake("epoch-loss", "A generator can be walked once. How often do you walk the batches?")
def walks_the_batches_twice(model, batches, device):
    count = sum(y.numel() for _, y in batches)
    total = sum(((model(x.to(device)) - y.to(device)) ** 2).sum() for x, y in batches)
    return (total / count).item() if isinstance(total, torch.Tensor) else total / count


@mistake(
    "epoch-loss",
    "What does your sum hold on to, besides a number? Print total.grad_fn after the first batch, "
    "for a model whose parameters require gradients.",
    more="Each loss knows all that it was computed from. detach() keeps the number and lets go"
    " of the rest.",
)
def keeps_the_history(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)) ** 2).sum()
        count += y.numel()
    return (total / count).item()


@mistake("epoch-loss", "Which of the two is squared: each difference, or their sum?")
def squares_the_sum(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)).sum() ** 2).detach()
        count += y.numel()
    return (total / count).item()


@mistake("epoch-loss", "The mean over all numbers: by what do you divide at the end?")
def a_sum_for_a_mean(model, batches, device):
    total = 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y.to(device)) ** 2).sum().detach()
    return total.item()


@mistake("epoch-loss", "Where is x when your model gets it? Where does the model live?")
def forgets_to_carry_x(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x) - y.to(device)) ** 2).sum().detach()
        count += y.numel()
    return (total / count).item()


@mistake("epoch-loss", "Where is y when it meets what your model gave? Where is that?")
def forgets_to_carry_y(model, batches, device):
    total, count = 0, 0
    for x, y in batches:
        total = total + ((model(x.to(device)) - y) ** 2).sum().detach()
        count += y.numel()
    return (total / count).item()


@also_right(
    "epoch-loss",
    note="keep the sums in a list, torch.stack them at the end: one kernel, one copy back.",
)
def stacks_then_sums(model, batches, device):
    sums, count = [], 0
    for x, y in batches:
        off = model(x.to(device)) - y.to(device)
        sums.append((off * off).sum().detach())
        count += off.numel()
    return float(torch.stack(sums).sum() / count)


@also_right("epoch-loss")
def weighted_means(model, batches, device):
    batches = list(batches)
    total = torch.zeros((), dtype=batches[0][1].dtype, device=device)
    count = sum(y.numel() for _, y in batches)
    with torch.no_grad():
        for x, y in batches:
            off = (model(x.to(device)) - y.to(device)).abs()
            total += off.pow(2).mean() * (y.numel() / count)
    return total.item()


demands(
    "epoch-loss",
    {
        "over all numbers of all batches": mean_of_means,
        "the mean": a_sum_for_a_mean,
        "of squares": squares_the_sum,
        "a Python float": returns_a_tensor,
        "batches come once": walks_the_batches_twice,
        "the model is at home on the device": forgets_to_carry_x,
        "each batch goes up once": carries_twice,
        "one number comes back": a_float_each,
        "no history is kept": keeps_the_history,
    },
)


# Mutants that no check has to tell from the reference

equivalent(
    "clip-norm",
    "scale = (limit / (norm - 1e-06)).clamp(max=1.0)",
    "a millionth more or less is below what float32 shows",
)
equivalent("clip-norm", "scale = (limit / (1e-06 + norm)).clamp(max=1.0)", "a + b is b + a")
equivalent("epoch-loss", "total = ((model(x) - y) ** 2).sum().detach() + total", "a + b is b + a")
equivalent(
    "epoch-loss",
    "total = total + ((y - model(x)) ** 2).sum().detach()",
    "the square of a difference has no sign",
)
