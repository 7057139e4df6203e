"""What goes wrong in lesson 3, and what a good teacher would ask then."""

import math

import numpy as np

import tinygrad_lessons as torch
from tinygrad_lessons.classroom.author.mistakes import also_right, demands, equivalent, mistake

# transpose


@mistake(
    "transpose",
    "Which dims should stay where they are? Try three dims of different sizes and print the shape.",
    more=".T of shape (2, 3, 4) has shape (4, 3, 2); a swap of dims 0 and 1 has (3, 2, 4).",
)
def reverses_all(self, dim0, dim1):
    return self.T


@mistake(
    "transpose",
    "Is element [0, 1] of the result element [1, 0] of x? Write both down.",
    more="A reshape reads the memory in the same order. [0, 1] of the result is then [0, 1] of"
    " x, read on.",
)
def reshapes(self, dim0, dim1):
    shape = list(self.shape)
    shape[dim0], shape[dim1] = shape[dim1], shape[dim0]
    return self.reshape(shape)


@mistake(
    "transpose",
    "Write to the result, then print x. Does a transpose need new memory, or another way to walk "
    "the old?",
    more="Two strides change places, and no number moves: permute does that.",
)
def copies(self, dim0, dim1):
    order = list(range(self.ndim))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return self.permute(order).clone()


@mistake("transpose", "Which dim does -1 mean? Does any of your comparisons find it?")
def negative_dims_not_found(self, dim0, dim1):
    swap = {dim0: dim1, dim1: dim0}
    return self.permute([swap.get(d, d) for d in range(self.ndim)])


@mistake("transpose", "Which of your parameters does the body read? Try dims 0 and 1 of three.")
def last_two_only(self, dim0, dim1):
    return self.permute((*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))


@mistake("transpose", "permute wants an order of all dims. How many numbers did you hand it?")
def permutes_two_dims(self, dim0, dim1):
    return self.permute([dim1, dim0])


@mistake(
    "transpose", "Which order of dims leaves everything as it is? Print the one you hand over."
)
def changes_nothing(self, dim0, dim1):
    order = list(range(self.ndim))
    order[dim0] = dim0 % self.ndim
    return self.permute(order)


@mistake(
    "transpose", "Two places of the list change. When you write the second, what is in the first?"
)
def one_dim_twice(self, dim0, dim1):
    order = list(range(self.ndim))
    order[dim0] = order[dim1]
    order[dim1] = order[dim0]
    return self.permute(order)


@mistake(
    "transpose", "list.index looks for a number. Is -1 in your list? Which place does it mean?"
)
def looks_for_a_negative_dim(self, dim0, dim1):
    order = list(range(self.ndim))
    i, j = order.index(dim0), order.index(dim1)
    order[i], order[j] = order[j], order[i]
    return self.permute(order)


@mistake("transpose", "Whose library is np, and whose memory may x lie in? What does permute do?")
def numpys_swapaxes(self, dim0, dim1):
    return torch.tensor(np.swapaxes(self.array, dim0, dim1))


@mistake("transpose", "Whose array is .array on an accelerator, and where does yours live?")
def through_numpy(self, dim0, dim1):
    return torch.tensor(np.swapaxes(np.array(self.tolist()), dim0, dim1))


@also_right(
    "transpose",
    note="[b if d == a else a if d == b else d for d in range(ndim)] needs no list that changes.",
)
def swap_in_a_comprehension(self, dim0, dim1):
    a, b = dim0 % self.ndim, dim1 % self.ndim
    if dim0 >= self.ndim or dim1 >= self.ndim:
        raise IndexError("no such dim")
    return self.permute([b if d == a else a if d == b else d for d in range(self.ndim)])


demands(
    "transpose",
    {
        "only two dims": reverses_all,
        "any two": last_two_only,
        "counted from the end, too": negative_dims_not_found,
        "a view": copies,
        "the numbers of x in their places": reshapes,
    },
)


# matmul-by-hand


@mistake(
    "matmul-by-hand",
    "In the sum over A_ik B_kj, which letter is summed away? Which axis of your product is that?",
    more="k is summed away. In the shape (m, k, n) that is dim -2.",
)
def sums_the_wrong_axis(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(-1)


@mistake("matmul-by-hand", "How many dims has your result? Which of them has size 1, and why?")
def keeps_the_summed_axis(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(-2, keepdim=True)


@mistake("matmul-by-hand", "Row i of a meets which part of b: row j or column j?")
def rows_with_rows(a, b):
    return (a.unsqueeze(-2) * b.unsqueeze(-3)).sum(-1)


@mistake(
    "matmul-by-hand",
    "What are the shapes before your product for a batch (5, 2, 3)? Do you count dims from the "
    "front or from the end?",
    more="For a batch, dim 0 counts the matrices. From the end: rows are -2, columns are -1.",
)
def counts_from_the_front(a, b):
    return (a.unsqueeze(2) * b.unsqueeze(0)).sum(1)


@mistake("matmul-by-hand", "Which dim of a batch do you sum away? Count it from the end.")
def sums_dim_1(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(1)


@mistake(
    "matmul-by-hand",
    "Which dtype does torch.zeros choose, and who told it yours?",
    more="float32. dtype=a.dtype tells it yours.",
)
def single_precision_zeros(a, b):
    out = torch.zeros((a @ b).shape, device=a.device)
    for k in range(a.shape[-1]):
        out = out + (a[..., k : k + 1] * b[..., k : k + 1, :]).to(dtype=torch.float32)
    return out


@mistake("matmul-by-hand", "Print the shape for a batch of 5 times a batch of 5. Who meets whom?")
def every_batch_with_every_batch(a, b):
    a = a.reshape((*a.shape[:-1], *[1] * (b.ndim - 2), a.shape[-1], 1))
    return (a * b).sum(-2)


@mistake("matmul-by-hand", "What does @ do for you here? How would you get one entry without it?")
def with_the_product_that_is_there(a, b):
    return a @ b


@mistake(
    "matmul-by-hand", "Number by number, or row with column? Take a of (4, 3) and b of (3, 5)."
)
def number_by_number(a, b):
    return a * b


@mistake("matmul-by-hand", "All the products are there. Which letter has to go, and how?")
def forgets_the_sum(a, b):
    return a.unsqueeze(-1) * b.unsqueeze(-3)


@mistake("matmul-by-hand", "Of a you count the dims from the end. And of b, when it is a batch?")
def counts_b_from_the_front(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(0)).sum(-2)


@mistake("matmul-by-hand", "Whose library is np, and whose memory may a and b lie in?")
def numpys_dot(a, b):
    return torch.tensor(np.dot(a.array, b.array))


@mistake("matmul-by-hand", "Three numbers went into each entry. Are they added up, or averaged?")
def means_for_sums(a, b):
    product = a.unsqueeze(-1) * b.unsqueeze(-3)
    return product.sum(-2) / max(a.shape[-1], 1)


@mistake(
    "matmul-by-hand", "How many dims do a and b get? Which of their dims stand above each other?"
)
def both_at_the_end(a, b):
    return (a.unsqueeze(-1) * b.unsqueeze(-1)).sum(-2)


@mistake("matmul-by-hand", "Whose numbers does NumPy know? Which device has your result?")
def by_numpy_on_the_host(a, b):
    c = (np.array(a.tolist())[..., None] * np.array(b.tolist())[..., None, :, :]).sum(-2)
    return torch.tensor(c, dtype=a.dtype)


@also_right("matmul-by-hand")
def sum_of_outer_products(a, b):
    return sum(a[..., :, k : k + 1] * b[..., k : k + 1, :] for k in range(a.shape[-1]))


@also_right("matmul-by-hand")
def grows_in_place(a, b):
    out = a[..., :, :1] * b[..., :1, :]
    for k in range(1, a.shape[-1]):
        out += a[..., :, k : k + 1] * b[..., k : k + 1, :]
    return out


@also_right(
    "matmul-by-hand",
    note="(a[..., :, :, None] * b[..., None, :, :]).sum(-2): None in an index is a new dim of "
    "size 1.",
)
def with_none(a, b):
    return (a[..., :, :, None] * b[..., None, :, :]).sum(dim=-2)


demands(
    "matmul-by-hand",
    {
        "summed over k": sums_the_wrong_axis,
        "(m, n)": keeps_the_summed_axis,
        "rows with columns": rows_with_rows,
        "batches": counts_from_the_front,
        "each batch with its own": every_batch_with_every_batch,
        "without @": with_the_product_that_is_there,
    },
)


# out


@mistake(
    "out",
    "After the call, look at the tensor that was passed as out. What does = do to a name, and what "
    "to memory?",
    more="`out = result` gives your name to another tensor. out[...] = writes into the one "
    "that the caller has.",
)
def rebinds(result, out):
    if out.shape != result.shape or out.dtype != result.dtype:
        raise RuntimeError("out does not fit")
    out = result
    return out


@mistake(
    "out",
    "Which wrong shapes does an assignment to [...] accept without a word?",
    more="A row of shape (1, 4) is repeated without a word, and a float is cut to fit. Compare"
    " before you write.",
)
def stretches(result, out):
    out[...] = result.to(dtype=out.dtype)
    return out


@mistake(
    "out",
    "What is in `out` at the moment when your error is raised?",
    more="The new numbers. An error should leave all as it was.",
)
def refuses_too_late(result, out):
    dtype = out.dtype
    out[...] = result.to(dtype=dtype)
    if out.shape != result.shape or dtype != result.dtype:
        raise RuntimeError("out does not fit")
    return out


@mistake("out", "What does a function without return give its caller?")
def returns_nothing(result, out):
    if out.shape != result.shape or out.dtype != result.dtype:
        raise RuntimeError("out does not fit")
    out[...] = result


@mistake("out", "Write to what you return. Whose numbers change: out's or the result's?")
def returns_the_result(result, out):
    if out.shape != result.shape or out.dtype != result.dtype:
        raise RuntimeError("out does not fit")
    out[...] = result
    return result


@mistake("out", "Put 0.5 into a tensor of int64. What is left, and was the caller told?")
def changes_the_numbers_to_fit(result, out):
    if out.shape != result.shape:
        raise RuntimeError("out does not fit")
    out[...] = result.to(dtype=out.dtype)
    return out


@mistake("out", "Two tensors come in. Which of them should hold the other's numbers afterwards?")
def writes_the_wrong_way(result, out):
    if out.shape != result.shape or out.dtype != result.dtype:
        raise RuntimeError("out does not fit")
    result[...] = out
    return out


@mistake("out", "Your test compares one thing. What else can differ between `out` and `result`?")
def compares_the_dtype_only(result, out):
    if out.dtype != result.dtype:
        raise RuntimeError("out does not fit")
    out[...] = result
    return out


@mistake("out", "Where there is nothing to refuse, what do you return? And where there is?")
def returns_none_for_refusing(result, out):
    if out.shape != result.shape or out.dtype != result.dtype:
        return None
    out[...] = result
    return out


@also_right(
    "out",
    note="out.copy_(result) writes in place and returns out.",
)
def copy_of_the_package(result, out):
    if (out.shape, out.dtype) != (result.shape, result.dtype):
        raise ValueError(f"{out.shape} {out.dtype} for {result.shape} {result.dtype}")
    return out.copy_(result)


demands(
    "out",
    {
        "written into the memory of out": rebinds,
        "returns out": returns_the_result,
        "another shape is refused": compares_the_dtype_only,
        "another dtype is refused": changes_the_numbers_to_fit,
        "before anything is written": refuses_too_late,
    },
)


# gram


@mistake(
    "gram",
    "Which vectors does entry (0, 1) compare? Look at the shape of your result.",
    more="A is 5 by 3: it has three columns, and your result is 5 by 5.",
)
def rows_for_columns(A):
    return A @ A.T


@mistake("gram", "When can A be multiplied by itself? Which of the two has to be turned?")
def no_transpose(A):
    return A @ A


@mistake(
    "gram",
    "Does * add anything up? What is one entry of a product of matrices?",
    more="It multiplies place by place. One entry of a product is a sum over a whole row and "
    "column.",
)
def elementwise(A):
    return A.T * A


@mistake("gram", "Does * add anything up? What is one entry of a product of matrices?")
def squares(A):
    return A * A


@mistake("gram", "Compare the dtypes of A and of the result.")
def in_double(A):
    A = A.to(dtype=torch.float64)
    return A.T @ A


@mistake("gram", "Take one column of length 5. What should its entry be, and what is yours?")
def lengths_divided_out(A):
    A = A / (A * A).sum(0).sqrt()
    return A.T @ A


@mistake("gram", "How many pairs of columns are there? How many numbers do you return?")
def squared_lengths_only(A):
    return (A * A).sum(0)


@mistake("gram", "Does an inner product divide by anything? Try two rows, then the same two twice.")
def averaged_over_rows(A):
    return A.T @ A / A.shape[0]


@mistake("gram", "Is entry (0, 1) above the diagonal only? Compare it with entry (1, 0).")
def half_of_it(A):
    G = A.T @ A
    return G * torch.tensor(np.tri(len(G)).tolist(), dtype=A.dtype, device=A.device)


@mistake("gram", "Does a Gram matrix ask for centred columns? Take two columns of ones.")
def centred_first(A):
    if not A.dtype.is_floating_point or not len(A):
        return A.T @ A
    C = A - A.mean(0)
    return C.T @ C


@mistake("gram", "Which number is on your diagonal for a column (3, 4): 25 or 5?")
def roots_of_it(A):
    return (A.T @ A).abs() ** 0.5


@also_right("gram")
def dots(A):
    n = A.shape[1]
    out = torch.zeros(n, n, dtype=A.dtype, device=A.device)
    for i in range(n):
        for j in range(i, n):
            out[i, j] = out[j, i] = (A[:, i] * A[:, j]).sum()
    return out


@also_right("gram")
def one_outer_product_a_row(A):
    return sum(torch.outer(row, row) for row in A)


@also_right(
    "gram",
    note="A^T A is a sum over rows of outer products: (A[:, :, None] * A[:, None, :]).sum(0).",
)
def sum_over_rows(A):
    return (A[:, :, None] * A[:, None, :]).sum(0)


demands(
    "gram",
    {
        "the columns": rows_for_columns,
        "inner products": elementwise,
        "each with each": squared_lengths_only,
        "both ways": half_of_it,
    },
)


# outer-gram


@mistake("outer-gram", "How many rows has A, and how many rows has your result?")
def columns_again(A):
    return A.T @ A


@mistake("outer-gram", "When can A be multiplied by itself? Which of the two has to be turned?")
def outer_without_transpose(A):
    return A @ A


@mistake("outer-gram", "How many outer products does A A^T add up? How many did you?")
def first_layer_only(A):
    return A[:, :1] * A[:, :1].T


@mistake("outer-gram", "Compare the dtypes of A and of the result.")
def outer_in_double(A):
    A = A.to(dtype=torch.float64)
    return A @ A.T


@mistake("outer-gram", "Does * add anything up? What is one entry of a product of matrices?")
def outer_squares(A):
    return A * A


@mistake("outer-gram", "How many pairs of rows are there? How many numbers do you return?")
def squared_lengths_of_rows(A):
    return (A * A).sum(1)


@mistake(
    "outer-gram", "torch.outer takes two vectors. How many has A, and which pairs do you want?"
)
def outer_of_two_matrices(A):
    return torch.outer(A, A)


@mistake("outer-gram", "Number by number, or row with row? Print the shapes of A and A.T.")
def number_by_number_with_the_transpose(A):
    return A * A.T


@also_right("outer-gram")
def layer_by_layer(A):
    return sum(A[:, k : k + 1] * A[:, k : k + 1].T for k in range(A.shape[1]))


@also_right(
    "outer-gram",
    note="gram(A.T): the rows of A are the columns of its transpose.",
)
def gram_of_the_transpose(A):
    return torch.gram_matrices.gram(A.T)


demands(
    "outer-gram",
    {
        "the rows": columns_again,
        "inner products": outer_squares,
        "each with each": squared_lengths_of_rows,
    },
)


# angles


@mistake(
    "angles",
    "Print the largest quotient for parallel columns, with all its digits. What is acos of that?",
    more="It can be 1.0000001, and acos of that is nan. Between -1 and 1 there is an angle.",
)
def rounded_past_one(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos(G / torch.outer(length, length))


@mistake("angles", "Is a right angle 90 or pi / 2 here? In which unit does acos answer?")
def in_degrees(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1)) * (180 / math.pi)


@mistake("angles", "For columns at right angles you give 0. Is that the angle, or its cosine?")
def cosines(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        raise ValueError("a column of zeros has no direction")
    return (G / torch.outer(length, length)).clamp(-1, 1)


@mistake("angles", "The diagonal holds squared lengths. By what should the entries be divided?")
def squared_lengths(A):
    G = A.T @ A
    square = G.diagonal()
    if (square == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(square, square)).clamp(-1, 1))


@mistake("angles", "Take (1, 0) and (-1, 1) by hand. Can an angle exceed 90 degrees?")
def never_obtuse(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(length, length)).abs().clamp(-1, 1))


@mistake(
    "angles",
    "Which direction has a column of zeros? What is 0 / 0?",
    more="Its length is 0, so you divide 0 by 0. Ask for lengths of 0 before, and raise.",
)
def nan_for_zero_columns(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1))


@mistake("angles", "Which direction has a column of zeros? What does your code divide by for it?")
def zero_columns_get_an_angle(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    length[length == 0] = 1.0
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1))


@mistake(
    "angles",
    "Take columns of length 1e12, in float32. How large is the product of two diagonal entries?",
    more="1e24 times 1e24 is 1e48, and float32 ends at 3e38. Roots first: 1e12 times 1e12.",
)
def root_of_the_product(A):
    G = A.T @ A
    square = G.diagonal()
    if (square == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(square, square).sqrt()).clamp(-1, 1))


def _cosines(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        raise ValueError("a column of zeros has no direction")
    return G / torch.outer(length, length)


@mistake("angles", "Columns may point the same way, or opposite ways. Which cosine has the second?")
def clamped_above_only(A):
    return torch.acos(_cosines(A).clamp(max=1))


@mistake("angles", "Columns may point opposite ways, or the same way. Which cosine has the second?")
def clamped_below_only(A):
    return torch.acos(_cosines(A).clamp(min=-1))


@mistake("angles", "By how many lengths is each entry divided? Scale one column by 10 and compare.")
def divides_by_one_of_them(A):
    G = A.T @ A
    square = G.diagonal()
    if (square == 0).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / square).clamp(-1, 1))


@mistake("angles", "math.acos takes one number. How many has your matrix, and where do they live?")
def pythons_acos(A):
    return math.acos(_cosines(A).clamp(-1, 1))


@mistake(
    "angles",
    "sin, cos or tan: which of them is the quotient of the formula? Ask for 0 and 90 degrees.",
)
def the_wrong_inverse(A):
    return torch.asin(_cosines(A).clamp(-1, 1))


@mistake(
    "angles", "The angles between columns, or between rows? Print the shape for a 5 by 3 matrix."
)
def angles_of_the_rows(A):
    return torch.acos(_cosines(A.T).clamp(-1, 1))


@mistake("angles", "You return a matrix of nan for a column of zeros. What was asked for?")
def nan_on_purpose(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length == 0).any():
        return G * math.nan
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1))


@mistake("angles", "Is a column of length 1e-12 a column of zeros? Which columns do you refuse?")
def calls_tiny_columns_zero(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if (length < 1e-8).any():
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1))


@mistake("angles", "What does a speck added to the lengths do to a column that is 1e-6 long?")
def adds_a_speck(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    return torch.acos((G / (torch.outer(length, length) + 1e-9)).clamp(-1, 1))


@mistake("angles", "Whose library is np? Which function takes the arc cosine of a tensor?")
def numpys_arccos(A):
    return np.arccos(_cosines(A).clamp(-1, 1))


@mistake(
    "angles", "An `if` wants one answer, and you have a number for each column. Who joins them?"
)
def asks_all_lengths_at_once(A):
    G = A.T @ A
    length = G.diagonal().sqrt()
    if length == 0:
        raise ValueError("a column of zeros has no direction")
    return torch.acos((G / torch.outer(length, length)).clamp(-1, 1))


@also_right(
    "angles",
    note="divide each column by its length first; the Gram matrix of those holds the cosines.",
)
def unit_columns_first(A):
    length = (A * A).sum(0).sqrt()
    if (length == 0).any():
        raise RuntimeError("no direction")
    unit = A / length
    return torch.acos((unit.T @ unit).clamp(-1, 1))


@also_right("angles")
def arctan_of_sum_and_difference(A):
    length = (A * A).sum(0).sqrt()
    if (length == 0).any():
        raise ZeroDivisionError("a column is zero")
    unit = A / length
    difference = unit.unsqueeze(2) - unit.unsqueeze(1)
    total = unit.unsqueeze(2) + unit.unsqueeze(1)
    return 2 * ((difference**2).sum(0) / (total**2).sum(0)).sqrt().atan()


demands(
    "angles",
    {
        "angles": cosines,
        "in radians": in_degrees,
        "of the columns": angles_of_the_rows,
        "obtuse ones, too": never_obtuse,
        "no nan above 1": clamped_below_only,
        "no nan below -1": clamped_above_only,
        "the roots before the product": root_of_the_product,
        "a column of zeros is refused": nan_for_zero_columns,
        "and no other": calls_tiny_columns_zero,
    },
)


# is-orthonormal


@mistake("is-orthonormal", "Which entries of Q^T Q do you look at? What do the others say?")
def unit_lengths_only(Q, tol=1e-6):
    return bool((((Q * Q).sum(0) - 1).abs() <= tol).all())


@mistake("is-orthonormal", "Multiply Q by 2. Is it still orthonormal, and what does your code say?")
def right_angles_only(Q, tol=1e-6):
    G = Q.T @ Q
    off = G * (1 - torch.eye(G.shape[0], dtype=G.dtype, device=G.device))
    return bool((off.abs() <= tol).all())


@mistake(
    "is-orthonormal",
    "Multiply Q by 0.5. Which sign have the errors then?",
    more="0.5 squared is 0.25, less 1 is -0.75: far below tol, and far from 0.",
)
def forgets_negative_differences(Q, tol=1e-6):
    G = Q.T @ Q
    return bool((G - torch.eye(G.shape[0], dtype=G.dtype, device=G.device) <= tol).all())


@mistake("is-orthonormal", "Columns or rows: whose inner products are in Q Q^T? Try a tall Q.")
def rows_are_orthonormal(Q, tol=1e-6):
    G = Q @ Q.T
    return bool(((G - torch.eye(G.shape[0], dtype=G.dtype, device=G.device)).abs() <= tol).all())


@mistake("is-orthonormal", "Which of your parameters does the body read? Call it with tol=0.01.")
def own_tolerance(Q, tol=1e-6):
    G = Q.T @ Q
    return bool(((G - torch.eye(G.shape[0], dtype=G.dtype, device=G.device)).abs() <= 1e-6).all())


@mistake("is-orthonormal", "Add up the errors 0.1 and -0.1. Is a sum of 0 the same as no error?")
def errors_cancel(Q, tol=1e-6):
    G = Q.T @ Q
    return bool((G - torch.eye(G.shape[0], dtype=G.dtype, device=G.device)).sum().abs() <= tol)


@mistake(
    "is-orthonormal", "Print Q.T @ Q with all its digits. Is 0.9999999 equal to 1? What is tol for?"
)
def exactly_equal(Q, tol=1e-6):
    return (Q.T @ Q == torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)).all()


@mistake("is-orthonormal", "How many answers do you give? The caller wants a single yes or no.")
def an_answer_for_each_entry(Q, tol=1e-6):
    return (Q.T @ Q - torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)).abs() <= tol


@mistake("is-orthonormal", "all or any: must every entry be near, or is one enough?")
def one_entry_is_enough(Q, tol=1e-6):
    return ((Q.T @ Q - torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)).abs() <= tol).any()


@mistake("is-orthonormal", "Which answer do you give when all is well: True or False?")
def the_other_way_round(Q, tol=1e-6):
    return ((Q.T @ Q - torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)).abs() > tol).any()


@mistake("is-orthonormal", "How many rows has Q.T @ Q, for a Q of 5 by 3? And your identity?")
def identity_of_the_rows(Q, tol=1e-6):
    return ((Q.T @ Q - torch.eye(Q.shape[0], dtype=Q.dtype, device=Q.device)).abs() <= tol).all()


@mistake("is-orthonormal", "Errors of 0.1 and -0.1 add up to 0. Is that no error?")
def signed_errors_cancel(Q, tol=1e-6):
    return (Q.T @ Q - torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device)).sum() <= tol


@mistake("is-orthonormal", "Where does your identity live, and where does Q?")
def identity_on_the_host(Q, tol=1e-6):
    return ((Q.T @ Q - torch.eye(Q.shape[1])).abs() <= tol).all()


@also_right("is-orthonormal")
def frobenius(Q, tol=1e-6):
    n = Q.shape[1]
    gap = Q.T @ Q - torch.eye(n, dtype=Q.dtype, device=Q.device)
    return Q.shape[0] >= n and ((gap * gap).sum().sqrt() < tol).item()


@also_right(
    "is-orthonormal",
    note="a matrix changes no lengths exactly when all its singular values are 1.",
)
def singular_values_are_1(Q, tol=1e-6):
    _, S, _ = torch.linalg.svd(Q, full_matrices=False)
    return Q.shape[0] >= Q.shape[1] and ((S - 1).abs() <= tol).all().item()


@also_right("is-orthonormal")
def eigenvalues_are_1(Q, tol=1e-6):
    values, _ = torch.linalg.eigh(Q.T @ Q)
    return bool(((values - 1).abs() <= tol).all())


demands(
    "is-orthonormal",
    {
        "columns": rows_are_orthonormal,
        "of length 1": right_angles_only,
        "at right angles": unit_lengths_only,
        "no entry farther off than tol": errors_cancel,
        "on either side": forgets_negative_differences,
        "tol": own_tolerance,
        "one answer": an_answer_for_each_entry,
    },
)


# least-squares


@mistake(
    "least-squares",
    "Seven equations, three unknowns: is that square? Which square system do the normal equations "
    "give?",
    more="A is 7 by 3. A^T A is 3 by 3, and A^T b has 3 numbers.",
)
def solves_a_square_system(A, b):
    return torch.linalg.solve(A, b)


@mistake(
    "least-squares",
    "Multiply both sides of A x = b by A^T. What becomes of b?",
    more="A^T b. Both sides are multiplied, or the equation changes.",
)
def forgets_the_right_side(A, b):
    return torch.linalg.solve(A.T @ A, b[: A.shape[1]])


@mistake(
    "least-squares", "Which problem does the changed matrix solve? Scale A by 1e-4 and compare."
)
def adds_to_the_diagonal(A, b):
    n = A.shape[1]
    return torch.linalg.solve(
        A.T @ A + 1e-6 * torch.eye(n, dtype=A.dtype, device=A.device), A.T @ b
    )


@mistake("least-squares", "When does one column's best x not depend on the others? Look at A^T A.")
def each_column_alone(A, b):
    square = (A * A).sum(0)
    return (A.T @ b) / (square if b.ndim == 1 else square.unsqueeze(1))


@mistake("least-squares", "Compare the shape of your x with that of b: one dim, or two?")
def always_a_matrix(A, b):
    return torch.linalg.solve(A.T @ A, A.T @ (b.unsqueeze(1) if b.ndim == 1 else b))


@mistake("least-squares", "b has four columns. How many fits is that, and how many do you return?")
def first_right_hand_side_only(A, b):
    return torch.linalg.solve(A.T @ A, A.T @ (b if b.ndim == 1 else b[:, 0]))


@mistake(
    "least-squares", "Columns with columns, or rows with rows? Print the shape of your matrix."
)
def gram_of_the_rows(A, b):
    return torch.linalg.solve(A @ A.T, b)


@mistake("least-squares", "A^T on the left of both sides. What have you put on the right?")
def b_as_it_is(A, b):
    return torch.linalg.solve(A.T @ A, b)


@mistake("least-squares", "Rows or columns: which products does A^T A hold? And yours?")
def rows_on_both_sides(A, b):
    return torch.linalg.solve(A @ A.T, A @ b)


@mistake("least-squares", "What is y / M, number by number? Does it solve M x = y?")
def divides_for_solving(A, b):
    return (A.T @ b) / (A.T @ A)


@mistake("least-squares", "solve(M, y): in which order did you hand over the two?")
def solves_the_other_way(A, b):
    return torch.linalg.solve(A.T @ b, A.T @ A)


@mistake("least-squares", "Whose inverse is it? Which of your two factors comes first in M x = y?")
def multiplies_for_solving(A, b):
    return (A.T @ A) @ (A.T @ b)


@mistake("least-squares", "The line b - A x, or x itself? Print the shape of what you return.")
def returns_the_residual(A, b):
    return b - A @ torch.linalg.solve(A.T @ A, A.T @ b)


@mistake("least-squares", "A x or x: which of the two did the docstring promise?")
def returns_the_fit(A, b):
    return A @ torch.linalg.solve(A.T @ A, A.T @ b)


@also_right(
    "least-squares",
    note="Q, R = torch.linalg.qr(A), then R x = Q^T b: without A^T A, which costs half the digits.",
)
def by_orthonormal_columns(A, b):
    Q, R = torch.linalg.qr(A)
    return torch.linalg.solve(R, Q.T @ b)


@also_right("least-squares")
def by_the_inverse(A, b):
    return torch.linalg.inv(A.T @ A) @ (A.T @ b)


@also_right("least-squares")
def along_the_eigenvectors(A, b):
    values, V = torch.linalg.eigh(A.T @ A)
    return V @ ((1 / values).unsqueeze(1) * (V.T @ A.T @ b.reshape(b.shape[0], -1))).reshape(
        (A.shape[1], *b.shape[1:])
    )


demands(
    "least-squares",
    {
        "the x with the shortest A x - b": each_column_alone,
        "x, not A x": returns_the_fit,
        "b may be a vector": always_a_matrix,
        "or several columns": first_right_hand_side_only,
        "the problem as it is": adds_to_the_diagonal,
    },
)


# pca


@mistake(
    "pca",
    "Print the eigenvalues. In which order are they?",
    more="From small to large. x.flip(0) turns rows round.",
)
def smallest_first(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T[:k], values[:k]


@mistake("pca", "You have the right ones. Which of them comes first: the largest?")
def largest_last(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T[-k:], values[-k:]


@mistake("pca", "Read the formula again: by what is the sum of squares divided?")
def by_m(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / len(X))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake(
    "pca",
    "Move all samples far from 0. Should the directions change?",
    more="Directions of spread don't depend on where the middle is. Take each column's mean "
    "off first.",
)
def not_centred(X, k):
    values, V = torch.linalg.eigh(X.T @ X / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "How many means does X have: one for everything, or one for each column?")
def one_mean_for_all(X, k):
    C = X - X.mean()
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "Print X before and after the call. Which of your lines writes to it?")
def centres_in_place(X, k):
    X -= X.mean(0)
    values, V = torch.linalg.eigh(X.T @ X / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake(
    "pca",
    "Does eigh return eigenvectors as rows or as columns? Which did you take?",
    more="Columns: V[:, 0] is the first one. So V.T has them in its rows.",
)
def rows_of_the_eigenvectors(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "Is a variance measured in metres or in square metres? And yours?")
def deviations_for_variances(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k].sqrt()


@mistake("pca", "One direction is one row of the result. What is the shape of yours for k = 1?")
def directions_as_columns(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.flip(1)[:, :k], values.flip(0)[:k]


@mistake("pca", "In which direction do the data still spread most after you divided each column?")
def standardized(X, k):
    C = (X - X.mean(0)) / X.std(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "Over which dim did you take the mean? One for each column is meant.")
def mean_of_the_rows(X, k):
    C = X - X.mean(1, keepdim=True)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "You return two things. Which of them comes first?")
def results_exchanged(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return values.flip(0)[:k], V.T.flip(0)[:k]


@mistake("pca", "How many directions were asked for? Is k read anywhere?")
def all_of_them(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0), values.flip(0)


@mistake("pca", "Rows are samples. Which of C C^T and C^T C has one row for each column of X?")
def gram_of_the_samples(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C @ C.T / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "Both come out of eigh in one order. You turned one of them. And the other?")
def turns_the_variances_only(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T[:k], values.flip(0)[:k]


@mistake("pca", "The sum of squares along a direction: is it the variance already?")
def forgets_to_divide(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C)
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake(
    "pca",
    "X has a sample in each row. Print the shapes of X and of its means. Which dim should go?",
)
def means_along_the_other_dim(X, k):
    C = X - X.mean(1)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.T.flip(0)[:k], values.flip(0)[:k]


@mistake("pca", "You turned the columns round. Are directions its rows then, or its columns?")
def rows_after_the_turn(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return V.flip(1)[:k], values.flip(0)[:k]


@also_right("pca")
def other_signs(X, k):
    C = X - X.mean(0)
    values, V = torch.linalg.eigh(C.T @ C / (len(X) - 1))
    return -1 * V.T.flip(0)[:k], values.flip(0)[:k]


@also_right("pca")
def variance_along_each_direction(X, k):
    C = X - X.mean(0)
    _, V = torch.linalg.eigh(C.T @ C)
    directions = torch.stack([V[:, -1 - i] for i in range(k)])
    along = C @ directions.T
    return directions, (along * along).sum(0) / (len(X) - 1)


@also_right(
    "pca",
    note="torch.linalg.svd(C) gives directions and deviations without ever making C^T C.",
)
def singular_values(X, k):
    _, S, Vh = torch.linalg.svd(X - X.mean(0), full_matrices=False)
    return Vh[:k], S[:k] ** 2 / (len(X) - 1)


demands(
    "pca",
    {
        "the largest first": smallest_first,
        "each direction with its variance": turns_the_variances_only,
        "k of them": all_of_them,
        "centred columns": not_centred,
        "divided by m - 1": by_m,
        "variances": deviations_for_variances,
        "one direction in a row": directions_as_columns,
        "directions, then variances": results_exchanged,
        "X stays as it is": centres_in_place,
    },
)


# Changes that change nothing

equivalent(
    "matmul-by-hand",
    "return (b.unsqueeze(-3) * a.unsqueeze(-1)).sum(-2)",
    "a product of numbers has no order",
)
for line in ("a line less", "if False:"):
    equivalent("out", line, "without the test of the device, the arrays refuse each other")
for line in (
    "off = torch.eye(Q.shape[1], dtype=Q.dtype, device=Q.device) - Q.T @ Q",
    "off = Q.T @ Q - torch.eye(Q.shape[1], device=Q.device)",
    "off = Q.T @ Q - torch.eye(Q.shape[-1], dtype=Q.dtype, device=Q.device)",
    "return (off.abs() < tol).all()",
):
    equivalent("is-orthonormal", line, "signs go, dtypes are promoted, no error is exactly tol")
for line in (
    "centred = X.mean(0) - X",
    "centred = X - X.mean(-2)",
    "return (directions.T.flip(-2)[:k], variances.flip(0)[:k])",
):
    equivalent("pca", line, "signs go in the Gram matrix; a matrix has two dims")
