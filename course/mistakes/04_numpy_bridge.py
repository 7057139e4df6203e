"""What goes wrong in lesson 4, and what a good teacher would ask then."""

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# numpy


@mistake(
    "numpy",
    "Write a number to n, then print t. How many memories do you see?",
    more="n holds the new number, t the old one: two memories. t.array is the tensor's own.",
)
def copies(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return self.array.copy()


@mistake(
    "numpy",
    "w takes part in a gradient. If its numbers leave without a word, who will miss them in "
    "backward? What would PyTorch say?",
    more="Lesson 6 walks back through the history; what NumPy did stands in none. PyTorch "
    "raises a RuntimeError.",
)
def detaches(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    return self.array


@mistake(
    "numpy",
    "numpy() promises one memory. Can it keep that promise on another device?",
    more="A download is a copy: a change of it is seen by nobody. So the call is refused.",
)
def downloads_quietly(self):
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return self.device.download(self.array)


@mistake("numpy", "Print type() of your result for a tensor on sim. Is that NumPy's array?")
def hands_out_any_array(self):
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return self.array


@mistake("numpy", "Which dtype has an array of a list? Where do the tensor's numbers lie then?")
def by_way_of_lists(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return np.array(self.tolist())


@mistake(
    "numpy",
    "Read the two words again: off the CPU it is the type of t that NumPy cannot take, and with a "
    "gradient it is the moment. Which exception is which?",
)
def exceptions_exchanged(self):
    if self.device.type != "cpu":
        raise RuntimeError("not on the CPU")
    if self.requires_grad:
        raise TypeError("requires grad")
    return self.array


@mistake("numpy", "2 * w is no leaf, but does it require a gradient? What do you ask of it?")
def refuses_leaves_only(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    if self.requires_grad and self.is_leaf:
        raise RuntimeError("requires grad")
    return self.array


@mistake("numpy", "Print w.requires_grad before and after the call. Who asked for that?")
def switches_the_gradient_off(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    self.requires_grad = False
    return self.array


@mistake(
    "numpy",
    'Print t.device == "cpu" and t.device.type == "cpu" for a tensor of the CPU. Which of the two '
    "is a word?",
)
def compares_the_device_with_a_word(self):
    if self.device != "cpu":
        raise TypeError("not on the CPU")
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return self.array


@mistake("numpy", "Two kinds of tensors are refused. Which exception did you choose for each?")
def one_exception_for_both(self):
    if self.device.type != "cpu" or self.requires_grad:
        raise TypeError("cannot be shared")
    return self.array


@mistake("numpy", "Is what you return an array? Print its type.")
def returns_the_tensor(self):
    if self.device.type != "cpu":
        raise TypeError("not on the CPU")
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return self


@also_right(
    "numpy",
    note="self.array[...] is a view: another array object on the same memory.",
)
def a_view(self):
    if self.requires_grad:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
    if str(self.device) != "cpu":
        raise TypeError("can't convert to numpy: call cpu() first")
    return self.array[...]


@also_right("numpy")
def numpys_asarray(self):
    if not isinstance(self.array, np.ndarray):
        raise TypeError("not on the CPU")
    if self.requires_grad:
        raise RuntimeError("requires grad")
    return np.asarray(self.array)


demands(
    "numpy",
    {
        "one memory": copies,
        "an array": returns_the_tensor,
        "a tensor on another device is a TypeError": downloads_quietly,
        "one that requires a gradient is a RuntimeError": detaches,
        "each with its own exception": one_exception_for_both,
        "what was computed from one, too": refuses_leaves_only,
        "the tensor stays as it was": switches_the_gradient_off,
    },
)


# shares-memory


@mistake("shares-memory", "Is x[1] the same object as x? Do they share?")
def the_same_object(a, b):
    return a is b or a.array is b.array


@mistake("shares-memory", "Two tensors full of zeros: do they share memory?")
def equal_numbers(a, b):
    return a.device is b.device and a.shape == b.shape and bool((a == b).all())


@mistake(
    "shares-memory",
    "x[::2] and x[1::2] lie in one stretch of memory. Is there a number that belongs to both? What "
    "does the may in your function's name say?",
    more="It looks at the first and the last address only. shares_memory looks at each.",
)
def bounds_only(a, b):
    return a.device is b.device and bool(a.device.xp.may_share_memory(a.array, b.array))


@mistake("shares-memory", "Where does x[1:] begin, and where does x? Do they share all the same?")
def the_same_first_number(a, b):
    return a._memory is b._memory and a.array.shape == b.array.shape


@mistake(
    "shares-memory",
    "x[:2] and x[2:] are views of one tensor. Is there a number that belongs to both?",
)
def views_of_one_tensor(a, b):
    return a._memory is b._memory


@mistake(
    "shares-memory",
    "What does NumPy say to arrays that are not its own? Which library belongs to a's device?",
)
def asks_numpy(a, b):
    return isinstance(a.array, np.ndarray) and np.shares_memory(a.array, b.array)


@mistake(
    "shares-memory", "a and b on two devices: what does your function do with the other array?"
)
def forgets_the_other_device(a, b):
    return bool(a.device.xp.shares_memory(a.array, b.array))


@mistake(
    "shares-memory",
    "A library knows its own arrays, not tensors. Which attribute of a holds the array?",
)
def hands_over_the_tensors(a, b):
    return a.device is b.device and bool(a.device.xp.shares_memory(a, b))


@mistake("shares-memory", "Print shares_memory(x, x[1]) by hand: yes or no? And what do you say?")
def the_other_way_round(a, b):
    return not (a.device is b.device and bool(a.device.xp.shares_memory(a.array, b.array)))


@mistake("shares-memory", "Tensors of one device: do they share memory because of that?")
def the_same_device(a, b):
    return a.device is b.device


@mistake(
    "shares-memory",
    "Two views of one tensor have one base. Is there a number that belongs to both?",
)
def one_base(a, b):
    return a.array.base is b.array.base


@mistake("shares-memory", "What does the may in your function's name say? Try every other number.")
def bounds_only_on_the_host(a, b):
    return np.may_share_memory(a.array, b.array)


@mistake("shares-memory", "Equal numbers, or one memory? What if the shapes differ?")
def compares_the_numbers(a, b):
    return bool((a == b).all())


@also_right(
    "shares-memory",
    note="write a number to the one, read the other, put it back: slower, and it needs no library.",
)
def sees_what_is_written(a, b):
    if a.device is not b.device or a.array.size == 0 or b.array.size == 0:
        return False
    xp, kept = a.device.xp, a.array.copy()
    a.array[...] = 0
    zeros = b.array.copy()
    a.array[...] = 1
    changed = bool((zeros != b.array).any())
    a.array[...] = kept
    return changed and xp is b.device.xp


@also_right("shares-memory")
def without_is(a, b):
    if str(a.device) != str(b.device):
        return False
    return a.device.xp.shares_memory(b.array, a.array)


demands(
    "shares-memory",
    {
        "one number in common is enough": the_same_object,
        "no number in common": bounds_only,
        "memory, not values": equal_numbers,
        "two devices never share": forgets_the_other_device,
    },
)


# from-numpy


@mistake("from-numpy", "Change the array, then print the tensor. Which function of yours copies?")
def copies_the_array(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides) or not array.dtype.isnative:
        raise ValueError("cannot be shared")
    torch.dtypes.of(array)
    copy = np.array(array)
    copy.flags.writeable = array.flags.writeable
    return torch.Tensor(copy, torch.device("cpu"))


@mistake(
    "from-numpy",
    "Sharing is promised. If it cannot be kept for a[::-1], what should one hear?",
    more="That it can't be shared, and how to make a copy: a.copy(). Then nobody wonders.",
)
def copies_what_is_reversed(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if not array.dtype.isnative:
        raise ValueError("foreign byte order")
    torch.dtypes.of(array)
    if any(stride < 0 for stride in array.strides):
        array = array.copy()
    return torch.Tensor(array, torch.device("cpu"))


@mistake("from-numpy", "Who has set that flag, and why? Is it yours to change?")
def unlocks(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides) or not array.dtype.isnative:
        raise ValueError("cannot be shared")
    torch.dtypes.of(array)
    if array.flags.owndata:
        array.flags.writeable = True
    return torch.Tensor(array, torch.device("cpu"))


@mistake(
    "from-numpy",
    "MNIST's files hold the largest byte first. What does a.dtype.isnative say of them, and what "
    "does your function?",
)
def converts_foreign_bytes(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides):
        raise ValueError("negative strides")
    array = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@mistake(
    "from-numpy",
    "Which line of yours asks whether the bytes are in your processor's order?",
    more="2051 would be read as 50855936. a.dtype.isnative tells.",
)
def lets_foreign_bytes_through(array):
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise TypeError("not an array of numbers")
    if any(stride < 0 for stride in array.strides):
        raise ValueError("negative strides")
    return torch.Tensor(array, torch.device("cpu"))


@mistake("from-numpy", "The bytes of 2051, read in the other order, are which number?")
def reads_foreign_bytes_as_native(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides):
        raise ValueError("negative strides")
    array = array.view(array.dtype.newbyteorder("="))
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@mistake("from-numpy", "How many bytes does one number of a have, and how many of your tensor?")
def always_float32(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides) or not array.dtype.isnative:
        raise ValueError("cannot be shared")
    torch.dtypes.of(array)
    return torch.Tensor(array.astype(np.float32, copy=False), torch.device("cpu"))


@mistake("from-numpy", "In which order does a.T walk through memory? And your tensor?")
def row_after_row(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if any(stride < 0 for stride in array.strides) or not array.dtype.isnative:
        raise ValueError("cannot be shared")
    torch.dtypes.of(array)
    kept = array if array.flags.c_contiguous else np.array(array, order="C")
    return torch.Tensor(kept, torch.device("cpu"))


@mistake("from-numpy", "Whose memory does a list have? What should from_numpy([1.0]) say?")
def takes_anything(array):
    array = np.asarray(array)
    if any(stride < 0 for stride in array.strides) or not array.dtype.isnative:
        raise ValueError("cannot be shared")
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@mistake(
    "from-numpy",
    "Which strides have you looked at? A matrix has one for the rows and one for the columns.",
    more="a[:, ::-1] has strides (32, -8): the second one is negative.",
)
def the_first_stride_only(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if array.ndim and array.strides[0] < 0:
        raise ValueError("negative stride")
    if not array.dtype.isnative:
        raise ValueError("foreign byte order")
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@mistake(
    "from-numpy",
    "Four kinds of things are refused: what no tensor can share, and what is no array of numbers. "
    "Which of your lines asks?",
)
def asks_nothing(array):
    return torch.Tensor(array, torch.device("cpu"))


@mistake("from-numpy", "a[:, ::-1] walks backwards along one dim only. Must all strides be < 0?")
def refuses_what_is_all_reversed(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if array.ndim and all(stride < 0 for stride in array.strides):
        raise ValueError("negative strides")
    if not array.dtype.isnative:
        raise ValueError("foreign byte order")
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@mistake("from-numpy", "Which exception was asked for where a stride is negative? And yours?")
def another_exception_for_strides(array):
    if isinstance(array, np.ndarray) and any(stride < 0 for stride in array.strides):
        raise TypeError("negative strides")
    return a_view_of_it(array)


@mistake("from-numpy", "Which exception was asked for where there is no array? And yours?")
def another_exception_for_lists(array):
    if not isinstance(array, np.ndarray):
        raise ValueError("not an array")
    return a_view_of_it(array)


@mistake(
    "from-numpy", "A list has no .strides and no .dtype. What does your function ask it first?"
)
def asks_a_list_for_its_strides(array):
    if any(stride < 0 for stride in array.strides):
        raise ValueError("negative strides")
    return a_view_of_it(array)


@mistake("from-numpy", "A locked array can be shared. Who keeps it from being written to?")
def refuses_what_is_locked(array):
    if isinstance(array, np.ndarray) and not array.flags.writeable:
        raise ValueError("locked")
    return a_view_of_it(array)


@mistake("from-numpy", "a.T is not contiguous. Does that hinder you from sharing it?")
def refuses_what_is_not_contiguous(array):
    if isinstance(array, np.ndarray) and not array.flags.c_contiguous:
        raise ValueError("not contiguous")
    return a_view_of_it(array)


@mistake("from-numpy", "How many strides has a single number? How many do you look at?")
def the_first_stride_of_none(array):
    if not isinstance(array, np.ndarray):
        raise TypeError("not an array")
    if array.strides[0] < 0:
        raise ValueError("negative stride")
    if not array.dtype.isnative:
        raise ValueError("foreign byte order")
    torch.dtypes.of(array)
    return torch.Tensor(array, torch.device("cpu"))


@also_right(
    "from-numpy",
    note="array.dtype.kind in 'biuf' says bool, int, unsigned or float: all that tensors can hold.",
)
def by_kinds(array):
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise TypeError(f"can't convert {type(array)}")
    if not array.dtype.isnative:
        raise TypeError("can't convert foreign byte order")
    if array.ndim and min(array.strides) < 0:
        raise ValueError("negative stride")
    return torch.Tensor(array, torch.device("cpu"))


@also_right("from-numpy")
def a_view_of_it(array):
    if type(array) is not np.ndarray:
        raise TypeError("expected np.ndarray")
    torch.dtypes.of(array)
    if not array.dtype.isnative or min(array.strides, default=0) < 0:
        raise ValueError("cannot be shared")
    return torch.Tensor(array[...], torch.device("cpu"))


demands(
    "from-numpy",
    {
        "one memory": copies_the_array,
        "any dtype that tensors have": always_float32,
        "any strides": row_after_row,
        "what is no array is a TypeError": takes_anything,
        "a negative stride is a ValueError": another_exception_for_strides,
        "along any dim": the_first_stride_only,
        "foreign byte order is refused": lets_foreign_bytes_through,
        "nothing is copied in silence": copies_what_is_reversed,
        "a locked array can be shared": refuses_what_is_locked,
    },
)


# add_


@mistake(
    "add_",
    "In-place functions of PyTorch can be chained. What does yours hand on?",
    more="x.add_(1).add_(2) needs a tensor from the first call: self.",
)
def returns_nothing(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    self.copy_(result)


@mistake(
    "add_",
    "[1, 2] + 0.5, stored as whole numbers: what is left? Which dtype has to fit into which?",
    more="[1, 2]: the halves are gone. torch.can_cast(one, other) says whether a kind of "
    "number fits.",
)
def truncates(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape:
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake(
    "add_",
    "After your line, is self still a name for the caller's memory?",
    more="No: `self = …` is a name of your own from then on. copy_ writes into the caller's.",
)
def rebinds_the_name(self, other, *, alpha=1):
    self = torch.add(self, other, alpha=alpha)
    return self


@mistake(
    "add_", "A row was taken from x before. In which memory does it lie, and where is the sum?"
)
def another_array(self, other, *, alpha=1):
    result = torch.add(self.detach(), other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    if self.requires_grad:
        raise RuntimeError("a leaf requires grad")
    self.array = result.array.astype(self.array.dtype)
    return self


@mistake("add_", "What is the shape of the sum, and how much memory does x have? Who repeats whom?")
def grows(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    while result.ndim > self.ndim:
        result = result[0]
    if result.shape != self.shape:
        result = result[: len(self)]
    return self.copy_(result)


@mistake("add_", "Which of your lines asks whether the tensor is a leaf that requires a gradient?")
def writes_to_leaves(self, other, *, alpha=1):
    result = torch.add(self.detach(), other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    self.array[...] = result.array
    return self


@mistake("add_", "Take x.add_(x.T) by hand, number by number. Which entries have changed already?")
def reads_what_it_has_written(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    if self.ndim == 0 or not isinstance(other, torch.Tensor) or other.ndim < self.ndim:
        return self.copy_(result)
    for i in range(len(self)):
        self[i] = self[i] + alpha * other[i if len(other) > 1 else 0]
    return self


@mistake("add_", "Must other have the shape of x? What would PyTorch do with a row, or a number?")
def no_broadcasting(self, other, *, alpha=1):
    if not isinstance(other, torch.Tensor) or other.shape != self.shape:
        raise RuntimeError("shapes differ")
    result = torch.add(self, other, alpha=alpha)
    if not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake(
    "add_",
    "float32 += float64: is a kind of number lost, or only digits? What fits where?",
    more="Only digits: both are floats, and PyTorch allows it. can_cast tells kinds apart.",
)
def the_very_same_dtype(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or result.dtype is not self.dtype:
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake("add_", "What is alpha for? Print x.add_(y, alpha=3).")
def ignores_alpha(self, other, *, alpha=1):
    result = torch.add(self, other)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake("add_", "Which of the two is changed, x or y? Print both before and after.")
def changes_the_other(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    if isinstance(other, torch.Tensor) and other.shape == self.shape:
        other.copy_(result)
    return self.copy_(result)


@mistake("add_", "What does Python call for self += other, where self is a tensor?")
def calls_itself(self, other, *, alpha=1):
    self += other if alpha == 1 else alpha * other
    return self


@mistake(
    "add_",
    "x.add_(2): has a number an .array, or a .dtype? Which function adds either?",
)
def other_has_an_array(self, other, *, alpha=1):
    if self.requires_grad and self.is_leaf:
        raise RuntimeError("a leaf requires grad")
    self.array += alpha * other.array
    return self


@mistake(
    "add_", "Two tensors hold the sum now. Which one has the memory of x, and which one is yours?"
)
def returns_the_sum(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    self.copy_(result)
    return result


@mistake(
    "add_",
    "can_cast asks about two dtypes. What did you hand over: dtypes, or tensors that have them?",
)
def tensors_for_dtypes(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape:
        raise RuntimeError("does not fit")
    if not torch.can_cast(result, self):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake("add_", "Which of the two is multiplied by alpha? Take x = 1, y = 10 and alpha = 3.")
def multiplies_self(self, other, *, alpha=1):
    result = torch.add(self * alpha, other)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake("add_", "What is in x at the moment when your error is raised? Print it.")
def refuses_too_late(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    fits = torch.can_cast(result.dtype, self.dtype)
    if result.shape != self.shape:
        raise RuntimeError("does not fit")
    self.copy_(result)
    if not fits:
        raise RuntimeError("does not fit")
    return self


@mistake("add_", "Add, or overwrite? Take x = 1 and y = 10: what should x be afterwards?")
def overwrites(self, other, *, alpha=1):
    result = torch.add(self * 0, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@mistake("add_", "Your sum may be refused, and what do you return then? Who would notice?")
def none_where_it_does_not_fit(self, other, *, alpha=1):
    result = torch.add(self, other, alpha=alpha)
    if result.shape != self.shape or not torch.can_cast(result.dtype, self.dtype):
        return None
    return self.copy_(result)


@mistake("add_", "Must other have the shape of x? And what is the shape of a number?")
def compares_the_shapes_of_both(self, other, *, alpha=1):
    if other.shape != self.shape:
        raise RuntimeError("shapes differ")
    result = torch.add(self, other, alpha=alpha)
    if not torch.can_cast(result.dtype, self.dtype):
        raise RuntimeError("does not fit")
    return self.copy_(result)


@also_right("add_")
def without_alpha(self, other):
    total = self + other
    if tuple(total.shape) != tuple(self.shape):
        raise ValueError("the sum is larger")
    if total.is_floating_point() and not self.is_floating_point():
        raise TypeError("a fraction does not fit into whole numbers")
    if self.dtype is torch.bool and total.dtype is not torch.bool:
        raise TypeError("a number does not fit into a truth value")
    self[...] = total
    return self


@also_right(
    "add_",
    note="self.array += other.array is NumPy's own way: it refuses a larger sum and a float "
    "for ints by itself.",
)
def numpys_own_operator(self, other, *, alpha=1):
    if self.requires_grad and self.is_leaf:
        raise RuntimeError("a leaf that requires grad")
    added = other.array if isinstance(other, torch.Tensor) else other
    self.array += added if alpha == 1 else added * alpha
    return self


demands(
    "add_",
    {
        "in the memory of self": rebinds_the_name,
        "which all its views see": another_array,
        "returns self": returns_nothing,
        "alpha times other": ignores_alpha,
        "other is repeated": no_broadcasting,
        "self never is": grows,
        "a kind of number that does not fit is refused": truncates,
        "one that fits is not": the_very_same_dtype,
        "before anything is written": refuses_too_late,
        "a leaf that requires a gradient is refused": writes_to_leaves,
        "other may be a view of self": reads_what_it_has_written,
        "or a number": other_has_an_array,
        "other stays as it was": changes_the_other,
    },
)


# contiguous


@mistake(
    "contiguous",
    "x lies row by row already. Whose memory does x.contiguous() write to?",
    more="Into a copy: who wrote to it would change nothing of x. x.is_contiguous() asks first.",
)
def always_copies(self):
    return self.clone()


@mistake("contiguous", "Print the strides of x.T and of your result. Has anything moved?")
def never_copies(self):
    return self


@mistake("contiguous", "Compare the shapes of x.T and of your result. What has become of the rows?")
def one_long_row(self):
    return self if self.is_contiguous() else self.reshape(-1)


@mistake("contiguous", "Print x[1, 2] and your result for it. How many dims has each?")
def a_number_becomes_a_row(self):
    rows = self.device.xp.ascontiguousarray(self.array).reshape(self.array.shape or 1)
    return torch.Tensor(rows, self.device)


@mistake(
    "contiguous",
    "The strides are right, but are the numbers? Entry (0, 1) of x.T is entry (1, 0) of x.",
)
def only_relabels(self):
    return self if self.is_contiguous() else self.T.reshape(self.shape)


@mistake(
    "contiguous",
    "Which dtype and which device has a tensor made of lists? How many copies does that cost?",
)
def by_way_of_lists_again(self):
    return self if self.is_contiguous() else torch.tensor(self.tolist())


@mistake("contiguous", "Is every copy row after row? x[:, ::2] is no transpose, and no stretch.")
def transposes_only(self):
    return self.clone() if self.T.is_contiguous() and not self.is_contiguous() else self


@mistake("contiguous", "What does your function return for an x that lies row by row already?")
def nothing_where_nothing_is_to_do(self):
    return None if self.is_contiguous() else self.clone()


@mistake("contiguous", "Whose library is np, and on which device is self? What does clone() do?")
def numpys_own(self):
    return torch.from_numpy(np.ascontiguousarray(self.array))


@mistake("contiguous", "Is the tensor itself asked for where it is in order, or its transpose?")
def the_other_way_round_again(self):
    return self.clone() if self.is_contiguous() else self


@also_right("contiguous")
def a_view_where_it_can(self):
    if self.is_contiguous():
        return self[...]
    new = torch.empty(self.shape, dtype=self.dtype, device=self.device)
    new[...] = self
    return new


@also_right(
    "contiguous",
    note="self.device.xp.ascontiguousarray copies only where it must.",
)
def by_the_library(self):
    shape, rows = self.array.shape, self.device.xp.ascontiguousarray(self.array)
    return torch.Tensor(rows.reshape(shape), self.device)


demands(
    "contiguous",
    {
        "row after row": never_copies,
        "no copy where none is needed": always_copies,
        "the same shape": one_long_row,
        "the same numbers": only_relabels,
    },
)


# as-tensor


@mistake(
    "as-tensor",
    "Change the array, then print the tensor. Was a copy needed?",
    more="torch.tensor always copies. from_numpy shares.",
)
def always_a_copy(data, dtype=None, device=None):
    return torch.tensor(data, dtype=dtype, device=device)


@mistake(
    "as-tensor",
    "Print the dtype of as_tensor([1.0, 2.0]). What would torch.tensor give?",
    more="NumPy makes float64 of it, torch.tensor float32.",
)
def lists_by_numpy(data, dtype=None, device=None):
    if not isinstance(data, torch.Tensor):
        data = torch.from_numpy(np.array(data))
    return data.to(device, dtype)


@mistake("as-tensor", "Which of your three arguments does the body read for an array?")
def forgets_the_dtype(data, dtype=None, device=None):
    if isinstance(data, torch.Tensor):
        return data.to(device)
    if isinstance(data, np.ndarray):
        return torch.from_numpy(data).to(device)
    return torch.tensor(data, dtype=dtype, device=device)


@mistake("as-tensor", "Where is the result to live? Which of your branches asks?")
def forgets_the_device(data, dtype=None, device=None):
    if isinstance(data, torch.Tensor):
        return data.to(dtype=dtype)
    if isinstance(data, np.ndarray):
        return torch.from_numpy(data).to(dtype=dtype)
    return torch.tensor(data, dtype=dtype, device=device)


@mistake("as-tensor", "x is on a device, and nobody names another. Where should as_tensor(x) be?")
def cpu_unless_told(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data, dtype=dtype, device=device)
    return data.to(device or "cpu", dtype)


@mistake("as-tensor", "What does a tensor's dtype tell when nobody asks for another one?")
def float32_unless_told(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data, dtype=dtype, device=device)
    return data.to(device, dtype or torch.float32)


@mistake("as-tensor", "How often do the numbers cross to the device, and how large are they then?")
def there_and_back(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data, dtype=dtype).to(device)
    return data.to("cpu").to(device or data.device, dtype)


@mistake("as-tensor", "w takes part in a gradient. Does as_tensor(w) still?")
def detaches_tensors(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data, dtype=dtype, device=device)
    return data.detach().to(device, dtype)


@mistake(
    "as-tensor", "Which function makes a tensor of a list? How are its dtype and device named?"
)
def lists_are_no_arrays(data, dtype=None, device=None):
    if not isinstance(data, torch.Tensor):
        data = torch.from_numpy(data)
    return data.to(device, dtype)


@mistake("as-tensor", "x.to(device, dtype): in which order did you hand over the two?")
def hands_over_dtype_first(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data, dtype=dtype, device=device)
    return data.to(dtype, device)


@mistake("as-tensor", "A list comes with a dtype and a device. Which of your branches reads them?")
def lists_as_they_are(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    if not isinstance(data, torch.Tensor):
        return torch.tensor(data)
    return data.to(device, dtype)


@mistake("as-tensor", "An array has memory of its own. Which of your branches shares it?")
def arrays_are_copied(data, dtype=None, device=None):
    if isinstance(data, torch.Tensor):
        return data.to(device, dtype)
    return torch.tensor(data, dtype=dtype, device=device)


@also_right(
    "as-tensor",
    note="make it a tensor first, whatever it is; then one line for the dtype, one for the device.",
)
def step_by_step(data, dtype=None, device=None):
    if isinstance(data, np.ndarray):
        data = torch.from_numpy(data)
    elif not isinstance(data, torch.Tensor):
        data = torch.tensor(data, dtype=dtype)
    if dtype is not None:
        data = data.to(dtype=dtype)
    return data if device is None else data.to(device=device)


@also_right("as-tensor")
def copies_when_something_changes(data, dtype=None, device=None):
    if isinstance(data, (torch.Tensor, np.ndarray)):
        t = data if isinstance(data, torch.Tensor) else torch.from_numpy(data)
        same = dtype in (None, t.dtype) and (device is None or torch.device(device) is t.device)
        return t if same else t.to(dtype=dtype).to(device)
    return torch.tensor(data, dtype=dtype, device=device)


demands(
    "as-tensor",
    {
        "an array is shared": always_a_copy,
        "a tensor is taken as it is": detaches_tensors,
        "lists as torch.tensor takes them": lists_by_numpy,
        "the dtype that is asked for": forgets_the_dtype,
        "the device that is asked for": forgets_the_device,
        "as it is where nothing is asked": cpu_unless_told,
        "the dtype as it is, too": float32_unless_told,
    },
)


# to-host


@mistake("to-host", "Print type() of your result for a tensor on sim. Is that a host's array?")
def the_devices_array(t):
    return t.detach().array


@mistake(
    "to-host",
    "What does numpy() say to a tensor that requires grad? Which method unties it?",
    more="It refuses, because it would lose the history. detach() says that this is what you want.",
)
def forgets_to_detach(t):
    return t.cpu().numpy()


@mistake(
    "to-host",
    "What does numpy() say to a tensor on sim? Which method fetches it?",
    more="It refuses: that memory is out of reach. cpu() fetches.",
)
def forgets_to_fetch(t):
    return t.detach().numpy()


@mistake("to-host", "After to_host(w), does w still know that it requires a gradient?")
def switches_the_flag(t):
    t.requires_grad = False
    return t.cpu().numpy()


@mistake("to-host", "Which dtype has an array of a list? Compare it with the tensor's.")
def through_lists(t):
    return np.array(t.tolist())


@mistake("to-host", "How many copies does your function make for six numbers?")
def number_by_number(t):
    flat = t.detach().reshape(-1)
    found = [flat[i].item() for i in range(flat.numel())]
    return np.array(found, dtype=t.array.dtype).reshape(tuple(t.shape))


@mistake("to-host", "Your result is a tensor. What was asked for?")
def a_tensor(t):
    return t.detach().cpu()


@mistake("to-host", "Is what you return NumPy's array, or a list? What does a plot want?")
def a_list(t):
    return t.tolist()


@also_right("to-host")
def a_copy(t):
    return np.array(t.cpu().detach().numpy())


@also_right(
    "to-host",
    note="t.device.download(t.array) is the door that cpu() goes through.",
)
def by_the_device(t):
    return t.device.download(t.array)


demands(
    "to-host",
    {
        "an array on the host": the_devices_array,
        "from a device": forgets_to_fetch,
        "with or without a gradient": forgets_to_detach,
        "with one copy": number_by_number,
        "of the same dtype": through_lists,
        "t stays as it was": switches_the_flag,
    },
)


# Changes that change nothing

equivalent(
    "shares-memory",
    "return a.device is b.device and bool(a.device.xp.shares_memory(b.array, a.array))",
    "to share is mutual",
)
for line in ("a line less", "if False:"):
    equivalent("from-numpy", line, "torch.dtypes.of refuses foreign byte order, too")
    equivalent("add_", line, "_become refuses what does not fit, too")
equivalent("add_", "if not torch.can_cast(self.dtype, result.dtype):", "_become refuses it, too")
