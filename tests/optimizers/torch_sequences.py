"""Writes torch_sequences.hpp: what PyTorch's optimizers do with five fixed gradients (float64, maximize=True).

Run:  python tests/optimizers/torch_sequences.py > tests/optimizers/torch_sequences.hpp
"""
import torch

GRADIENTS = [[0.5, -2.0, 1e-3], [1.5, -1.0, -2e-3], [-0.25, 3.0, 0.0], [0.75, 0.0, 5e-3], [2.0, -0.125, 1e-3]]
START = [0.1, -0.2, 0.3]
RUNS = {
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "sgd_momentum": (torch.optim.SGD, dict(lr=0.1, momentum=0.9)),
    "sgd_nesterov": (torch.optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    "adam": (torch.optim.Adam, dict(lr=0.05, betas=(0.9, 0.999), eps=1e-8)),
    "adam_other": (torch.optim.Adam, dict(lr=0.05, betas=(0.5, 0.75), eps=0.1)),
    "adam_amsgrad": (torch.optim.Adam, dict(lr=0.05, betas=(0.5, 0.75), eps=1e-8, amsgrad=True)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-8)),
    "adagrad": (torch.optim.Adagrad, dict(lr=0.1, eps=1e-10)),
    "adagrad_initial": (torch.optim.Adagrad, dict(lr=0.1, eps=1e-3, initial_accumulator_value=0.5)),
}

print("#pragma once")
print(f"/// Made by torch_sequences.py with PyTorch {torch.__version__.split('+')[0]}: the parameters after each of five updates.")
print("namespace torch_sequences {")
print("inline constexpr double gradients[5][3] = {")
for g in GRADIENTS:
    print("    {" + ", ".join(repr(v) for v in g) + "},")
print("};")
print(f"inline constexpr double start[3] = {{{', '.join(repr(x) for x in START)}}};")
for name, (make, options) in RUNS.items():
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([x], maximize=True, foreach=False, **options)
    print(f"inline constexpr double {name}[5][3] = {{  // {make.__name__} {options}")
    for g in GRADIENTS:
        x.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        print("    {" + ", ".join(repr(v) for v in x.detach().tolist()) + "},")
    print("};")
print("}  // namespace torch_sequences")
