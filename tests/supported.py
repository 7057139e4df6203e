"""What is supported, found out by running it: `python tests/supported.py` writes docs/supported.md.

Every public name has an example. What it gives says whether it has a gradient and on which devices
it runs; that PyTorch gives the same is tested in pytorch/test_supported.py.
"""

import inspect
import io
import re
import warnings
from functools import partial
from pathlib import Path

import numpy as np

import tinygrad_lessons

PAGE = Path(__file__).parents[1] / "docs" / "supported.md"
HEAD = """# What is supported

Written by `python tests/supported.py`, which runs every example on the CPU and on the simulated
accelerator; a test holds this page to it, and another gives every example to PyTorch 2.13, which
must answer the same. What is not here is not in the library.

Names are PyTorch's. **Gradient**: whether the result has one. **Devices**: where the example runs
and leaves its result; CUDA runs what the simulated accelerator runs.

"""
# Title, then a line for each: name | example | what differs from PyTorch. "+" adds a method of
# the same name; what is under "Only here" has no counterpart in PyTorch.
ROWS = """
## New tensors
torch.tensor | torch.tensor([[1, 2.5]], device=device) |
torch.as_tensor | torch.as_tensor(n) |
torch.from_numpy | torch.from_numpy(n) |
torch.zeros | torch.zeros(2, 3, device=device) |
torch.ones | torch.ones(2, 3, device=device) |
torch.empty | torch.empty(2, 3, device=device) |
torch.full | torch.full((2, 3), 7, device=device) |
torch.eye | torch.eye(2, 3, device=device) |
torch.arange | torch.arange(1, 10, 2, device=device) |
torch.linspace | torch.linspace(0, 1, 5, device=device) |
torch.zeros_like | torch.zeros_like(x) |
torch.ones_like | torch.ones_like(x) |
torch.empty_like | torch.empty_like(x) |
torch.full_like | torch.full_like(x, 3) |
torch.rand_like | torch.rand_like(x) |
torch.randn_like | torch.randn_like(x) |
torch.rand | torch.rand(2, 3, device=device) | other numbers than PyTorch's
torch.randn | torch.randn(2, 3, device=device) | likewise
torch.randint | torch.randint(10, (2,), device=device) | likewise
torch.randperm | torch.randperm(5, device=device) | likewise
torch.manual_seed | torch.manual_seed(0) |
torch.Generator | torch.Generator(device).manual_seed(0) |
torch.Generator.initial_seed | torch.Generator().manual_seed(5).initial_seed() |
torch.where | torch.where(m, x, 0.0) |
torch.cat | torch.cat([x, y]) |
torch.stack | torch.stack([x, y]) |
torch.diag | torch.diag(x) |
torch.multinomial | torch.multinomial(y, 2) | likewise
torch.broadcast_tensors | torch.broadcast_tensors(x, v)[1] |
torch.FloatTensor | torch.FloatTensor([[1, 2]]) | a function, no class; so are all below
torch.DoubleTensor | torch.DoubleTensor([[1, 2]]) |
torch.HalfTensor | torch.HalfTensor([[1, 2]]) |
torch.LongTensor | torch.LongTensor([[1, 2]]) |
torch.IntTensor | torch.IntTensor([[1, 2]]) |
torch.ShortTensor | torch.ShortTensor([[1, 2]]) |
torch.CharTensor | torch.CharTensor([[1, 2]]) |
torch.ByteTensor | torch.ByteTensor([[1, 2]]) |
torch.BoolTensor | torch.BoolTensor([[1, 0]]) |
Tensor.new_tensor | x.new_tensor([1, 2]) |
Tensor.new_zeros | x.new_zeros(2, 3) |
Tensor.new_ones | x.new_ones(2, 3) |
Tensor.new_full | x.new_full((2, 3), 7) |
Tensor.new_empty | x.new_empty(2, 3) |
## Arithmetic
torch.abs + | torch.abs(x) |
torch.acos + | torch.acos(x) |
torch.asin + | torch.asin(x) |
torch.atan + | torch.atan(x) |
torch.ceil + | torch.ceil(x) |
torch.cos + | torch.cos(x) |
torch.exp + | torch.exp(x) |
torch.floor + | torch.floor(x) |
torch.isfinite + | torch.isfinite(x) |
torch.isinf + | torch.isinf(x) |
torch.isnan + | torch.isnan(x) |
torch.log + | torch.log(x) |
torch.log10 + | torch.log10(x) |
torch.log1p + | torch.log1p(x) |
torch.log2 + | torch.log2(x) |
torch.neg + | torch.neg(x) |
torch.reciprocal + | torch.reciprocal(x) |
torch.relu + | torch.relu(x) |
torch.round + | torch.round(x) |
torch.sigmoid + | torch.sigmoid(x) |
torch.sign + | torch.sign(x) |
torch.sin + | torch.sin(x) |
torch.sqrt + | torch.sqrt(x) |
torch.tan + | torch.tan(x) |
torch.tanh + | torch.tanh(x) |
torch.div + | torch.div(x, y) |
torch.eq + | torch.eq(x, y) |
torch.floor_divide + | torch.floor_divide(x, y) |
torch.ge + | torch.ge(x, y) |
torch.gt + | torch.gt(x, y) |
torch.le + | torch.le(x, y) |
torch.lt + | torch.lt(x, y) |
torch.maximum + | torch.maximum(x, y) |
torch.minimum + | torch.minimum(x, y) |
torch.mul + | torch.mul(x, y) |
torch.ne + | torch.ne(x, y) |
torch.pow + | torch.pow(x, y) |
torch.remainder + | torch.remainder(x, y) |
torch.add + | torch.add(x, y, alpha=2) |
torch.sub + | torch.sub(x, y, alpha=2) |
torch.clamp + | torch.clamp(x, 0.2, 0.5) |
torch.trunc + | torch.trunc(x) |
torch.square + | torch.square(x) |
torch.masked_fill + | torch.masked_fill(x, m, 0.0) |
Tensor operators | 2 * x - y / x + x**2 // 1 % y |
Tensor operators on bool | (x > y) & m, m, ~m ^ m |
Tensor in-place operators | operate(x.clone(), y) |
## Products
torch.matmul + | torch.matmul(x, y) |
torch.mm + | torch.mm(x, y) |
torch.mv + | torch.mv(x, v) |
torch.dot + | torch.dot(v, v) |
torch.bmm + | torch.bmm(x[None], y[None]) |
torch.outer + | torch.outer(v, v) |
torch.einsum | torch.einsum("ij,jk->ik", x, y) | a letter for each axis, no ...
Tensor operator @ | x @ x.T |
## Many numbers to one
torch.all + | torch.all(x, dim=1) |
torch.amax + | torch.amax(x, dim=1) |
torch.amin + | torch.amin(x, dim=1) |
torch.any + | torch.any(x, dim=1) |
torch.argmax + | torch.argmax(x, dim=1) |
torch.argmin + | torch.argmin(x, dim=1) |
torch.logsumexp + | torch.logsumexp(x, dim=1) |
torch.prod + | torch.prod(x, dim=1) |
torch.cumsum + | torch.cumsum(x, dim=1) |
torch.log_softmax + | torch.log_softmax(x, dim=1) |
torch.softmax + | torch.softmax(x, dim=1) |
torch.sum + | torch.sum(x, dim=1) |
torch.mean + | torch.mean(x, dim=1) |
torch.var + | torch.var(x, dim=1) |
torch.std + | torch.std(x, dim=1) |
torch.norm + | torch.norm(x, dim=1) |
torch.max + | torch.max(x, dim=1) |
torch.min + | torch.min(x, dim=1) |
torch.sort + | torch.sort(x, dim=1, descending=True) | always stable
torch.argsort + | torch.argsort(x, dim=1) | always stable
torch.topk + | torch.topk(x, 1) |
torch.allclose + | torch.allclose(x, y) |
torch.equal + | torch.equal(x, y) |
torch.trace + | torch.trace(x) |
torch.nonzero + | torch.nonzero(m) |
## Shapes and views
torch.reshape + | torch.reshape(x, (4, 1)) |
Tensor.view | x.view(-1) |
Tensor.view_as | x.view_as(y) |
torch.flatten + | torch.flatten(x) |
torch.squeeze + | torch.squeeze(x[None]) |
torch.unsqueeze + | torch.unsqueeze(x, 0) |
torch.permute + | torch.permute(x, (1, 0)) |
torch.transpose + | torch.transpose(x, 0, 1) |
torch.t + | torch.t(x) |
Tensor.T | x.T |
Tensor.mT | x[None].mT |
Tensor.expand | v.expand(3, 2) |
torch.narrow + | torch.narrow(x, 0, 0, 1) |
torch.split + | torch.split(x, 1)[0] |
torch.unbind + | torch.unbind(x)[0] |
torch.diagonal + | torch.diagonal(x, 1) | of the first two axes
Tensor.__getitem__ | x[0], x[:, 1:], x[..., None], x[i], x[m] | no negative steps, as PyTorch
Tensor.__iter__ | list(x)[1] |
Tensor.__contains__ | 0.5 in x |
Tensor.__len__ | len(x) |
torch.gather + | torch.gather(x, 0, i[None]) |
torch.flip + | torch.flip(x, (0,)) |
Tensor.repeat | x.repeat(2, 1) | as many sizes as the result has axes
torch.tril + | torch.tril(x) |
torch.triu + | torch.triu(x, 1) |
torch.clone + | torch.clone(x) |
Tensor.contiguous | x.T.contiguous() |
## In place
Tensor.abs_ | x.clone().abs_() |
Tensor.clamp_ | x.clone().clamp_(0.2, 0.5) |
Tensor.cos_ | x.clone().cos_() |
Tensor.div_ | x.clone().div_(y) |
Tensor.exp_ | x.clone().exp_() |
Tensor.log_ | x.clone().log_() |
Tensor.masked_fill_ | x.clone().masked_fill_(m, 0.0) |
Tensor.mul_ | x.clone().mul_(y) |
Tensor.neg_ | x.clone().neg_() |
Tensor.pow_ | x.clone().pow_(y) |
Tensor.relu_ | x.clone().relu_() |
Tensor.sigmoid_ | x.clone().sigmoid_() |
Tensor.sin_ | x.clone().sin_() |
Tensor.sqrt_ | x.clone().sqrt_() |
Tensor.sub_ | x.clone().sub_(y) |
Tensor.tanh_ | x.clone().tanh_() |
Tensor.tril_ | x.clone().tril_() |
Tensor.triu_ | x.clone().triu_() |
Tensor.add_ | x.clone().add_(y) |
Tensor.copy_ | x.clone().copy_(y) |
Tensor.fill_ | x.clone().fill_(3) |
Tensor.zero_ | x.clone().zero_() |
Tensor.uniform_ | x.detach().uniform_(0, 1) |
Tensor.normal_ | x.detach().normal_() |
Tensor.__setitem__ | assign(x.clone(), y) |
## What a tensor is
Tensor.half | x.half() |
Tensor.float | x.float() |
Tensor.double | x.double() |
Tensor.int | x.int() |
Tensor.long | x.long() |
Tensor.bool | x.bool() |
Tensor.short | x.short() |
Tensor.byte | x.byte() |
Tensor.type | x.type(torch.float64) |
Tensor.shape | x.shape |
Tensor.size | x.size(0) |
Tensor.dim | x.dim() |
Tensor.ndim | x.ndim |
torch.numel + | torch.numel(x) |
Tensor.nelement | x.nelement() |
Tensor.nbytes | x.nbytes |
Tensor.stride | x.stride() |
Tensor.is_contiguous | x.is_contiguous() |
torch.is_floating_point + | torch.is_floating_point(x) |
torch.is_tensor | torch.is_tensor(x) |
Tensor.dtype | x.dtype.is_floating_point |
Tensor.device | x.device.type == device |
Tensor.item | x[0, 0].item() |
Tensor.tolist | x.tolist() |
Tensor.numpy | torch.ones(2).numpy().tolist() | refuses what requires grad within no_grad, too
Tensor.data | x.data |
Tensor.to | x.to(torch.float64) | takes a device, a dtype or both
Tensor.cpu | y.cpu() |
Tensor.cuda | x.cuda | needs CuPy and a GPU
torch.Tensor | torch.Tensor([[1, 2]]) | `torch.tensor` chooses the dtype
torch.Size | torch.Size([1, 2]).numel() |
torch.device | torch.device("cpu").type | one object each: `is` compares them
torch.dtype | isinstance(torch.float32, torch.dtype) | float16, 32, 64, int8 to int64, uint8, bool
torch.can_cast | torch.can_cast(torch.float32, torch.int64) |
torch.promote_types | torch.promote_types(torch.int64, torch.float16).itemsize |
torch.result_type | torch.result_type(x, 1).itemsize |
torch.broadcast_shapes | tuple(torch.broadcast_shapes((2, 1), (3,))) |
## Gradients
Tensor.requires_grad | x.requires_grad |
Tensor.requires_grad_ | y.requires_grad_() |
Tensor.grad | x.grad |
Tensor.grad_fn | x.grad_fn |
Tensor.is_leaf | x.is_leaf |
Tensor.backward | (x * x).sum().backward() | no create_graph: gradients have no gradients
Tensor.detach | x.detach() |
Tensor.retain_grad | (x * 2).retain_grad() |
Tensor.register_hook | x.register_hook(lambda g: g * 2).remove() | of a leaf: for each use
torch.no_grad | torch.no_grad()(lambda: x * 2)() | as a decorator with its parentheses
torch.enable_grad | torch.enable_grad()(lambda: x * 2)() |
torch.set_grad_enabled | torch.set_grad_enabled(True).__exit__(None, None, None) |
torch.is_grad_enabled | torch.is_grad_enabled() |
torch.autograd.backward | torch.autograd.backward((x * x).sum()) |
torch.autograd.grad | torch.autograd.grad((x * x).sum(), x)[0] | no create_graph
torch.autograd.gradcheck | torch.autograd.gradcheck(lambda x: x * x, (d,)) |
## Files
torch.save | torch.save({"x": y}, io.BytesIO()) | files of our own: arrays and JSON, no code
torch.load | saved({"x": y})["x"] | reads what `torch.save` here wrote
## torch.linalg
torch.linalg.norm | torch.linalg.norm(x) |
torch.linalg.solve | torch.linalg.solve(y, v.detach()) | no gradient, like all below
torch.linalg.inv | torch.linalg.inv(y) |
torch.linalg.det | torch.linalg.det(y) |
torch.linalg.eigh | torch.linalg.eigh(y @ y.T)[0] |
torch.linalg.svd | torch.linalg.svd(y)[1] |
torch.linalg.qr | abs(torch.linalg.qr(y)[1]) |
## torch.nn
nn.Module | list(nn.Sequential(nn.Linear(2, 3)).state_dict()) |
nn.Parameter | nn.Parameter(y) |
nn.Linear | nn.Linear(2, 3, device=device)(x).shape |
nn.Flatten | nn.Flatten()(x) |
nn.ReLU | nn.ReLU()(x) |
nn.Sigmoid | nn.Sigmoid()(x) |
nn.Tanh | nn.Tanh()(x) |
nn.Softmax | nn.Softmax(dim=1)(x) | dim must be given
nn.LogSoftmax | nn.LogSoftmax(dim=1)(x) | dim must be given
nn.Dropout | nn.Dropout(0.5).eval()(x) |
nn.Identity | nn.Identity()(x) |
nn.LogSigmoid | nn.LogSigmoid()(x) |
nn.Embedding | nn.Embedding(3, 2, device=device)(i) | other numbers than PyTorch's
nn.LayerNorm | nn.LayerNorm(2, device=device)(x) |
nn.LazyLinear | nn.LazyLinear(2, device=device)(x) | likewise
nn.Sequential | nn.Sequential(nn.ReLU(), nn.Tanh())(x) |
nn.ModuleList | len(nn.ModuleList([nn.ReLU()])) |
nn.CrossEntropyLoss | nn.CrossEntropyLoss()(x, i) |
nn.BCELoss | nn.BCELoss()(x, y.clamp(0, 1)) |
nn.NLLLoss | nn.NLLLoss()(x, i) |
nn.BCEWithLogitsLoss | nn.BCEWithLogitsLoss()(x, y) |
nn.MSELoss | nn.MSELoss()(x, y) |
nn.L1Loss | nn.L1Loss()(x, y) |
F.linear | F.linear(x, y, v) |
F.relu | F.relu(x) |
F.sigmoid | F.sigmoid(x) |
F.tanh | F.tanh(x) |
F.logsigmoid | F.logsigmoid(x) |
F.softmax | F.softmax(x, dim=1) |
F.log_softmax | F.log_softmax(x, dim=1) |
F.dropout | F.dropout(x, 0.5, training=False) |
F.embedding | F.embedding(i, x) |
F.layer_norm | F.layer_norm(x, (2,)) |
F.one_hot | F.one_hot(i, num_classes=3) |
F.binary_cross_entropy | F.binary_cross_entropy(x, y.clamp(0, 1)) |
F.binary_cross_entropy_with_logits | F.binary_cross_entropy_with_logits(x, y) |
F.cross_entropy | F.cross_entropy(x, i, weight=y[0], label_smoothing=0.1) | labels or probabilities
F.nll_loss | F.nll_loss(x, i) |
F.mse_loss | F.mse_loss(x, y) |
F.l1_loss | F.l1_loss(x, y) |
nn.init.uniform_ | nn.init.uniform_(y.clone()) |
nn.init.normal_ | nn.init.normal_(y.clone()) |
nn.init.constant_ | nn.init.constant_(y.clone(), 3) |
nn.init.zeros_ | nn.init.zeros_(y.clone()) |
nn.init.ones_ | nn.init.ones_(y.clone()) |
nn.init.xavier_uniform_ | nn.init.xavier_uniform_(y.clone()) |
nn.init.xavier_normal_ | nn.init.xavier_normal_(y.clone()) |
nn.init.kaiming_uniform_ | nn.init.kaiming_uniform_(y.clone()) |
nn.init.kaiming_normal_ | nn.init.kaiming_normal_(y.clone(), nonlinearity="relu") |
nn.init.calculate_gain | nn.init.calculate_gain("tanh") |
nn.utils.clip_grad_norm_ | nn.utils.clip_grad_norm_([y], max_norm=1.0) | of norm 2
nn.utils.clip_grad_value_ | nn.utils.clip_grad_value_ |
## torch.optim and torch.utils.data
optim.Optimizer | torch.optim.SGD([x], lr=0.1).zero_grad() | with closures, state and groups
optim.SGD | torch.optim.SGD([x], lr=0.1, momentum=0.9).step() | momentum and weight_decay
optim.Adam | torch.optim.Adam([x], lr=0.1).step() |
optim.AdamW | torch.optim.AdamW([x], lr=0.1).step() |
optim.RMSprop | torch.optim.RMSprop([x], lr=0.1).step() |
optim.lr_scheduler.LRScheduler | torch.optim.lr_scheduler.LRScheduler |
optim.lr_scheduler.StepLR | schedule("StepLR", step_size=2) |
optim.lr_scheduler.MultiStepLR | schedule("MultiStepLR", milestones=[1, 3]) |
optim.lr_scheduler.ExponentialLR | schedule("ExponentialLR", gamma=0.5) |
optim.lr_scheduler.LambdaLR | schedule("LambdaLR", lr_lambda=lambda epoch: 1 / (1 + epoch)) |
optim.lr_scheduler.CosineAnnealingLR | schedule("CosineAnnealingLR", T_max=3) |
data.Dataset | isinstance(data.TensorDataset(x), data.Dataset) |
data.TensorDataset | data.TensorDataset(y, i)[0][0] |
data.DataLoader | next(iter(data.DataLoader(y, batch_size=2))) | without workers
data.default_collate | data.default_collate([1, 2]) |
## Devices
torch.accelerator.is_available | torch.accelerator.is_available() |
torch.accelerator.current_accelerator | torch.accelerator.current_accelerator() |
torch.accelerator.device_count | torch.accelerator.device_count() |
torch.accelerator.current_device_index | torch.accelerator.current_device_index |
torch.accelerator.synchronize | torch.accelerator.synchronize |
torch.accelerator.memory_allocated | torch.accelerator.memory_allocated |
torch.accelerator.max_memory_allocated | torch.accelerator.max_memory_allocated |
torch.accelerator.reset_peak_memory_stats | torch.accelerator.reset_peak_memory_stats |
torch.accelerator.empty_cache | torch.accelerator.empty_cache |
torch.cuda.is_available | torch.cuda.is_available() |
torch.cuda.device_count | torch.cuda.device_count() |
torch.cuda.current_device | torch.cuda.current_device |
torch.cuda.get_device_name | torch.cuda.get_device_name |
torch.cuda.synchronize | torch.cuda.synchronize |
torch.cuda.memory_allocated | torch.cuda.memory_allocated() |
torch.cuda.max_memory_allocated | torch.cuda.max_memory_allocated() |
torch.cuda.reset_peak_memory_stats | torch.cuda.reset_peak_memory_stats |
torch.cuda.empty_cache | torch.cuda.empty_cache() |
## Only here
torch.gram | torch.gram(x) | A.T @ A
torch.outer_gram | torch.outer_gram(x) | A @ A.T
torch.matmul_by_hand | torch.matmul_by_hand(x, y) |
torch.angles | torch.angles(x) |
torch.is_orthonormal | torch.is_orthonormal(x) |
torch.least_squares | torch.least_squares(y, v.detach()) |
torch.principal_components | torch.principal_components(y, 1)[1] |
torch.infer_dtype | torch.infer_dtype([1, 2.5]) |
torch.contiguous_strides | torch.contiguous_strides((2, 3)) |
torch.resolve_shape | torch.resolve_shape((2, -1), 6) |
torch.unbroadcast | torch.unbroadcast(np.ones((2, 3)), (3,)) | of arrays
torch.write_out | torch.write_out(y, y.clone()) | what out= does
torch.shares_memory | torch.shares_memory(x, x[0]) |
torch.to_host | torch.to_host(x) |
F.label_rows | F.label_rows(i, 3) | `F.one_hot` in float32
F.mean_cross_entropy | F.mean_cross_entropy(x, i) | what `F.cross_entropy` begins with
F.mean_bce_with_logits | F.mean_bce_with_logits(x, y) | likewise
nn.utils.scale_gradients | nn.utils.scale_gradients([y], 1.0) | what `clip_grad_norm_` does
F.standardize | F.standardize(x, dim=1) |
nn.init.uniform_fan_in_ | nn.init.uniform_fan_in_(y.clone()) |
torch.accelerator.pick | torch.accelerator.pick() |
torch.autograd.Function | x.exp().grad_fn.needs(0) | of arrays; with static methods and a ctx, too
torch.autograd.numerical_gradient | torch.autograd.numerical_gradient(torch.sum, y) |
torch.autograd.topological_order | torch.autograd.topological_order(x * 2) |
torch.autograd.one_step | torch.autograd.one_step(x * 2, y)[0] |
torch.devices.parse | torch.devices.parse("cuda:0") |
torch.devices.common | torch.devices.common(x, y) |
torch.devices.available | torch.devices.available() |
torch.devices.probe | torch.devices.probe("sim")["works"] |
torch.devices.transfer_guard | torch.devices.transfer_guard("disallow") | JAX's
torch.devices.check_indices | torch.devices.check_indices() | for a GPU
torch.training.mean_loss | torch.training.mean_loss(lambda x: x, [(x, y)], device) |
torch.training.train_epoch | torch.training.train_epoch |
torch.training.accuracy | torch.training.accuracy |
torch.training.fit | torch.training.fit |
torch.datasets.Digits | torch.datasets.Digits |
torch.datasets.MNIST | torch.datasets.MNIST | torchvision has this one
torch.datasets.FashionMNIST | torch.datasets.FashionMNIST | torchvision has this one
torch.datasets.Images | torch.datasets.Images |
"""
DIFFERENCES = """## How it differs from PyTorch

- **Left out**, and what to do instead: complex numbers (two tensors), sparse and quantised
  tensors, bfloat16, `torch.compile`, more than one GPU, gradients of gradients
  (`numerical_gradient`; `create_graph=True` raises), convolutions (`unbind`, `reshape` and `@`),
  `resize_` (`reshape`, or a new tensor), `histogram` (NumPy's, of `x.cpu().numpy()`), `normal`
  (`randn` times the deviation plus the mean), `random_` (`randint`), matrix norms by singular
  values (`linalg.svd`), `...` and repeated sizes of 1 in `einsum`, Functions of several results
  or with `setup_context`.
- **Files**: `torch.save` writes arrays and JSON, and `load` runs no code; PyTorch's own files are
  not read. Go between the two by `numpy.savez`.
- **Names of `grad_fn`**: what is one operation there and several here is named after the last of
  these: `mean` is `DivBackward0`, `std` is `DivBackward0`, `masked_fill` is `WhereBackward0`. Its
  class is the operation, `Mul` for `MulBackward0`; there is no `next_functions` but `parents`.
- **Operands**: `torch.maximum(x, 2.0)` and its like take numbers, too. A tensor and a NumPy array
  do not mix: `x * array` raises a TypeError that says how to make it a tensor.
- **Errors** have PyTorch's sentence where it has one for users, then lines of ours that say what
  mends it.
- **Hooks** on a leaf that is used twice are called with each share of the gradient, in PyTorch with
  the sum.
- **Whole numbers**: a Python integer that the dtype can't hold raises; PyTorch wraps it round.
  Division by 0 raises on the CPU and gives any number on an accelerator, in PyTorch too.
- **out=** takes a tensor of the result's shape and dtype; PyTorch resizes and casts.
- **Taken, where PyTorch refuses**: softmax, losses and `@` of whole numbers or truth values;
  `ceil`, `floor`, `round`, `abs`, `relu`, `argmax`, `topk`, `trace` and `dot` of truth values, and
  a number less these; `allclose` of two dtypes, writes into one of several views that `split` or
  `unbind` made, `x[[0]] = x`, and backward after a write over what PyTorch kept for it and this
  library did not: over `contiguous()`, over what an operation in place, `std`, `prod` or `norm`
  gave.
- **Refused, where PyTorch takes it**: a write by a mask to an expanded tensor.
- **Read-only NumPy arrays** are taken by `from_numpy` without a warning; a write through the tensor
  raises, where PyTorch's behaviour is undefined.
- **Layout**: the result of `nn.Linear` lies column by column in memory, because that is quicker:
  `.reshape` it where PyTorch's would take `.view`. `clone` and `zeros_like` of a transposed tensor
  lie row by row, PyTorch's as the tensor does.
- **float16** is computed by NumPy on the CPU and is slow there; sums, means and norms add up in
  float32, as in PyTorch, and so do `logsumexp` and `log_softmax`, which overflow there.
- **TF32** is off: products of float32 on a GPU are float32's, unless CUPY_TF32=1 is set.
- **On a GPU**, where this cannot be seen on the simulated accelerator: labels and indices out of
  range wrap round in silence, unless they are looked at, `with torch.devices.check_indices():`
  (PyTorch's stop the program later); of a number assigned at an index that comes twice, any one
  stays; -1.0 as uint8 is 0 and infinity as int32 the largest number, as C leaves it open;
  `x.fill_(-0.0)` stores 0.0; the result of arithmetic on a transposed tensor may lie row by row,
  so that `.view` raises: `.reshape` it; a product of one row and one column of float16 is summed
  in float16; the first random number brings 13 MB of states with it, which `memory_allocated`
  shows.
- **Random numbers** come from the generators of NumPy and CuPy: the same seed gives other numbers.
"""
RANDOM = re.compile(
    r"rand|empty|multinomial|normal_|uniform|torch\.Generator|manual_seed|nn\.(Lazy)?Linear|Embedding"
    r"|state_dict"
)


def rows():
    """{title: [(name, has a method, example, note), ...]}"""
    found, title = {}, ""
    for line in ROWS.strip().splitlines():
        if line.startswith("## "):
            title = line[3:]
            found[title] = []
        else:
            found[title].append(parsed(line))
    return found


def parsed(line):
    name, example, note = (part.strip() for part in line.replace(" |", "\0").split("\0"))
    return name.removesuffix(" +"), name.endswith(" +"), example, note


def operate(x, y):
    x += y
    x -= 1
    x *= y
    x /= 2
    x **= 2
    return x


def assign(x, y):
    x[0] = y[1]
    return x


def schedule(optim, params, name, **options):
    """The learning rates of four epochs."""
    optimizer, rates = optim.SGD(params, lr=1.0), []
    scheduler = getattr(optim.lr_scheduler, name)(optimizer, **options)
    for _ in range(4):
        rates += scheduler.get_last_lr()
        optimizer.step()
        scheduler.step()
    return [round(rate, 9) for rate in rates]


def saved(torch, obj):
    """An object that was written to a file and read again."""
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return torch.load(file)


def names(torch, device="cpu"):
    """What the examples are written with, from either library."""
    x = torch.tensor([[0.5, 0.25], [0.125, 0.75]], device=device, requires_grad=True)
    y = torch.tensor([[0.5, 1.0], [2.0, 0.25]], device=device)
    d = torch.tensor([1.0, 2.0], dtype=torch.float64, device=device, requires_grad=True)
    v = torch.tensor([1.0, 2.0], device=device, requires_grad=True)
    given = {"x": x, "y": y, "v": v, "d": d, "m": y >= 1, "i": (y[0] >= 1).long()}
    given |= {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "data": torch.utils.data}
    given |= {"np": np, "n": np.array([1.0, 2.0]), "device": device}
    given["schedule"], given["saved"] = partial(schedule, torch.optim, [x]), partial(saved, torch)
    return given | {"operate": operate, "assign": assign, "io": io}


def run(torch, example, device="cpu"):
    """The value of an example, or of the last of its values."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = eval(example, names(torch, device))
    while isinstance(value, tuple) and not hasattr(value, "numel"):  # a Size stays
        value = value[0]
    return value


def seen(example, gives=tinygrad_lessons.Tensor):
    """("yes", "no" or "", "all" or "CPU"): its gradient and its devices."""
    values = [(name, run(tinygrad_lessons, example, name)) for name in ("cpu", "sim")]
    moved = all(v.device.type == name for name, v in values if isinstance(v, gives))
    value = values[0][1]
    gradient = ("yes" if value.requires_grad else "no") if isinstance(value, gives) else ""
    return gradient, "all" if moved else "CPU"


def page():
    """The text of docs/supported.md."""
    parts = [HEAD]
    for title, found in rows().items():
        parts.append(
            f"## {title}\n\n| name | example | gradient | devices | note |\n|---|---|---|---|---|\n"
        )
        for name, method, example, note in found:
            gradient, devices = seen(example)
            shown = f"`{name}`" + (f", `.{name.rpartition('.')[2]}`" if method else "")
            text = example.replace("|", "\\|")
            parts.append(f"| {shown} | `{text}` | {gradient} | {devices} | {note} |\n")
        parts.append("\n")
    return "".join([*parts, DIFFERENCES])


def public():
    """The names that need a row."""
    torch = tinygrad_lessons
    spaces = {
        "torch": torch, "Tensor": torch.Tensor, "nn": torch.nn, "F": torch.nn.functional,
        "nn.init": torch.nn.init, "nn.utils": torch.nn.utils, "optim": torch.optim,
        "optim.lr_scheduler": torch.optim.lr_scheduler,
        "data": torch.utils.data, "torch.linalg": torch.linalg, "torch.autograd": torch.autograd,
        "torch.accelerator": torch.accelerator, "torch.cuda": torch.cuda,
        "torch.devices": torch.devices, "torch.training": torch.training,
        "torch.datasets": torch.datasets,
    }  # fmt: skip
    for prefix, space in spaces.items():
        home = "tinygrad_lessons" if prefix in ("torch", "Tensor") else space.__name__
        for name in dir(space):
            value = inspect.getattr_static(space, name)
            mine = f"{getattr(value, '__module__', '')}.".startswith(f"{home}.")
            if (mine and callable(value) or isinstance(value, property)) and name[0] != "_":
                yield f"{prefix}.{name}"


def covered():
    """The names that have a row; that of a function covers the method of its name."""
    for found in rows().values():
        for name, method, _, _ in found:
            if " " not in name:  # operators
                yield name
            if method:
                yield name.replace("torch.", "Tensor.")


def find(name):
    """What a name stands for."""
    torch = tinygrad_lessons
    return eval(name, names(torch) | {"optim": torch.optim, "Tensor": torch.Tensor})


if __name__ == "__main__":
    PAGE.write_text(page())
