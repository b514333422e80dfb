"""Sigmoid belief net (Helmholtz machine) on binary pictures (split,label,bits), plain torch; prints one JSON object.

python run_ws.py PICTURES_CSV --algo ws|wake-sleep-k|rws|rws-mix|vimco|unweighted --hidden 32,16 --particles 5 --epochs 50
  ws          wake theta with one q sample, sleep phi with fantasy (x, h) pairs
  ws-k        wake theta with K importance-weighted q samples, sleep phi
  rws         wake-wake: theta and phi both from the same K weighted q samples
  rws-mix     as rws, phi = half wake half sleep
  vimco       theta from the K-sample bound, phi with the leave-one-out baseline
  edward-wake the phi update of Edward's phase_q='wake' (unweighted log q of its own samples)
NLL is the importance-sampled -log p(x) with --eval-particles samples of q (an upper bound in expectation).
--impl manual replaces autograd by the hand-written delta rules (ws, ws-k, rws, rws-mix).
"""
import argparse
import csv
import json
import math
import time

import numpy as np
import torch

from ws_ref import SBN

ap = argparse.ArgumentParser()
ap.add_argument("csv")
ap.add_argument("--algo", default="ws")
ap.add_argument("--hidden", default="32,16")
ap.add_argument("--particles", type=int, default=5)
ap.add_argument("--epochs", type=int, default=50)
ap.add_argument("--batch", type=int, default=50)
ap.add_argument("--lr", type=float, default=3e-3)
ap.add_argument("--eval-particles", type=int, default=1000)
ap.add_argument("--eval-every", type=int, default=0)
ap.add_argument("--seed", type=int, default=0)
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--impl", default="autograd")
ap.add_argument("--double", action="store_true")
a = ap.parse_args()
torch.set_num_threads(a.threads)
dt = torch.float64 if a.double else torch.float32
torch.manual_seed(a.seed)
rows = list(csv.DictReader(open(a.csv)))
bits = lambda s: torch.tensor([[float(ch) for ch in r["bits"]] for r in rows if r["split"] == s], dtype=dt)
Xtr, Xte = bits("train"), bits("test")
sizes = [Xtr.shape[1]] + [int(h) for h in a.hidden.split(",")]
m = SBN(sizes, np.random.default_rng(a.seed), scale=0.1, dtype=dt)
with torch.no_grad():
    mean = Xtr.mean(0).clamp(1e-2, 1 - 1e-2)
    m.b[0].copy_(torch.log(mean / (1 - mean)))
oth, oph = torch.optim.Adam(m.theta(), lr=a.lr), torch.optim.Adam(m.phi(), lr=a.lr)
U = lambda *s: torch.rand(*s, dtype=dt)


def fantasy(n):
    return m.sample_p([U(n, s) for s in list(reversed(sizes[1:])) + [sizes[0]]])


def particles(x, K):
    xe = x.expand(K, *x.shape)
    return xe, m.sample_q(xe, [U(K, x.shape[0], s) for s in sizes[1:]])


@torch.no_grad()
def nll(X, K):
    out = []
    for i in range(0, len(X), 50):
        xe, h = particles(X[i:i + 50], K)
        out.append(torch.logsumexp(m.log_p(xe, h) - m.log_q(xe, h), 0) - math.log(K))
    return -torch.cat(out).mean().item()


def delta_theta(x, h, w):
    """gradient of -sum w log p ; w broadcasts over [K,B] or [B]"""
    f = lambda t: t.reshape(-1, t.shape[-1])
    wf = w.reshape(-1, 1)
    L = len(h)
    g = [-(wf * (f(h[-1]) - torch.sigmoid(m.a))).sum(0)]
    gW, gb = [], []
    for l in range(L):
        low = f(x) if l == 0 else f(h[l - 1])
        d = wf * (low - torch.sigmoid(f(h[l]) @ m.W[l] + m.b[l]))
        gW.append(-(f(h[l]).T @ d))
        gb.append(-d.sum(0))
    return g + gW + gb


def delta_phi(x, h, w):
    f = lambda t: t.reshape(-1, t.shape[-1])
    wf = w.reshape(-1, 1)
    gR, gc = [], []
    for l in range(len(h)):
        low = f(x) if l == 0 else f(h[l - 1])
        d = wf * (f(h[l]) - torch.sigmoid(low @ m.R[l] + m.c[l]))
        gR.append(-(low.T @ d))
        gc.append(-d.sum(0))
    return gR + gc


def apply(opt, params, grads):
    for p, g in zip(params, grads):
        p.grad = g
    opt.step()


def step(x):
    B = x.shape[0]
    K = 1 if a.algo == "ws" else a.particles
    xe, h = particles(x, K)
    if a.impl == "manual":
        with torch.no_grad():
            w = torch.full((K, B), 1.0 / K, dtype=dt) if K == 1 else torch.softmax(m.log_p(xe, h) - m.log_q(xe, h), 0)
            gt = delta_theta(xe, h, w / B)
            if a.algo in ("ws", "ws-k"):
                hd, xd = fantasy(B * K)
                gp = delta_phi(xd, hd, torch.full((B * K,), 1.0 / (B * K), dtype=dt))
            else:
                gp = delta_phi(xe, h, w / B)
                if a.algo == "rws-mix":
                    hd, xd = fantasy(B * K)
                    gp = [0.5 * g + 0.5 * s for g, s in zip(gp, delta_phi(xd, hd, torch.full((B * K,), 1.0 / (B * K), dtype=dt)))]
            apply(oth, m.theta(), gt)
            apply(oph, m.phi(), gp)
        return
    lp, lq = m.log_p(xe, h), m.log_q(xe, h)
    lw = lp - lq
    w = torch.softmax(lw, 0).detach()
    lth = -(w * lp).sum(0).mean()
    if a.algo in ("ws", "ws-k", "rws-mix"):
        hd, xd = fantasy(B * K)
        sleep = -m.log_q(xd, hd).mean()
    if a.algo in ("ws", "ws-k"):
        lph = sleep
    elif a.algo == "rws":
        lph = -(w * lq).sum(0).mean()
    elif a.algo == "rws-mix":
        lph = -0.5 * (w * lq).sum(0).mean() + 0.5 * sleep
    elif a.algo == "edward-wake":
        lph = -lq.mean()
    elif a.algo == "vimco":
        iw = torch.logsumexp(lw, 0)
        loo = (lw.sum(0, keepdim=True) - lw) / (K - 1)
        t = lw.unsqueeze(0).expand(K, K, -1).clone()
        t[torch.arange(K), torch.arange(K)] = loo
        base = torch.logsumexp(t, 1)
        lph = -iw.mean() - ((iw - base).detach() * lq).sum(0).mean()
    gt = torch.autograd.grad(lth, m.theta(), retain_graph=True)
    gp = torch.autograd.grad(lph, m.phi())
    apply(oth, m.theta(), gt)
    apply(oph, m.phi(), gp)


times, curve = [], []
g = torch.Generator().manual_seed(a.seed)
for ep in range(a.epochs):
    t = time.perf_counter()
    perm = torch.randperm(len(Xtr), generator=g)
    for i in range(0, len(Xtr) - a.batch + 1, a.batch):
        step(Xtr[perm[i:i + a.batch]])
    times.append((time.perf_counter() - t) * 1e3)
    if a.eval_every and (ep + 1) % a.eval_every == 0:
        curve.append([ep + 1, nll(Xte, 100)])
t = time.perf_counter()
te = nll(Xte, a.eval_particles)
te_s = time.perf_counter() - t
with torch.no_grad():
    xe, h = particles(Xte, 200)
    lw = m.log_p(xe, h) - m.log_q(xe, h)
    ess = (1 / (torch.softmax(lw, 0) ** 2).sum(0)).mean().item()
    elbo = lw.mean().item()
base = -(Xte * torch.log(mean) + (1 - Xte) * torch.log(1 - mean)).sum(1).mean().item()
print(json.dumps(dict(peer="torch (own script)", torch=torch.__version__, algo=a.algo, impl=a.impl, sizes=sizes, particles=1 if a.algo == "ws" else a.particles, epochs=a.epochs, batch=a.batch,
                      lr=a.lr, threads=a.threads, dtype=str(dt), seed=a.seed, updates_per_epoch=len(Xtr) // a.batch, ms_per_epoch_median=float(np.median(times)), ms_per_epoch_mean=float(np.mean(times)),
                      train_nll=nll(Xtr, 100), test_nll=te, eval_particles=a.eval_particles, eval_s=te_s, test_elbo=elbo, ess_of_200=ess, independent_bernoulli_test_nll=base, curve=curve)))
