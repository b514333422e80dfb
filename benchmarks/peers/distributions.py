"""torch.distributions and scipy.stats at the work of benchmarks/distributions/throughput.cpp: the same families, parameters, numbers of
points and precision (float64), one thread. Prints a JSON object a line: engine, family, operation, n, nanoseconds a point (best block).

operations: log_prob   log density of n points
            score      the gradient of its sum by the parameters (a forward and a backward pass)
            rsample    n draws and the gradient of their sum by the parameters; `sample`: n draws, where there is no rsample

usage: distributions.py [torch|scipy] [--points N ...] [--seconds T] [--families NAME ...]
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("engine", choices=["torch", "scipy"])
parser.add_argument("--points", type=int, nargs="+", default=[100, 1000000])
parser.add_argument("--seconds", type=float, default=0.3)
parser.add_argument("--families", nargs="*")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = "1"


def best_of(call):
    """Seconds a call: blocks of about 20 ms, the best of them."""
    call()
    begin = time.perf_counter()
    call()
    block = max(1, int(0.02 / (time.perf_counter() - begin)))
    best, end = float("inf"), time.perf_counter() + options.seconds
    while time.perf_counter() < end or best == float("inf"):
        begin = time.perf_counter()
        for _ in range(block):
            call()
        best = min(best, (time.perf_counter() - begin) / block)
    return best


def report(family, operation, n, call):
    if options.families and family not in options.families:
        return
    print(json.dumps({"engine": options.engine, "family": family, "operation": operation, "n": n, "nanoseconds": 1e9 * best_of(call) / n}), flush=True)


def run_torch():
    import torch
    import torch.distributions as D
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)

    def t(*values):
        return torch.tensor(values if len(values) > 1 else values[0])

    def logistic(loc, scale):
        base = D.Uniform(torch.zeros(()), torch.ones(()))
        return D.TransformedDistribution(base, [D.transforms.SigmoidTransform().inv, D.transforms.AffineTransform(loc, scale)])

    def logit_normal(loc, scale):
        return D.TransformedDistribution(D.Normal(loc, scale), [D.transforms.SigmoidTransform()])

    def mixture(logits, loc, log_scale):
        return D.MixtureSameFamily(D.Categorical(logits=logits), D.Normal(loc, log_scale.exp()))

    lower = torch.tensor([[1.0, 0, 0, 0], [0.3, 0.9, 0, 0], [-0.2, 0.1, 1.1, 0], [0.4, 0.2, -0.3, 0.8]])
    factor = torch.tensor([[0.5, 0.1], [0.2, -0.4], [-0.3, 0.2], [0.1, 0.6]])
    k_logits = torch.tensor([0.5, -0.2, 0.1, 1.0])
    families = {
        "Normal": (D.Normal, t(0.3), t(1.2)), "LogNormal": (D.LogNormal, t(0.3), t(0.5)), "HalfNormal": (D.HalfNormal, t(1.2)),
        "LogitNormal": (logit_normal, t(0.3), t(0.8)), "StudentT": (D.StudentT, t(4.0), t(0.3), t(1.2)),
        "Cauchy": (D.Cauchy, t(0.3), t(1.2)), "HalfCauchy": (D.HalfCauchy, t(1.2)), "Laplace": (D.Laplace, t(0.3), t(1.2)),
        "Logistic": (logistic, t(0.3), t(1.2)), "Gumbel": (D.Gumbel, t(0.3), t(1.2)), "Uniform": (D.Uniform, t(-1.0), t(2.0)),
        "Exponential": (D.Exponential, t(0.7)), "Gamma": (D.Gamma, t(2.5), t(0.7)), "InverseGamma": (D.InverseGamma, t(2.5), t(0.7)),
        "Chi2": (D.Chi2, t(3.5)), "Beta": (D.Beta, t(2.0), t(3.0)), "Kumaraswamy": (D.Kumaraswamy, t(2.0), t(3.0)),
        "Weibull": (D.Weibull, t(1.2), t(1.7)), "Pareto": (D.Pareto, t(1.2), t(2.5)), "VonMises": (D.VonMises, t(0.3), t(2.0)),
        "ContinuousBernoulli": (D.ContinuousBernoulli, t(0.3)),
        "Bernoulli": (lambda l: D.Bernoulli(logits=l), t(0.4)), "Binomial": (lambda l: D.Binomial(20, logits=l), t(0.4)),
        "Geometric": (lambda l: D.Geometric(logits=l), t(0.4)), "NegativeBinomial": (lambda n, l: D.NegativeBinomial(n, logits=l), t(5.0), t(0.4)),
        "Poisson": (D.Poisson, t(4.0)), "Categorical": (lambda l: D.Categorical(logits=l), k_logits),
        "OneHotCategorical": (lambda l: D.OneHotCategorical(logits=l), k_logits), "Multinomial": (lambda l: D.Multinomial(10, logits=l), k_logits),
        "RelaxedBernoulli": (lambda l: D.RelaxedBernoulli(t(0.5), logits=l), t(0.4)),
        "RelaxedOneHotCategorical": (lambda l: D.RelaxedOneHotCategorical(t(0.5), logits=l), k_logits),
        "Dirichlet": (D.Dirichlet, torch.tensor([0.7, 1.5, 2.0, 3.0])),
        "MultivariateNormal": (lambda m, l: D.MultivariateNormal(m, scale_tril=l), torch.zeros(4), lower),
        "LowRankMultivariateNormal": (D.LowRankMultivariateNormal, torch.zeros(4), factor, torch.ones(4)),
        "Mixture": (mixture, torch.tensor([0.2, -0.4, 0.1]), torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([0.1, -0.3, 0.2])),
    }
    for family, (make, *values) in families.items():
        parameters = [v.clone().requires_grad_(True) for v in values]
        for n in options.points:
            with torch.no_grad():
                x = make(*parameters).sample((n,))
                # the density at a point that rounds to the edge of the support is refused
                if family in ("ContinuousBernoulli", "Kumaraswamy", "Beta", "RelaxedBernoulli", "LogitNormal"):
                    x = x.clamp(1e-12, 1 - 1e-12)

            def log_prob():
                with torch.no_grad():
                    return make(*parameters).log_prob(x)

            def score():
                for p in parameters:
                    p.grad = None
                make(*parameters).log_prob(x).sum().backward()

            def rsample():
                for p in parameters:
                    p.grad = None
                make(*parameters).rsample((n,)).sum().backward()

            def sample():
                with torch.no_grad():
                    return make(*parameters).sample((n,))

            report(family, "log_prob", n, log_prob)
            if family != "Uniform":  # its log density has no graph at the points
                report(family, "score", n, score)
            has = make(*parameters).has_rsample
            report(family, "rsample" if has else "sample", n, rsample if has else sample)


def run_scipy():
    import numpy as np
    import scipy.stats as st
    rng = np.random.default_rng(1)
    sigma_lower = np.array([[1.0, 0, 0, 0], [0.3, 0.9, 0, 0], [-0.2, 0.1, 1.1, 0], [0.4, 0.2, -0.3, 0.8]])
    p = 1 / (1 + np.exp(-0.4))
    families = {
        "Normal": st.norm(0.3, 1.2), "LogNormal": st.lognorm(0.5, scale=np.exp(0.3)), "HalfNormal": st.halfnorm(scale=1.2),
        "StudentT": st.t(4.0, 0.3, 1.2), "Cauchy": st.cauchy(0.3, 1.2), "HalfCauchy": st.halfcauchy(scale=1.2),
        "Laplace": st.laplace(0.3, 1.2), "Logistic": st.logistic(0.3, 1.2), "Gumbel": st.gumbel_r(0.3, 1.2), "Uniform": st.uniform(-1, 3),
        "Exponential": st.expon(scale=1 / 0.7), "Gamma": st.gamma(2.5, scale=1 / 0.7), "InverseGamma": st.invgamma(2.5, scale=0.7),
        "Chi2": st.chi2(3.5), "Beta": st.beta(2, 3), "Weibull": st.weibull_min(1.7, scale=1.2), "Pareto": st.pareto(2.5, scale=1.2),
        "VonMises": st.vonmises(2.0, 0.3), "TruncatedNormal": st.truncnorm(-1.0, 1.5, 0.3, 1.2), "Bernoulli": st.bernoulli(p),
        "Binomial": st.binom(20, p), "Geometric": st.geom(p, loc=-1), "NegativeBinomial": st.nbinom(5, 1 - p), "Poisson": st.poisson(4.0),
        "Multinomial": st.multinomial(10, np.exp([0.5, -0.2, 0.1, 1.0]) / np.exp([0.5, -0.2, 0.1, 1.0]).sum()),
        "Dirichlet": st.dirichlet([0.7, 1.5, 2.0, 3.0]), "MultivariateNormal": st.multivariate_normal(np.zeros(4), sigma_lower @ sigma_lower.T),
    }
    for family, frozen in families.items():
        for n in options.points:
            x = frozen.rvs(n, random_state=rng)
            density = frozen.logpdf if hasattr(frozen, "logpdf") and family not in ("Bernoulli", "Binomial", "Geometric", "NegativeBinomial", "Poisson", "Multinomial") else frozen.logpmf
            at = x.T if family == "Dirichlet" else x
            report(family, "log_prob", n, lambda: density(at))
            report(family, "sample", n, lambda: frozen.rvs(n, random_state=rng))


if __name__ == "__main__":
    run_torch() if options.engine == "torch" else run_scipy()
