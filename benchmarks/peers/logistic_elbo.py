"""The demo's gradient in PyTorch (eager) and JAX (jit): one pathwise ELBO gradient of a mean-field normal for Bayesian logistic
regression, N x D standard normal rows, S draws, one thread, float64. Prints a JSON object a line: engine, N, D, S, microseconds
(best block) of a call that draws its own noise and gives value and gradient. Needs torch and jax from PyPI.

usage: logistic_elbo.py [torch|jax] [--size N D] [--samples S ...] [--seconds T]
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("engine", choices=["torch", "jax"])
parser.add_argument("--size", type=int, nargs=2, default=[569, 31])
parser.add_argument("--samples", type=int, nargs="+", default=[1, 8, 64])
parser.add_argument("--seconds", type=float, default=2.0)
options = parser.parse_args()
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402  (the thread settings must come first)

N, D = options.size
data = np.random.default_rng(1).standard_normal((N, D))


def best_of(call):
    """Microseconds a call: blocks of about 20 ms, the best of them."""
    for _ in range(20):
        call()
    begin = time.perf_counter()
    call()
    block = max(1, int(0.02 / (time.perf_counter() - begin)))
    best, end = float("inf"), time.perf_counter() + options.seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(block):
            call()
        best = min(best, (time.perf_counter() - begin) / block)
    return 1e6 * best


def torch_call(samples):
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    x = torch.tensor(data)
    loc = torch.zeros(D, requires_grad=True)
    log_scale = torch.full((D,), -1.0, requires_grad=True)

    def call():
        loc.grad = log_scale.grad = None
        w = loc + torch.exp(log_scale) * torch.randn(samples, D)
        log_p = -torch.nn.functional.softplus(-(w @ x.T)).sum(-1) - 0.5 * (w * w).sum(-1)
        q = torch.distributions.Normal(loc.detach(), torch.exp(log_scale.detach()))  # sticking the landing
        elbo = (log_p - q.log_prob(w).sum(-1)).mean()
        elbo.backward()
        return elbo

    return call


def jax_call(samples):
    import jax
    import jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    x = jnp.asarray(data)

    def elbo(params, key):
        loc, log_scale = params
        w = loc + jnp.exp(log_scale) * jax.random.normal(key, (samples, D))
        log_p = -jax.nn.softplus(-(w @ x.T)).sum(-1) - 0.5 * (w * w).sum(-1)
        stop = jax.lax.stop_gradient
        eps = (w - stop(loc)) / jnp.exp(stop(log_scale))
        return (log_p - (-0.5 * eps * eps - stop(log_scale)).sum(-1)).mean()

    @jax.jit
    def step(params, key):
        key, use = jax.random.split(key)
        value, gradient = jax.value_and_grad(elbo)(params, use)
        return value, gradient, key

    params = (jnp.zeros(D), jnp.full((D,), -1.0))
    state = {"key": jax.random.key(1)}

    def call():
        value, gradient, state["key"] = step(params, state["key"])
        jax.block_until_ready(gradient)
        return value

    return call


for samples in options.samples:
    call = torch_call(samples) if options.engine == "torch" else jax_call(samples)
    print(json.dumps({"engine": options.engine, "N": N, "D": D, "S": samples, "microseconds": round(best_of(call), 2)}), flush=True)
