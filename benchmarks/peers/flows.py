"""The training step of benchmarks/flows/training_step.cpp in PyTorch (eager) and JAX (jit): forward KL of a coupling flow on frozen
weighted points, gradient, Adam. 8 dimensions, rational-quadratic cells, 10 bins, networks of 2 x 64 units, bit-pattern masks
(6 cells), 4096 points. Prints a JSON object a line: engine, precision, threads, milliseconds (best step) and the loss at the first
step's parameters. Needs torch and jax from PyPI.

usage: flows.py [torch|jax] [--double] [--threads N] [--seconds T] [--points N]
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("engine", choices=["torch", "jax"])
parser.add_argument("--double", action="store_true")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=4.0)
parser.add_argument("--points", type=int, default=4096)
options = parser.parse_args()
if options.threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy as np  # noqa: E402  (the thread settings must come first)

D, K, H = 8, 10, 64
LEAST = 1e-3
SCALE = 1 / (LEAST + np.log(2.0))
precision = np.float64 if options.double else np.float32
rng = np.random.default_rng(1)
x = rng.random((options.points, D)).astype(precision)
bump = lambda m: np.exp(-((x - m) ** 2).sum(1) / 0.27)  # noqa: E731
weight = ((bump(0.25) + bump(0.75)) / 0.05).astype(precision)

masks = []
for bit in (2, 1, 0):
    has = np.array([(i >> bit) & 1 == 1 for i in range(D)])
    masks += [has, ~has]
cells = []
for mask in masks:
    passing, moved = np.where(mask)[0], np.where(~mask)[0]
    sizes = [len(passing), H, H, len(moved) * (3 * K + 1)]
    uniform = lambda bound, shape: rng.uniform(-bound, bound, shape).astype(precision)  # noqa: E731
    net = [(uniform(i ** -0.5, (i, o)), uniform(i ** -0.5, (o,))) for i, o in zip(sizes, sizes[1:])]
    cells.append((passing, moved, net))


def best_of(call):
    """Milliseconds of the fastest step."""
    for _ in range(3):
        call()
    best, end = float("inf"), time.perf_counter() + options.seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
    return 1e3 * best


def run_torch():
    import torch
    torch.set_num_threads(options.threads)
    data, w = torch.tensor(x), torch.tensor(weight)
    nets = []
    params = []
    for passing, moved, net in cells:
        layers = [(torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)) for a, b in net]
        params += [p for layer in layers for p in layer]
        nets.append((torch.tensor(passing), torch.tensor(moved), layers))
    functional = torch.nn.functional

    def spline(u, raw):
        widths = LEAST + (1 - LEAST * K) * torch.softmax(raw[..., :K], -1)
        heights = LEAST + (1 - LEAST * K) * torch.softmax(raw[..., K:2 * K], -1)
        slopes = (LEAST + functional.softplus(raw[..., 2 * K:])) * SCALE
        left = functional.pad(torch.cumsum(widths, -1), (1, 0))
        low = functional.pad(torch.cumsum(heights, -1), (1, 0))
        at = (torch.sum(u[..., None] >= left[..., :-1], -1) - 1).clamp(0, K - 1)[..., None]
        pick = lambda t: t.gather(-1, at)[..., 0]  # noqa: E731
        width, height, d0, d1 = pick(widths), pick(heights), pick(slopes), pick(slopes[..., 1:])
        s = height / width
        t = (u - pick(left)) / width
        r = t * (1 - t)
        divisor = s + (d0 + d1 - 2 * s) * r
        z = pick(low) + height * (s * t * t + d0 * r) / divisor
        top = s * s * (d1 * t * t + 2 * s * r + d0 * (1 - t) ** 2)
        return z, torch.log(top) - 2 * torch.log(divisor)

    def loss():
        u, log_q = data, 0.0
        for passing, moved, layers in reversed(nets):
            h = 2 * u[:, passing] - 1
            for i, (a, b) in enumerate(layers):
                h = torch.addmm(b, h, a)
                if i + 1 < len(layers):
                    h = functional.leaky_relu(h, 0.01)
            z, log_det = spline(u[:, moved], h.view(len(u), len(moved), 3 * K + 1))
            u = u.index_copy(1, moved, z)
            log_q = log_q + log_det.sum(1)
        return -(w * log_q).mean()

    optimizer = torch.optim.Adam(params, lr=1e-3)
    first = float(loss().detach())

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return first, best_of(step)


def run_jax():
    import jax
    import jax.numpy as jnp
    if options.double:
        jax.config.update("jax_enable_x64", True)
    data, w = jnp.asarray(x), jnp.asarray(weight)
    params = [[(jnp.asarray(a), jnp.asarray(b)) for a, b in net] for _, _, net in cells]

    def spline(u, raw):
        widths = LEAST + (1 - LEAST * K) * jax.nn.softmax(raw[..., :K])
        heights = LEAST + (1 - LEAST * K) * jax.nn.softmax(raw[..., K:2 * K])
        slopes = (LEAST + jax.nn.softplus(raw[..., 2 * K:])) * SCALE
        left = jnp.pad(jnp.cumsum(widths, -1), ((0, 0), (0, 0), (1, 0)))
        low = jnp.pad(jnp.cumsum(heights, -1), ((0, 0), (0, 0), (1, 0)))
        at = jnp.clip(jnp.sum(u[..., None] >= left[..., :-1], -1) - 1, 0, K - 1)[..., None]
        pick = lambda t: jnp.take_along_axis(t, at, -1)[..., 0]  # noqa: E731
        width, height, d0, d1 = pick(widths), pick(heights), pick(slopes), pick(slopes[..., 1:])
        s = height / width
        t = (u - pick(left)) / width
        r = t * (1 - t)
        divisor = s + (d0 + d1 - 2 * s) * r
        z = pick(low) + height * (s * t * t + d0 * r) / divisor
        top = s * s * (d1 * t * t + 2 * s * r + d0 * (1 - t) ** 2)
        return z, jnp.log(top) - 2 * jnp.log(divisor)

    def loss(params):
        u, log_q = data, 0.0
        for (passing, moved, _), layers in reversed(list(zip(cells, params))):
            h = 2 * u[:, passing] - 1
            for i, (a, b) in enumerate(layers):
                h = h @ a + b
                if i + 1 < len(layers):
                    h = jax.nn.leaky_relu(h, 0.01)
            z, log_det = spline(u[:, moved], h.reshape(len(u), len(moved), 3 * K + 1))
            u = u.at[:, moved].set(z)
            log_q = log_q + log_det.sum(1)
        return -jnp.mean(w * log_q)

    @jax.jit
    def update(params, mean, square, t):
        gradient = jax.grad(loss)(params)
        tree = jax.tree_util.tree_map
        mean = tree(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = tree(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
        a, b = 1 - 0.9 ** t, 1 - 0.999 ** t
        params = tree(lambda p, m, v: p - 1e-3 * (m / a) / (jnp.sqrt(v / b) + 1e-8), params, mean, square)
        return params, mean, square

    zeros = jax.tree_util.tree_map(jnp.zeros_like, params)
    state = {"all": (params, zeros, zeros), "t": 0.0}
    first = float(loss(params))

    def step():
        state["t"] += 1.0
        state["all"] = update(*state["all"], state["t"])
        jax.block_until_ready(state["all"])

    return first, best_of(step)


first, milliseconds = run_torch() if options.engine == "torch" else run_jax()
print(json.dumps({"engine": options.engine, "precision": "double" if options.double else "float", "threads": options.threads,
                  "milliseconds": milliseconds, "loss": first}))
