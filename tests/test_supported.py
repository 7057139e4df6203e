"""docs/supported.md is what runs: every public name, on every device."""

import supported

# What only the library itself calls, by the names under which it is public.
INSIDE = """
Tensor.accumulate_grad torch.autograd.Handle torch.autograd.block torch.autograd.checked
torch.autograd.first_gradient torch.autograd.hooked torch.autograd.number torch.autograd.one_device
torch.autograd.promoted torch.autograd.refuse_declaration torch.autograd.unstored
torch.autograd.retain torch.autograd.spread torch.devices.Stats
F.reduce F.check_reduction F.check_probability
optim.average optim.blocks optim.descend torch.datasets.fetch torch.datasets.read_idx
""".split()


def test_every_public_name_has_a_row():
    have = {id(supported.find(name)) for name in supported.covered()}
    names = [name for name in supported.public() if name not in INSIDE]
    missing = [name for name in names if id(supported.find(name)) not in have]
    assert not missing


def test_the_page_is_what_runs():
    text = supported.page()
    assert supported.PAGE.read_text() == text, "Write it anew: python tests/supported.py"
