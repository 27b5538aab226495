"""Autograd functions over the gradient kernels."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

import kullback.torch as kt  # noqa: E402

NAMES = ["forward_kl", "reverse_kl", "jensen_shannon", "cross_entropy"]


def reference(name, p, q, temperature=1.0):
    a, b = torch.log_softmax(p / temperature, -1), torch.log_softmax(q / temperature, -1)
    kl = lambda x, y: (x.exp() * (x - y)).sum(-1)  # noqa: E731
    if name == "forward_kl":
        return kl(a, b)
    if name == "reverse_kl":
        return kl(b, a)
    if name == "cross_entropy":
        return -(a.exp() * b).sum(-1)
    m = torch.logaddexp(a, b) - torch.log(torch.tensor(2.0, dtype=p.dtype))
    return (kl(a, m) + kl(b, m)) / 2


@pytest.mark.parametrize("temperature", [1.0, 2.5])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_finite_differences(name, temperature):
    torch.manual_seed(0)
    p, q = (torch.randn(3, 2, 7, dtype=torch.float64, requires_grad=True) for _ in range(2))
    for reduction in ("none", "mean", "sum"):
        assert torch.autograd.gradcheck(
            lambda a, b: getattr(kt, name)(a, b, temperature=temperature, reduction=reduction), (p, q)
        )


@pytest.mark.parametrize("kind", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_are_pytorchs(name, kind):
    torch.manual_seed(1)
    p, q = (torch.randn(5, 33).to(kind).requires_grad_() for _ in range(2))
    value = getattr(kt, name)(p, q)
    value.backward()
    assert value.dtype == kind and q.grad.dtype == kind
    a, b = (side.detach().double().requires_grad_() for side in (p, q))
    want = reference(name, a, b).mean()
    want.backward()
    close = {torch.float64: 1e-12, torch.float32: 1e-6}.get(kind, 2e-2)
    torch.testing.assert_close(value.double(), want, rtol=close, atol=close)
    torch.testing.assert_close(p.grad.double(), a.grad, rtol=close, atol=close / 10)
    torch.testing.assert_close(q.grad.double(), b.grad, rtol=close, atol=close / 10)


def test_batches_are_broadcast_and_their_gradients_summed():
    p = torch.randn(4, 1, 6, dtype=torch.float64, requires_grad=True)
    q = torch.randn(3, 6, dtype=torch.float64, requires_grad=True)
    kt.forward_kl(p, q, reduction="sum").backward()
    a, b = (side.detach().requires_grad_() for side in (p, q))
    reference("forward_kl", a, b).sum().backward()
    torch.testing.assert_close(p.grad, a.grad)
    torch.testing.assert_close(q.grad, b.grad)


def test_only_what_is_asked_for_has_a_gradient():
    p, q = torch.randn(4, 6), torch.randn(4, 6, requires_grad=True)
    kt.forward_kl(p, q).backward()
    assert p.grad is None and q.grad is not None
    assert not kt.forward_kl(p, p).requires_grad


def test_a_student_learns():
    torch.manual_seed(2)
    teacher = torch.randn(8, 10)
    student = torch.zeros(8, 10, requires_grad=True)
    optimizer = torch.optim.LBFGS([student], max_iter=100)

    def closure():
        optimizer.zero_grad()
        loss = kt.forward_kl(teacher, student)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert kt.forward_kl(teacher, student.detach()).item() < 1e-6


def test_errors_say_what_is_wrong():
    p = torch.randn(2, 3)
    for call, words in (
        (lambda: kt.forward_kl(p.numpy(), p), "no tensor"),
        (lambda: kt.forward_kl(p, p.to("meta")), "main memory"),
        (lambda: kt.forward_kl(p.int(), p), "floating-point"),
        (lambda: kt.forward_kl(p, torch.randn(2, 4)), "same classes"),
        (lambda: kt.forward_kl(p, p, reduction="batchmean"), "none of none, mean, sum"),
        (lambda: kt.forward_kl(p, p, temperature=0), "emperature"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
