"""Variational fits of a Bayesian logistic regression with a full covariance, side by side: ours, numpyro, torch.

Every peer runs Adam on the evidence lower bound with reparametrised draws, as its tutorials do, and is timed to the
first of its checks at which its bound is within 0.05 nats of ours; checks are not part of its time. The bounds of all
are computed here, in NumPy, with the same draws.
"""

import time

import numpy as np

from partner import Refused

TOLERANCE = 0.05


def data(rows, columns):
    generator = np.random.default_rng(5)
    features = generator.standard_normal((rows, columns))
    logits = features @ (generator.standard_normal(columns) / 2)
    labels = (generator.random(rows) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    return features, labels


class Bound:
    """The evidence lower bound of any normal distribution, always with the same draws."""

    def __init__(self, features, labels):
        self.signed = features * np.where(labels == 1, 1.0, -1.0)[:, None]
        half = np.random.default_rng(6).standard_normal((200, features.shape[1]))
        # Antithetic and with unit second moment, so that little noise is left.
        half = np.linalg.solve(np.linalg.cholesky(half.T @ half / len(half)), half.T).T
        self.draws = np.concatenate([half, -half])

    def __call__(self, mean, factor):
        n = len(mean)
        total = 0.0
        for part in np.array_split(self.draws, 4):
            points = mean + part @ factor.T
            margins = points @ self.signed.T
            total -= np.logaddexp(0, -margins).sum() + (points**2).sum() / 2
        constant = -n / 2 * np.log(2 * np.pi)
        entropy = n / 2 * np.log(2 * np.pi * np.e) + np.log(np.diag(factor)).sum()
        return total / len(self.draws) + constant + entropy


def numpyro_fit(features, labels, rate, particles):
    import jax
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer import SVI, Trace_ELBO
    from numpyro.infer.autoguide import AutoMultivariateNormal

    jax.config.update("jax_enable_x64", True)
    x, y = jax.numpy.asarray(features), jax.numpy.asarray(labels)

    def model():
        beta = numpyro.sample("beta", dist.Normal(jax.numpy.zeros(x.shape[1]), 1).to_event(1))
        numpyro.sample("y", dist.Bernoulli(logits=x @ beta), obs=y)

    guide = AutoMultivariateNormal(model, init_scale=0.05)
    svi = SVI(model, guide, numpyro.optim.Adam(rate), Trace_ELBO(num_particles=particles))
    state = svi.init(jax.random.PRNGKey(0))

    @jax.jit
    def some(state):
        return jax.lax.fori_loop(0, 100, lambda _, s: svi.update(s)[0], state)

    jax.block_until_ready(some(state))

    def steps(state):
        return jax.block_until_ready(some(state))

    def normal(state):
        posterior = guide.get_posterior(svi.get_params(state))
        return np.asarray(posterior.loc), np.asarray(posterior.scale_tril)

    return state, steps, normal


def torch_fit(features, labels, rate, particles):
    import torch

    x = torch.from_numpy(features)
    signed = x * torch.from_numpy(np.where(labels == 1, 1.0, -1.0))[:, None]
    n = x.shape[1]
    mean = torch.zeros(n, dtype=torch.float64, requires_grad=True)
    # The scale that initialises numpyro's guide.
    diagonal = torch.full((n,), float(np.log(0.05)), dtype=torch.float64, requires_grad=True)
    lower = torch.zeros((n, n), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([mean, diagonal, lower], lr=rate)

    def steps(state):
        for _ in range(100):
            optimiser.zero_grad()
            factor = lower.tril(-1) + diagonal.exp().diag()
            points = mean + torch.randn(particles, n, dtype=torch.float64) @ factor.T
            losses = torch.nn.functional.softplus(-(points @ signed.T)).sum() + points.square().sum() / 2
            (losses / particles - diagonal.sum()).backward()
            optimiser.step()
        return state

    def normal(state):
        factor = lower.detach().tril(-1) + diagonal.detach().exp().diag()
        return mean.detach().numpy().copy(), factor.numpy()

    return None, steps, normal


def until(bound, goal, made, most):
    """Seconds and steps to the goal; the best bound where it is not reached in `most` seconds."""
    state, steps, normal = made
    seconds, done, checked, best = 0.0, 0, 0, -np.inf
    while seconds < most:
        before = time.perf_counter()
        state = steps(state)
        seconds += time.perf_counter() - before
        done += 100
        # A check costs more than a hundred steps.
        if done < 1.2 * checked:
            continue
        checked = done
        best = max(best, bound(*normal(state)))
        if best >= goal:
            return seconds, done, best
    return None, done, best


def compare(partner, threads, quick):
    rows, columns = (2000, 20) if quick else (10_000, 50)
    features, labels = data(rows, columns)
    bound = Bound(features, labels)
    print(f"\nVariational fit of a logistic regression, {rows} x {columns}, full covariance, to {TOLERANCE} nats\n")
    try:
        with partner.operands(x=features, y=labels) as names:
            for kind in ("variational-logistic-bare", "variational-logistic"):
                partner.ask("work", kind, "logits", threads, *names)
                times = [partner.run() for _ in range(5)]
                numbers = partner.result()
                mean, factor = numbers[:columns], numbers[columns:].reshape(columns, columns)
                ours = bound(mean, factor)
                what = "fit alone" if kind.endswith("bare") else "with errors and k-hat"
                print(f"ours, {what:34} {min(times):8.3f} s   bound {ours:.4f}", flush=True)
    except Refused as reason:
        print(f"ours: {reason}")
        return
    for name, build in (("numpyro", numpyro_fit), ("torch", torch_fit)):
        # The best of a few rates and numbers of draws a step: what somebody who tunes would find.
        for particles in (10, 1):
            for rate in (0.01, 0.003):
                title = f"{name}, Adam {rate}, {particles} draws a step"
                try:
                    made = build(features, labels, rate, particles)
                except ImportError:
                    print(f"{name} not installed")
                    break
                seconds, steps, best = until(bound, ours - TOLERANCE, made, 15)
                cell = f"{seconds:8.3f} s" if seconds else "not in 15 s"
                print(f"{title:40} {cell}   bound {best:.4f} after {steps} steps", flush=True)


if __name__ == "__main__":
    import argparse

    from partner import Partner

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--partner", required=True, help="the built kullback-benchmarks")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    other = Partner(arguments.partner)
    compare(other, 2, arguments.quick)
    other.close()
