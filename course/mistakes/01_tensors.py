"""What goes wrong in lesson 1, and what a good teacher would ask then."""

import math

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# ones-like


@mistake(
    "ones-like",
    "'Like' means three things. The shape is one: which are the others?",
    more="ones_like of a tensor in int64 is in int64. Print ones_like(torch.arange(3)).",
)
def loses_dtype(x, *, dtype=None, device=None):
    return torch.ones(x.shape, dtype=dtype, device=device or x.device)


@mistake("ones-like", "Does your answer look at the numbers in x? Which number times 0 is not 0?")
def times_zero_plus_one(x, *, dtype=None, device=None):
    ones = x * 0 + 1
    return ones.to(device=device or x.device, dtype=dtype or x.dtype)


@mistake("ones-like", "In whose memory are your ones, when x is not on the CPU?")
def loses_device(x, *, dtype=None, device=None):
    return torch.ones(x.shape, dtype=dtype or x.dtype, device=device)


@mistake("ones-like", "Print x before and after the call. Was it yours to write to?")
def writes_into_x(x, *, dtype=None, device=None):
    x[...] = 1
    return x.to(device=device or x.device, dtype=dtype or x.dtype)


@mistake("ones-like", "Which of your parameters does the body read? Ask for dtype=torch.int64.")
def ignores_what_is_asked_for(x, *, dtype=None, device=None):
    return torch.ones(x.shape, dtype=x.dtype, device=x.device)


@mistake("ones-like", "Where are your ones made, and how do they get to the device of x?")
def carried_to_the_device(x, *, dtype=None, device=None):
    return torch.ones(x.shape, dtype=dtype or x.dtype).to(device or x.device)


@mistake("ones-like", "Which dtype does NumPy choose for its ones, when nobody tells it yours?")
def as_numpy_makes_them(x, *, dtype=None, device=None):
    return torch.tensor(np.ones(tuple(x.shape)), dtype=dtype, device=device or x.device)


@mistake("ones-like", "Call it with device='cpu' for an x that lives elsewhere. Where are they?")
def ignores_the_device_asked_for(x, *, dtype=None, device=None):
    return torch.ones(x.shape, dtype=dtype or x.dtype, device=x.device)


@mistake("ones-like", "How many numbers has x in each dim? Print the shape of x and of your ones.")
def one_long_row(x, *, dtype=None, device=None):
    return torch.ones(x.numel(), dtype=dtype or x.dtype, device=device or x.device)


@mistake("ones-like", "How many dims may x have? How many sizes do you read?")
def two_dims_only(x, *, dtype=None, device=None):
    shape = (x.shape[0], x.shape[1])
    return torch.ones(shape, dtype=dtype or x.dtype, device=device or x.device)


@mistake("ones-like", "Which number is in each place of yours?")
def zeros_for_ones(x, *, dtype=None, device=None):
    return torch.zeros(x.shape, dtype=dtype or x.dtype, device=device or x.device)


@also_right("ones-like")
def empty_then_fill(x, *, dtype=None, device=None):
    out = torch.empty(x.shape, dtype=dtype or x.dtype, device=device or x.device)
    out[...] = True
    return out


@also_right(
    "ones-like",
    note="torch.full(x.shape, 1, dtype=…, device=…) makes a tensor of any one number.",
)
def with_full(x, *, dtype=None, device=None):
    dtype = x.dtype if dtype is None else dtype
    device = x.device if device is None else device
    return torch.full(tuple(x.shape), 1, dtype=dtype, device=device)


demands(
    "ones-like",
    {
        "the shape of x": one_long_row,
        "the dtype of x": loses_dtype,
        "the device of x": loses_device,
        "another dtype where one is asked for": ignores_what_is_asked_for,
        "another device where one is asked for": ignores_the_device_asked_for,
        "ones, whatever the numbers in x are": times_zero_plus_one,
        "x is only looked at": writes_into_x,
        "made where they are needed": carried_to_the_device,
    },
)


# rand-like


def _wanted(x, dtype, device):
    dtype = dtype or x.dtype
    if not dtype.is_floating_point:
        raise TypeError(f"no random numbers in {dtype}")
    return {"dtype": dtype, "device": device or x.device}


@mistake("rand-like", "On which device are your numbers drawn? How do they get to where x is?")
def drawn_on_the_host(x, *, dtype=None, device=None):
    wanted = _wanted(x, dtype, device)
    return torch.rand(x.shape, dtype=wanted["dtype"]).to(wanted["device"])


@mistake("rand-like", "Call it twice. Should the two be equal?")
def fixed_seed(x, *, dtype=None, device=None):
    numbers = np.random.default_rng(0).random(tuple(x.shape))
    return torch.tensor(numbers, **_wanted(x, dtype, device))


@mistake("rand-like", "Which numbers does randn draw? Are yours all between 0 and 1?")
def from_the_bell_curve(x, *, dtype=None, device=None):
    return torch.randn(x.shape, **_wanted(x, dtype, device))


@mistake("rand-like", "Between which two numbers do yours lie? Print the smallest of a hundred.")
def from_minus_1_to_1(x, *, dtype=None, device=None):
    return torch.rand(x.shape, **_wanted(x, dtype, device)) * 2 - 1


@mistake("rand-like", "'Like' means three things. Which dtype have your numbers, and which has x?")
def always_float32(x, *, dtype=None, device=None):
    _wanted(x, dtype, device)
    return torch.rand(x.shape, device=device or x.device)


@mistake(
    "rand-like",
    "What is left of 0.7 in int64? Is a tensor of zeros what the caller asked for, or should the "
    "function say something?",
    more="Every number from [0, 1) is cut to 0.",
)
def cut_to_whole_numbers(x, *, dtype=None, device=None):
    return torch.rand(x.shape, device=device or x.device).to(dtype=dtype or x.dtype)


@mistake("rand-like", "How many different numbers should a tensor of ten hold? Print yours.")
def one_number_for_all(x, *, dtype=None, device=None):
    wanted = _wanted(x, dtype, device)
    return torch.rand(1, **wanted) * torch.ones(x.shape, **wanted)


@mistake("rand-like", "Whose random numbers did torch.manual_seed start again: NumPy's or torch's?")
def from_numpys_own_stream(x, *, dtype=None, device=None):
    numbers = np.random.random(tuple(x.shape))
    return torch.tensor(numbers, **_wanted(x, dtype, device))


@mistake("rand-like", "Which of your parameters does the body read? Ask for another dtype.")
def ignores_the_dtype_asked_for(x, *, dtype=None, device=None):
    return torch.rand(x.shape, dtype=x.dtype, device=device or x.device)


@mistake("rand-like", "Call it with device='sim' for a tensor of the CPU. Where do they arrive?")
def stays_on_the_device_of_x(x, *, dtype=None, device=None):
    return torch.rand(x.shape, **_wanted(x, dtype, None))


@mistake("rand-like", "Print x before and after the call. Was it yours to write to?")
def draws_into_x(x, *, dtype=None, device=None):
    wanted = _wanted(x, dtype, device)
    if wanted["dtype"] is not x.dtype:
        return torch.rand(x.shape, **wanted)
    x.uniform_()
    return x.to(wanted["device"])


@also_right(
    "rand-like",
    note="torch.empty(…).uniform_() draws into memory that is there; names with a trailing _ "
    "write in place.",
)
def empty_then_uniform(x, *, dtype=None, device=None):
    return torch.empty(x.shape, **_wanted(x, dtype, device)).uniform_()


@also_right("rand-like")
def one_less(x, *, dtype=None, device=None):
    wanted = _wanted(x, dtype, device)
    return (1 - torch.rand(x.shape, **wanted)).clamp(max=0.999999)


demands(
    "rand-like",
    {
        "in [0, 1)": from_minus_1_to_1,
        "each number as likely as any other": from_the_bell_curve,
        "each drawn anew": one_number_for_all,
        "other numbers in each call": fixed_seed,
        "the dtype of x": always_float32,
        "another dtype where one is asked for": ignores_the_dtype_asked_for,
        "another device where one is asked for": stays_on_the_device_of_x,
        "drawn where they are wanted": drawn_on_the_host,
        "a dtype that is not floating is refused": cut_to_whole_numbers,
        "from torch's own random numbers": from_numpys_own_stream,
        "x is only looked at": draws_into_x,
    },
)


# infer-dtype


def _leaves(data):
    if isinstance(data, (list, tuple, range)):
        for part in data:
            yield from _leaves(part)
    else:
        yield data


def _numbers(data):
    """The numbers in nested lists that are well formed."""
    np.shape(data)
    found = list(_leaves(data))
    for x in found:
        if not isinstance(x, (bool, int, float)):
            raise TypeError(f"{x!r} is no number")
    return found


@mistake(
    "infer-dtype",
    "What does isinstance(True, int) say? Which of your branches meets True?",
    more="It says True: for Python a bool is an int with two values. Whoever asks for int "
    "first never comes to bool.",
)
def bool_is_int(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    found = _numbers(data)
    return torch.int64 if found and all(isinstance(x, int) for x in found) else torch.float32


@mistake("infer-dtype", "How many numbers do you look at? Where could a float hide?")
def looks_at_the_first_only(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    kind = {bool: torch.bool, int: torch.int64}
    return kind.get(type((_numbers(data) or [0.0])[0]), torch.float32)


@mistake("infer-dtype", "How many bits has one number of the result, and how many did we agree on?")
def as_numpy_does(data):
    if not isinstance(data, np.ndarray):
        _numbers(data)
    return torch.dtypes.of(np.array(data))


@mistake(
    "infer-dtype",
    "What does all(...) say of nothing at all? Try [].",
    more="all([]) is True: in nothing there is nothing that fails. So the empty list needs a "
    "line of its own, before.",
)
def nothing_is_bool(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    found = _numbers(data)
    if all(isinstance(x, bool) for x in found):
        return torch.bool
    return torch.int64 if all(isinstance(x, int) for x in found) else torch.float32


@mistake(
    "infer-dtype",
    "Call it with rows of different lengths. What would their shape be?",
    more="[[1, 2], [3]] has rows of 2 and of 1: there is no shape for it.",
)
def takes_ragged_lists(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    kinds = {type(x) for x in _leaves(data)}
    if not kinds <= {bool, int, float}:
        raise TypeError("no numbers")
    if kinds == {bool}:
        return torch.bool
    return torch.float32 if float in kinds or not kinds else torch.int64


@mistake("infer-dtype", "Which dtype do you give a list with a word or with None in it?")
def takes_anything(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    np.shape(data)
    kinds = {type(x) for x in _leaves(data)}
    if kinds == {bool}:
        return torch.bool
    return torch.int64 if kinds and kinds <= {bool, int} else torch.float32


@mistake("infer-dtype", "[True, 2] holds a bool. Does every bool make it a tensor of bools?")
def any_bool_wins(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    found = _numbers(data)
    if any(isinstance(x, bool) for x in found):
        return torch.bool
    return torch.int64 if found and all(type(x) is int for x in found) else torch.float32


@mistake("infer-dtype", "An array has a dtype already. What becomes of one in float64?")
def arrays_as_lists(data):
    return look_for_a_float(data.tolist() if isinstance(data, np.ndarray) else data)


@mistake("infer-dtype", "Your answer for an array: is it the dtype of its numbers? Try int16.")
def arrays_get_the_usual_dtypes(data):
    if isinstance(data, np.ndarray):
        kinds = {"b": torch.bool, "i": torch.int64, "u": torch.int64}
        return kinds.get(data.dtype.kind, torch.float32)
    return look_for_a_float(data)


@mistake("infer-dtype", "A dtype, or its name? And whose: NumPy's or torch's? Print type() of it.")
def numpys_dtype(data):
    return look_for_a_float(data).np


@mistake("infer-dtype", "A dtype, or its name? Print type() of what you return.")
def name_of_the_dtype(data):
    return str(look_for_a_float(data)).rpartition(".")[2]


@mistake("infer-dtype", "How deep does your loop look? Try a list in a list in a list.")
def two_levels_only(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    np.shape(data)
    rows = data if isinstance(data, (list, tuple, range)) else [data]
    found = [x for row in rows for x in (row if isinstance(row, (list, tuple, range)) else [row])]
    if any(isinstance(x, (str, type(None))) for x in found):
        raise TypeError("no number")
    if not found or any(isinstance(x, float) for x in found):
        return torch.float32
    return torch.bool if all(isinstance(x, bool) for x in found) else torch.int64


@mistake("infer-dtype", "Which types does your code walk into? What is range(3) to it, and (1, 2)?")
def lists_only(data):
    def lists(x):
        if isinstance(x, (tuple, range)):
            raise TypeError(f"no number: {x}")
        for part in x if isinstance(x, list) else ():
            lists(part)

    lists(data)
    return look_for_a_float(data)


@also_right(
    "infer-dtype",
    note="collect the types in a set, {type(x) for x in numbers}, and ask float in it, then int.",
)
def look_for_a_float(data):
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(data)
    kinds = {type(x) for x in _numbers(data)}
    if float in kinds or not kinds:
        return torch.float32
    return torch.int64 if int in kinds else torch.bool


@also_right("infer-dtype")
def ask_numpy(data):
    array = np.array(data)
    if isinstance(data, np.ndarray):
        return torch.dtypes.of(array)
    if array.dtype.kind not in "bif":
        raise TypeError(f"no numbers: {array.dtype}")
    return {"b": torch.bool, "i": torch.int64, "f": torch.float32}[array.dtype.kind]


demands(
    "infer-dtype",
    {
        "no number at all is float32": nothing_is_bool,
        "all bools are bool": bool_is_int,
        "a float anywhere": looks_at_the_first_only,
        "a bool beside whole numbers is int64": any_bool_wins,
        "nested as deep as you like": two_levels_only,
        "tuples and ranges": lists_only,
        "rows of different lengths are refused": takes_ragged_lists,
        "what is no number is refused": takes_anything,
        "an array keeps its own dtype": arrays_get_the_usual_dtypes,
        "a dtype of torch": numpys_dtype,
    },
)


# contiguous-strides


@mistake("contiguous-strides", "Which neighbours lie side by side: those in a row or in a column?")
def column_by_column(shape):
    strides, step = [], 1
    for n in shape:
        strides.append(step)
        step *= max(n, 1)
    return tuple(strides)


@mistake(
    "contiguous-strides",
    "Along the last dim, how far away is the neighbour?",
    more="It is 1 away: the last stride is 1, before anything is multiplied.",
)
def multiplies_too_early(shape):
    strides, step = [], 1
    for n in reversed(shape):
        step *= max(n, 1)
        strides.insert(0, step)
    return tuple(strides)


@mistake("contiguous-strides", "The number for dim 0 comes first. In which order did you append?")
def forgets_to_turn_around(shape):
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(strides)


@mistake("contiguous-strides", "Do you count numbers or bytes?")
def in_bytes(shape):
    return tuple(4 * math.prod(max(n, 1) for n in shape[i + 1 :]) for i in range(len(shape)))


@mistake("contiguous-strides", "Take three dims. How many numbers does one step along dim 0 pass?")
def next_size_only(shape):
    return (*(max(n, 1) for n in shape[1:]), 1) if shape else ()


@mistake(
    "contiguous-strides",
    "What becomes of your product behind a size of 0?",
    more="A stride of 0 says that all elements lie in one place. max(size, 1) is one way to "
    "keep it from that.",
)
def a_zero_makes_zeros(shape):
    return tuple(math.prod(shape[i + 1 :]) for i in range(len(shape)))


@mistake("contiguous-strides", "Call it twice with the same list. Whose list do you take apart?")
def eats_its_argument(shape):
    shape = shape if isinstance(shape, list) else list(shape)
    strides, step = [], 1
    while shape:
        strides.insert(0, step)
        step *= max(shape.pop(), 1)
    return tuple(strides)


@mistake("contiguous-strides", "Is what you return a tuple? Print type() of it.")
def the_total_alone(shape):
    return math.prod(max(n, 1) for n in shape)


@mistake("contiguous-strides", "One step along dim 0 of (2, 3): do you pass 2 numbers, or 3?")
def its_own_size_for_the_next(shape):
    strides = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        strides[i] = strides[i + 1] * max(shape[i], 1)
    return tuple(strides)


@mistake(
    "contiguous-strides", "NumPy's strides count bytes. How many bytes has one of its numbers?"
)
def numpys_strides(shape):
    return np.zeros(tuple(shape)).strides


@mistake("contiguous-strides", "What comes out for shape (): one stride, or none?")
def begins_with_a_one(shape):
    strides = [1]
    for n in reversed(shape[1:]):
        strides.insert(0, strides[0] * max(n, 1))
    return tuple(strides)


@also_right(
    "contiguous-strides",
    note="math.prod(shape[i + 1:]) for each i: how many numbers lie behind one step.",
)
def products_of_what_follows(shape):
    return tuple(math.prod(max(n, 1) for n in shape[i + 1 :]) for i in range(len(shape)))


@also_right("contiguous-strides")
def cumulative_product(shape):
    sizes = [1, *[max(n, 1) for n in shape[:0:-1]]]
    return tuple(np.cumprod(sizes)[: len(shape)][::-1].tolist())


demands(
    "contiguous-strides",
    {
        "row by row": column_by_column,
        "the last neighbour is 1 on": multiplies_too_early,
        "as many dims as you like": next_size_only,
        "dim 0 comes first": forgets_to_turn_around,
        "numbers, not bytes": in_bytes,
        "a size of 0 counts as 1": a_zero_makes_zeros,
        "the argument stays as it is": eats_its_argument,
        "a tuple": the_total_alone,
    },
)


# resolve-shape


@mistake(
    "resolve-shape",
    "7 numbers in rows of 2: what does // do with the one that is left?",
    more="7 // 2 is 3, and 3 rows of 2 hold 6. The remainder tells: 7 % 2.",
)
def leaves_some_over(shape, size):
    if shape.count(-1) > 1 or any(n < -1 for n in shape):
        raise RuntimeError("sizes that can't be")
    known = math.prod(n for n in shape if n != -1)
    if -1 not in shape and known != size:
        raise RuntimeError("does not fit")
    return tuple(size // known if n == -1 else n for n in shape)


@mistake("resolve-shape", "Is there nothing to check where no size is -1?")
def trusts_a_full_shape(shape, size):
    if -1 not in shape:
        return tuple(shape)
    return copy_with_the_size(shape, size)


@mistake("resolve-shape", "How many numbers could stand for two sizes of -1? Which did you take?")
def solves_every_unknown(shape, size):
    known = math.prod(n for n in shape if n != -1)
    if any(n < -1 for n in shape) or size % known or -1 not in shape and known != size:
        raise RuntimeError("does not fit")
    return tuple(size // known if n == -1 else n for n in shape)


@mistake(
    "resolve-shape",
    "Multiply (0, -1) out for -1 = 1, 2 and 3. Which of them is right for 0?",
    more="0 times 1, 0 times 2 and 0 times 3 are all 0: any number fits, so none is meant.",
)
def picks_one_of_many(shape, size):
    if 0 in shape and -1 in shape and size == 0:
        return tuple(0 if n == -1 else n for n in shape)
    return copy_with_the_size(shape, size)


@mistake("resolve-shape", "The size divides by -2 and by -3 too. Can a tensor be -2 rows long?")
def takes_any_negative(shape, size):
    known = math.prod(n for n in shape if n != -1)
    if shape.count(-1) > 1 or size % known or -1 not in shape and known != size:
        raise RuntimeError("does not fit")
    return tuple(size // known if n == -1 else n for n in shape)


@mistake("resolve-shape", "Your -1 is solved. By which of the other sizes did you divide?")
def divides_by_the_first(shape, size):
    if math.prod(shape) == size and min(shape, default=1) >= 0:
        return tuple(shape)
    known = [n for n in shape if n != -1] or [1]
    if shape.count(-1) != 1 or min(known) < 0 or size % math.prod(known):
        raise RuntimeError("does not fit")
    return tuple(size // known[0] if n == -1 else n for n in shape)


@mistake("resolve-shape", "Is a tensor without numbers an error? Try (3, -1) for 0 numbers.")
def refuses_what_is_empty(shape, size):
    if size == 0:
        raise RuntimeError("nothing to reshape")
    return copy_with_the_size(shape, size)


@mistake("resolve-shape", "Print your answer for (2, -1) and 6. Is each size a whole number?")
def true_division(shape, size):
    solved = copy_with_the_size(shape, size)
    return tuple(float(n) if s == -1 else n for n, s in zip(solved, shape, strict=True))


@mistake("resolve-shape", "(4, 4) for 32 numbers: 16 divides 32. Do the 16 places hold them all?")
def a_full_shape_may_divide(shape, size):
    if -1 in shape:
        return copy_with_the_size(shape, size)
    if min(shape, default=0) < 0 or size % max(math.prod(shape), 1):
        raise RuntimeError("does not fit")
    return tuple(shape)


@mistake("resolve-shape", "What do you return where something does not fit? Who would notice?")
def none_where_it_does_not_fit(shape, size):
    try:
        return copy_with_the_size(shape, size)
    except ValueError:
        return None


@mistake("resolve-shape", "What is size // 0? Which of your lines meets a size of 0?")
def zero_for_what_any_number_solves(shape, size):
    if 0 in shape and -1 in shape:
        return tuple(0 if n == -1 else n for n in shape)
    return copy_with_the_size(shape, size)


@mistake(
    "resolve-shape", "The text names four things to refuse. Which of them does your code meet?"
)
def looks_at_the_remainder_only(shape, size):
    known = math.prod(n for n in shape if n != -1)
    if size % known:
        raise RuntimeError("does not fit")
    return tuple(size // known if n == -1 else n for n in shape)


@mistake("resolve-shape", "Which sizes does your product leave out? Is 0 a size?")
def leaves_zeros_out(shape, size):
    known = math.prod(n for n in shape if n > 0)
    if shape.count(-1) > 1 or min(shape, default=0) < -1:
        raise RuntimeError("sizes that can't be")
    if size % known or -1 not in shape and known != size:
        raise RuntimeError("does not fit")
    return tuple(size // known if n == -1 else n for n in shape)


@also_right("resolve-shape")
def copy_with_the_size(shape, size):
    shape = list(shape)
    if min(shape, default=0) < -1:
        raise ValueError("a size is below -1")
    if -1 in shape:
        at = shape.index(-1)
        rest = math.prod(shape[:at] + shape[at + 1 :])
        if rest < 1:
            raise ValueError(f"can't solve {shape} for {size}")
        shape[at] = size // rest
    if math.prod(shape) != size:
        raise ValueError(f"{shape} does not hold {size} numbers")
    return tuple(shape)


@also_right(
    "resolve-shape",
    note="try every size from 0 to `size`, and unpack (only,) = fits: more than one, or none, "
    "raises by itself.",
)
def try_every_size(shape, size):
    if -1 not in shape:
        if math.prod(shape) != size or min(shape, default=0) < 0:
            raise RuntimeError("does not fit")
        return tuple(shape)
    fits = []
    for n in range(size + 2):
        solved = [n if s == -1 else s for s in shape]
        if min(solved) >= 0 and math.prod(solved) == size and shape.count(-1) == 1:
            fits.append(tuple(solved))
    (only,) = fits
    return only


demands(
    "resolve-shape",
    {
        "the size that fits in the place of -1": divides_by_the_first,
        "two unknown sizes are refused": solves_every_unknown,
        "sizes below -1 are refused": takes_any_negative,
        "exactly `size` numbers, with a -1": leaves_some_over,
        "exactly `size` numbers, without a -1": a_full_shape_may_divide,
        "a -1 that any number would solve is refused": picks_one_of_many,
        "whole numbers": true_division,
        "refused by an exception": none_where_it_does_not_fit,
    },
)


# broadcast-shapes


def _misfit(shapes):
    return RuntimeError(" and ".join(str(tuple(s)) for s in shapes) + " do not broadcast")


@mistake(
    "broadcast-shapes",
    "Write the shapes below each other as NumPy does. Which ends meet?",
    more="(3, 1) above (4,), right ends together: 1 stands above 4, 3 above nothing.",
)
def aligns_left(*shapes):
    result = [1] * max(len(s) for s in shapes)
    for shape in shapes:
        for i, n in enumerate(shape):
            if n != 1 and result[i] not in (1, n):
                raise _misfit(shapes)
            result[i] = n if n != 1 else result[i]
    return tuple(result)


@mistake("broadcast-shapes", "Is 0 larger than 1? Which of the two gives way?")
def zero_gives_way(*shapes):
    longest = max(len(s) for s in shapes)
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    for column in zip(*padded, strict=True):
        if len({n for n in column if n > 1}) > 1:
            raise _misfit(shapes)
    return tuple(max(column) for column in zip(*padded, strict=True))


@mistake(
    "broadcast-shapes",
    "Two cases to try: sizes 2 and 3; sizes 1 and 0. What do you expect?",
    more="2 and 3 can't meet: that is an error, not 3. And 1 gives way to 0: the result is 0.",
)
def takes_the_larger(*shapes):
    longest = max(len(s) for s in shapes)
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    return tuple(max(column) for column in zip(*padded, strict=True))


@mistake(
    "broadcast-shapes",
    "Where does zip stop, when one shape is longer? What is lost?",
    more="zip stops with the shorter one, and the dims in front are lost. Fill the shorter "
    "with ones.",
)
def stops_at_the_shorter(*shapes):
    result = []
    for column in zip(*[reversed(s) for s in shapes], strict=False):
        sizes = {n for n in column if n != 1}
        if len(sizes) > 1:
            raise _misfit(shapes)
        result.insert(0, sizes.pop() if sizes else 1)
    return tuple(result)


@mistake("broadcast-shapes", "How many shapes may there be? Which of yours does nobody look at?")
def first_and_last_only(*shapes):
    return by_columns(shapes[0], shapes[-1])


@mistake(
    "broadcast-shapes", "Which shapes could not meet? Are they in your text as they were passed?"
)
def says_nothing(*shapes):
    try:
        return by_columns(*shapes)
    except RuntimeError:
        raise RuntimeError("these shapes do not broadcast") from None


@mistake("broadcast-shapes", "Of which type is the exception that you raise? Which was asked for?")
def raises_another_type(*shapes):
    try:
        return by_columns(*shapes)
    except RuntimeError as error:
        raise TypeError(str(error)) from None


@mistake("broadcast-shapes", "Shapes (1,) and (3,): must they be equal, or may one of them be 1?")
def ones_must_meet_ones(*shapes):
    longest = max(len(s) for s in shapes)
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    if len(shapes) > 1 and any(len({*c}) > 1 and 1 in c[1:] for c in zip(*padded, strict=True)):
        raise _misfit(shapes)
    return by_columns(*shapes)


@mistake("broadcast-shapes", "Must shapes have equally many dims? Which size is a missing one?")
def as_many_dims_only(*shapes):
    if len({len(s) for s in shapes}) > 1:
        raise _misfit(shapes)
    return by_columns(*shapes)


@mistake("broadcast-shapes", "What do you return where two shapes can't meet? What was asked for?")
def none_where_they_do_not_meet(*shapes):
    try:
        return by_columns(*shapes)
    except RuntimeError:
        return None


@mistake("broadcast-shapes", "How many shapes may there be? How many can your function take?")
def two_shapes_only(a, b):
    return by_columns(a, b)


@mistake(
    "broadcast-shapes", "Sizes 1 and 0 in one column: which of them gives way? What does max say?"
)
def one_beats_zero(*shapes):
    longest = max(len(s) for s in shapes)
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    for column in zip(*padded, strict=True):
        if any(n not in (1, max(column)) for n in column):
            raise _misfit(shapes)
    return tuple(max(column) for column in zip(*padded, strict=True))


@also_right(
    "broadcast-shapes",
    note="set(column) - {1} holds at most one size where the shapes meet.",
)
def by_columns(*shapes):
    longest = max(len(s) for s in shapes)
    padded = [(1,) * (longest - len(s)) + tuple(s) for s in shapes]
    result = []
    for column in zip(*padded, strict=True):
        sizes = set(column) - {1}
        if len(sizes) > 1:
            raise _misfit(shapes)
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


@also_right("broadcast-shapes")
def adds_empty_arrays(*shapes):
    try:
        return np.broadcast(*[np.empty(s) for s in shapes]).shape
    except ValueError:
        raise _misfit(shapes) from None


demands(
    "broadcast-shapes",
    {
        "the right ends meet": aligns_left,
        "a missing size is repeated": as_many_dims_only,
        "1 gives way to any other": ones_must_meet_ones,
        "to 0 as well": zero_gives_way,
        "any number of shapes": first_and_last_only,
        "sizes that can't meet are refused": takes_the_larger,
        "by a RuntimeError": raises_another_type,
        "whose text names the shapes": says_nothing,
    },
)


# mean


def _floats_only(x):
    if not x.dtype.is_floating_point:
        raise TypeError(f"no mean in {x.dtype}")


@mistake(
    "mean",
    "How many numbers went into each of your sums? Try a tensor with two rows and three columns.",
    more="Each sum over dim 1 of a (2, 3) tensor took 3 numbers; you divided by 2.",
)
def divides_by_rows(self, dim=None, keepdim=False):
    _floats_only(self)
    return self.sum(dim, keepdim) / (self.numel() if dim is None else len(self))


@mistake("mean", "Along one dim, did all numbers of the tensor go into each sum?")
def divides_by_everything(self, dim=None, keepdim=False):
    _floats_only(self)
    return self.sum(dim, keepdim) / max(self.numel(), 1)


@mistake(
    "mean",
    "What would the mean of 1 and 2 be, and does it fit the dtype? If not, what should the "
    "function say?",
)
def whole_division(self, dim=None, keepdim=False):
    total = self.sum(dim, keepdim)
    n = self.numel() // max(total.numel(), 1)
    return total // n if not self.dtype.is_floating_point else total / n


@mistake(
    "mean",
    "Which of your parameters does the body read? Print the shapes with keepdim=True.",
    more="With keepdim=True a mean over dim 1 of (2, 3) has shape (2, 1).",
)
def forgets_keepdim(self, dim=None, keepdim=False):
    _floats_only(self)
    total = self.sum(dim)
    return total / (self.numel() / max(total.numel(), 1))


@mistake("mean", "Several dims go. By the size of which of them do you divide?")
def divides_by_the_first_dim(self, dim=None, keepdim=False):
    _floats_only(self)
    first = dim[0] if isinstance(dim, tuple) else dim
    n = self.numel() if dim is None else self.shape[first]
    return self.sum(dim, keepdim) / n


@mistake("mean", "Is the mean of everything a tensor, in your answer, or a Python number?")
def leaves_the_tensor(self, dim=None, keepdim=False):
    _floats_only(self)
    total = self.sum(dim, keepdim)
    n = self.numel() / max(total.numel(), 1)
    return total.item() / n if dim is None and not keepdim else total / n


@mistake("mean", "How many numbers are there, when dim is None? And how many rows?")
def none_means_rows(self, dim=None, keepdim=False):
    _floats_only(self)
    return along_dim_after_dim(self, 0 if dim is None else dim, keepdim)


@mistake(
    "mean", "Which dim goes, and which one stays? Compare your shapes with those of x.sum(dim)."
)
def along_the_other_dim(self, dim=None, keepdim=False):
    _floats_only(self)
    other = 1 - dim % 2 if self.ndim == 2 and isinstance(dim, int) else dim
    return along_dim_after_dim(self, other, keepdim)


@mistake("mean", "A mean of whole numbers: which dtype has yours, and which has the tensor?")
def makes_floats_of_whole_numbers(self, dim=None, keepdim=False):
    x = self if self.dtype.is_floating_point else self.to(dtype=torch.float32)
    return along_dim_after_dim(x, dim, keepdim)


@mistake("mean", "What is self.shape[dim] when dim is None, or a tuple of two dims?")
def one_dim_only(self, dim=None, keepdim=False):
    _floats_only(self)
    return self.sum(dim, keepdim) / self.shape[dim]


@mistake("mean", "Is a bool a number to average? What does is_floating_point say of it?")
def refuses_int64_only(self, dim=None, keepdim=False):
    if self.dtype is torch.int64:
        raise TypeError("whole numbers")
    x = self if self.dtype.is_floating_point else self.to(dtype=torch.float32)
    return along_dim_after_dim(x, dim, keepdim)


@mistake("mean", "No rows, no sums: how many numbers went into each of none? What is 0 / 0?")
def zero_by_zero(self, dim=None, keepdim=False):
    _floats_only(self)
    total = self.sum(dim, keepdim)
    return total / (self.numel() / total.numel())


@also_right("mean")
def along_dim_after_dim(self, dim=None, keepdim=False):
    _floats_only(self)
    dims = range(self.ndim) if dim is None else dim if isinstance(dim, (tuple, list)) else [dim]
    n = 1
    for d in dims:
        n *= self.shape[d]
    return self.sum(dim, keepdim) / n


@also_right(
    "mean",
    note="divide first, then sum: (x / n).sum(dim) cannot overflow where the sum would.",
)
def scaled_before_the_sum(self, dim=None, keepdim=False):
    _floats_only(self)
    n = self.numel() / max(self.sum(dim).numel(), 1)
    return (self / n).sum(dim, keepdim)


@also_right("mean")
def averages_in_double(self, dim=None, keepdim=False):
    _floats_only(self)
    total = self.to(dtype=torch.float64).sum(dim, keepdim)
    return (total / (self.numel() / max(total.numel(), 1))).to(dtype=self.dtype)


demands(
    "mean",
    {
        "over one dim": along_the_other_dim,
        "over all if dim is None": none_means_rows,
        "over several": divides_by_the_first_dim,
        "by how many were summed": divides_by_rows,
        "keepdim": forgets_keepdim,
        "an empty batch has empty means": zero_by_zero,
        "whole numbers are refused": makes_floats_of_whole_numbers,
        "bools are refused": refuses_int64_only,
        "a tensor": leaves_the_tensor,
    },
)


# standardize


def _equal(x, dim):
    return x.amax(dim, keepdim=True) == x.amin(dim, keepdim=True)


def _standardized(x, dim, off, deviation):
    """off / deviation, and 0 where all numbers are equal."""
    equal = _equal(x, dim)
    return off * ~equal / (deviation + equal)


@mistake("standardize", "How many means did you take: one, or one for each row or column?")
def one_mean_for_all(x, dim):
    off = x - x.mean()
    return _standardized(x, dim, off, (off * off).mean().sqrt())


@mistake("standardize", "Do you divide the squares by their number, or by one less?")
def one_less_than_there_are(x, dim):
    off = x - x.mean(dim, keepdim=True)
    total, n = (off * off).sum(dim, keepdim=True), max(x.shape[dim] - 1, 1)
    return _standardized(x, dim, off, (total / n).sqrt())


@mistake("standardize", "Double all numbers. Should your result change? Square metres and metres?")
def by_the_variance(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return _standardized(x, dim, off, (off * off).mean(dim, keepdim=True))


@mistake(
    "standardize",
    "What do you divide by where all numbers are equal? What is 0 / 0?",
    more="0 / 0 is nan. Where the deviation is 0, divide by something else.",
)
def nan_where_all_are_equal(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return off / (off * off).mean(dim, keepdim=True).sqrt()


@mistake(
    "standardize",
    "Seven times the same number: print x less its mean with all its digits. Is it exactly 0, and "
    "what does the division make of it?",
    more="It may be 1e-8, and so is the deviation: their quotient is 1. Equal numbers can be "
    "seen before anything is rounded: the largest is the smallest.",
)
def blows_up_rounding(x, dim):
    off = x - x.mean(dim, keepdim=True)
    deviation = (off * off).mean(dim, keepdim=True).sqrt()
    return off / (deviation + (deviation == 0))


@mistake("standardize", "Multiply your input by 1e-6. How large is the deviation of the result?")
def adds_a_little(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return off / ((off * off).mean(dim, keepdim=True).sqrt() + 1e-5)


@mistake(
    "standardize",
    "Seven times the same number: x less its mean may be a speck off 0. What is one speck divided "
    "by another?",
)
def adds_a_speck(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return off / ((off * off).mean(dim, keepdim=True).sqrt() + 1e-8)


@mistake(
    "standardize",
    "Print the shapes of x and of x.mean(1). Which numbers meet when you subtract them?",
    more="x is (3, 3), the means are (3,): entry j of the means meets column j, not row j.",
)
def forgets_to_keep_the_dim(x, dim):
    off = x - x.mean(dim)
    return off / (off * off).mean(dim).sqrt()


@mistake("standardize", "Print x before and after the call. Which of your lines writes to it?")
def centres_in_place(x, dim):
    equal = _equal(x, dim)
    x[...] = x - x.mean(dim, keepdim=True)
    return x * ~equal / ((x * x).mean(dim, keepdim=True).sqrt() + equal)


@mistake("standardize", "The mean is 0 now. What is the deviation of your result?")
def centred_only(x, dim):
    return (x - x.mean(dim, keepdim=True)) * ~_equal(x, dim)


@mistake(
    "standardize",
    "There is one deviation for each row or column. An `if`, an `or` and Python's max want one "
    "yes or no: about which of them? What would choose for each by itself?",
    more="torch.where(condition, a, b) chooses for each number by itself.",
)
def asks_one_if_for_all(x, dim):
    off = x - x.mean(dim, keepdim=True)
    deviation = (off * off).mean(dim, keepdim=True) ** 0.5
    if deviation == 0:
        return x * 0
    return off / deviation


@mistake("standardize", "Which of your parameters does the body read? Compare dim 0 with dim 1.")
def always_along_dim_0(x, dim):
    return where_they_differ(x, 0)


@mistake("standardize", "One sum of squares, or one for each row or column? Print its shape.")
def one_deviation_for_all(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return off * ~_equal(x, dim) / (off * off).mean().sqrt()


@mistake("standardize", "You take off the mean. Of what is the deviation: of x, or of the square?")
def root_of_the_mean_square_of_x(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return _standardized(x, dim, off, (x * x).mean(dim, keepdim=True).sqrt())


@also_right("standardize")
def where_they_differ(x, dim):
    off = x - x.mean(dim, keepdim=True)
    return _standardized(x, dim, off, (off * off).mean(dim, keepdim=True).sqrt())


@also_right("standardize")
def through_the_first_number(x, dim):
    off = x - x.amin(dim, keepdim=True)
    off = off - off.sum(dim, keepdim=True) / x.shape[dim]
    total = (off * off).sum(dim, keepdim=True)
    return off * (x.shape[dim] / (total + (total == 0))).sqrt()


@also_right(
    "standardize",
    note="torch.where(equal, 0 * x, off / torch.where(equal, 1, deviation)): choose twice, so "
    "that nothing is divided by 0.",
)
def chosen_by_where(x, dim):
    off = x - x.mean(dim, keepdim=True)
    deviation = (off * off).mean(dim, keepdim=True) ** 0.5
    equal = x.amax(dim, keepdim=True) == x.amin(dim, keepdim=True)
    return torch.where(equal, 0 * x, off / torch.where(equal, 0 * deviation + 1, deviation))


demands(
    "standardize",
    {
        "the mean along dim": always_along_dim_0,
        "one mean for each row or column": one_mean_for_all,
        "the deviation along dim": one_deviation_for_all,
        "divided by the deviation": by_the_variance,
        "over all m numbers": one_less_than_there_are,
        "0 where all are equal, not nan": nan_where_all_are_equal,
        "and no rounding blown up": blows_up_rounding,
        "nothing added to the deviation": adds_a_little,
        "x stays as it is": centres_in_place,
    },
)


# Mutants that no check has to tell from the reference

RAISES = "it raises all the same, by ZeroDivisionError"
equivalent("contiguous-strides", "step *= max(1, size)", "the larger of two has no order")
equivalent("resolve-shape", "if False:", RAISES)
equivalent("resolve-shape", "a line less", RAISES)
equivalent("resolve-shape", "if +1 in shape and known == size == 0:", RAISES)
equivalent("resolve-shape", "if --1 in shape and known == size == 0:", RAISES)
equivalent("resolve-shape", "if -2 in shape and known == size == 0:", RAISES)
equivalent("resolve-shape", "if -1 in shape and known == size == 1:", RAISES)
equivalent("resolve-shape", "if -1 in shape and known == size == -2:", RAISES)
equivalent(
    "resolve-shape",
    "if size != known and (-1 not in shape or known == -2 or size % known):",
    RAISES,
)
for empty in ("", ", default=1", ", default=-2"):
    equivalent(
        "broadcast-shapes",
        f"result = [1] * max(map(len, shapes){empty})",
        "it differs for no shapes at all, which nobody promised",
    )
equivalent("broadcast-shapes", "result = max(map(len, shapes), default=0) * [1]", "a * b is b * a")
equivalent(
    "broadcast-shapes",
    "raise RuntimeError(' and '.join((str(tuple(shape)) for shape in shapes)) + "
    "'Shape mismatch: objects cannot be broadcast to a single shape: ')",
    "the order of the words is free",
)
equivalent("mean", "return total / (self.numel() / max(1, total.numel()))", "max has no order")
equivalent("standardize", "return x / (deviation - (deviation == 0))", "0 / -1 is 0 too")
equivalent("standardize", "return x / ((deviation == 0) + deviation)", "a + b is b + a")
