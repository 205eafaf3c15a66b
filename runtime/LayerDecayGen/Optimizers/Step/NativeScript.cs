namespace LayerDecayGen;

/// <summary>
/// The text of the native unit. p parameters, g gradients, then the state; s steps and count what to add one to; then numbers and switches
/// as the rules write them. Each function gives the numbers of the single-tensor code of its namesake in torch.optim in fewer passes over
/// memory.
/// </summary>
internal static class NativeScript
{
    public const string Fused = """
        def adamw_fused(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], s: List[Tensor],
                        count: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool, maximize: bool) -> None:
            torch._foreach_add_(count, 1)
            torch._fused_adamw_(p, g, m, v, x, s, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                                amsgrad=amsgrad, maximize=maximize)

        def adam_fused(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], s: List[Tensor],
                       count: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool, maximize: bool) -> None:
            torch._foreach_add_(count, 1)
            torch._fused_adam_(p, g, m, v, x, s, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                               amsgrad=amsgrad, maximize=maximize)

        def sgd_fused(p: List[Tensor], g: List[Tensor], b: List[Tensor], lr: float, momentum: float, dampening: float, decay: float,
                      nesterov: bool, maximize: bool, first: bool) -> None:
            torch._fused_sgd_(p, g, b, weight_decay=decay, momentum=momentum, lr=lr, dampening=dampening, nesterov=nesterov,
                              maximize=maximize, is_first_step=first)

        def adagrad_fused(p: List[Tensor], g: List[Tensor], a: List[Tensor], s: List[Tensor], count: List[Tensor], lr: float, lr_decay: float,
                          decay: float, eps: float, maximize: bool) -> None:
            torch._foreach_add_(count, 1)
            torch._fused_adagrad_(p, g, a, s, lr=lr, lr_decay=lr_decay, weight_decay=decay, eps=eps, maximize=maximize)

        def rmsprop_fused(p: List[Tensor], g: List[Tensor], v: List[Tensor], b: List[Tensor], c: List[Tensor], lr: float, alpha: float,
                          eps: float, decay: float, momentum: float, centered: bool, maximize: bool) -> None:
            # Adam without a mean (beta1 is 0, what it keeps is dropped) and, so late that its corrections are 1, without those.
            means = [torch.zeros_like(x) for x in g]
            last = [torch.scalar_tensor(1e30, dtype=6, device=p[0].device)] * len(p)
            maxima: List[Tensor] = []
            torch._fused_adam_(p, g, means, v, maxima, last, lr=lr, beta1=0.0, beta2=alpha, weight_decay=decay, eps=eps,
                               amsgrad=False, maximize=maximize)

        def average(a: List[Tensor], p: List[Tensor], mu: float) -> None:
            if mu == 1.0:
                torch._foreach_copy_(a, p)
            else:
                torch._foreach_lerp_(a, p, mu)

        def asgd_fused(p: List[Tensor], g: List[Tensor], a: List[Tensor], lr: float, lambd: float, decay: float, mu: float,
                       maximize: bool) -> None:
            # p * (1 - lr * lambd) - lr * (g + decay * p), in one pass.
            buffers: List[Tensor] = []
            torch._fused_sgd_(p, g, buffers, weight_decay=decay + lambd, momentum=0.0, lr=lr, dampening=0.0, nesterov=False,
                              maximize=maximize, is_first_step=False)
            average(a, p, mu)

        """;

    public const string Foreach = """
        def gradient(p: List[Tensor], g: List[Tensor], decay: float, maximize: bool) -> List[Tensor]:
            if maximize:
                g = torch._foreach_neg(g)
            if decay != 0.0:
                g = torch._foreach_add(g, p, alpha=decay)
            return g

        def moments(g: List[Tensor], m: List[Tensor], v: List[Tensor], beta1: float, beta2: float) -> None:
            torch._foreach_lerp_(m, g, 1 - beta1)
            torch._foreach_mul_(v, beta2)
            torch._foreach_addcmul_(v, g, g, 1 - beta2)

        def adam_update(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], beta1: float, beta2: float,
                        eps: float, root: float, step: float, amsgrad: bool) -> None:
            moments(g, m, v, beta1, beta2)
            if amsgrad:
                torch._foreach_maximum_(x, v)
                d = torch._foreach_sqrt(x)
            else:
                d = torch._foreach_sqrt(v)
            torch._foreach_div_(d, root)
            torch._foreach_add_(d, eps)
            torch._foreach_addcdiv_(p, m, d, step)

        def adamw_foreach(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], lr: float, beta1: float,
                          beta2: float, decay: float, eps: float, root: float, step: float, amsgrad: bool, maximize: bool) -> None:
            torch._foreach_mul_(p, 1 - lr * decay)
            adam_update(p, gradient(p, g, 0.0, maximize), m, v, x, beta1, beta2, eps, root, step, amsgrad)

        def adam_foreach(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], lr: float, beta1: float,
                         beta2: float, decay: float, eps: float, root: float, step: float, amsgrad: bool, maximize: bool) -> None:
            adam_update(p, gradient(p, g, decay, maximize), m, v, x, beta1, beta2, eps, root, step, amsgrad)

        def sgd_foreach(p: List[Tensor], g: List[Tensor], b: List[Tensor], lr: float, momentum: float, dampening: float, decay: float,
                        nesterov: bool, maximize: bool, first: bool) -> None:
            g = gradient(p, g, decay, maximize)
            if momentum != 0.0:
                if first:
                    torch._foreach_copy_(b, g)
                else:
                    torch._foreach_mul_(b, momentum)
                    torch._foreach_add_(b, g, alpha=1 - dampening)
                if nesterov:
                    g = torch._foreach_add(g, b, alpha=momentum)
                else:
                    g = b
            torch._foreach_add_(p, g, alpha=-lr)

        def adagrad_foreach(p: List[Tensor], g: List[Tensor], a: List[Tensor], step: float, decay: float, eps: float, maximize: bool) -> None:
            g = gradient(p, g, decay, maximize)
            torch._foreach_addcmul_(a, g, g, 1.0)
            d = torch._foreach_sqrt(a)
            torch._foreach_add_(d, eps)
            torch._foreach_addcdiv_(p, g, d, step)

        def rmsprop_foreach(p: List[Tensor], g: List[Tensor], v: List[Tensor], b: List[Tensor], c: List[Tensor], lr: float, alpha: float,
                            eps: float, decay: float, momentum: float, centered: bool, maximize: bool) -> None:
            g = gradient(p, g, decay, maximize)
            torch._foreach_mul_(v, alpha)
            torch._foreach_addcmul_(v, g, g, 1 - alpha)
            if centered:
                torch._foreach_lerp_(c, g, 1 - alpha)
                d = torch._foreach_addcmul(v, c, c, -1.0)
                torch._foreach_sqrt_(d)
            else:
                d = torch._foreach_sqrt(v)
            torch._foreach_add_(d, eps)
            if momentum > 0.0:
                torch._foreach_mul_(b, momentum)
                torch._foreach_addcdiv_(b, g, d, 1.0)
                torch._foreach_add_(p, b, alpha=-lr)
            else:
                torch._foreach_addcdiv_(p, g, d, -lr)

        def adadelta(p: List[Tensor], g: List[Tensor], v: List[Tensor], a: List[Tensor], lr: float, rho: float, eps: float, decay: float,
                     maximize: bool) -> None:
            g = gradient(p, g, decay, maximize)
            torch._foreach_mul_(v, rho)
            torch._foreach_addcmul_(v, g, g, 1 - rho)
            u = torch._foreach_add(a, eps)
            torch._foreach_div_(u, torch._foreach_add(v, eps))
            torch._foreach_sqrt_(u)
            torch._foreach_mul_(u, g)
            torch._foreach_add_(p, u, alpha=-lr)
            torch._foreach_mul_(a, rho)
            torch._foreach_addcmul_(a, u, u, 1 - rho)

        def adamax(p: List[Tensor], g: List[Tensor], m: List[Tensor], u: List[Tensor], step: float, beta1: float, beta2: float, eps: float,
                   decay: float, maximize: bool) -> None:
            g = gradient(p, g, decay, maximize)
            torch._foreach_lerp_(m, g, 1 - beta1)
            a = torch._foreach_neg(g)
            torch._foreach_maximum_(a, g)
            torch._foreach_add_(a, eps)
            torch._foreach_mul_(u, beta2)
            torch._foreach_maximum_(u, a)
            torch._foreach_addcdiv_(p, m, u, step)

        def nadam(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], beta1: float, beta2: float, eps: float, decay: float,
                  of_gradient: float, of_mean: float) -> None:
            g = gradient(p, g, decay, False)
            moments(g, m, v, beta1, beta2)
            d = torch._foreach_sqrt(v)
            torch._foreach_add_(d, eps)
            torch._foreach_addcdiv_(p, g, d, of_gradient)
            torch._foreach_addcdiv_(p, m, d, of_mean)

        def radam(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], beta1: float, beta2: float, eps: float, decay: float,
                  step: float, rectified: bool) -> None:
            g = gradient(p, g, decay, False)
            moments(g, m, v, beta1, beta2)
            if rectified:
                d = torch._foreach_sqrt(v)
                torch._foreach_add_(d, eps)
                torch._foreach_addcdiv_(p, m, d, step)
            else:
                torch._foreach_add_(p, m, alpha=step)

        def asgd_foreach(p: List[Tensor], g: List[Tensor], a: List[Tensor], lr: float, lambd: float, decay: float, mu: float,
                         maximize: bool) -> None:
            torch._foreach_add_(p, gradient(p, g, decay + lambd, maximize), alpha=-lr)
            average(a, p, mu)

        def rprop(p: List[Tensor], g: List[Tensor], b: List[Tensor], r: List[Tensor], down: float, up: float, least: float, most: float,
                  maximize: bool) -> None:
            g = gradient(p, g, 0.0, maximize)
            torch._foreach_mul_(b, g)
            torch._foreach_sign_(b)
            turned = torch._foreach_clamp_max(b, 0.0)
            torch._foreach_clamp_min_(b, 0.0)
            torch._foreach_mul_(b, up - 1)
            torch._foreach_add_(b, turned, alpha=1 - down)
            torch._foreach_add_(b, 1.0)
            torch._foreach_mul_(r, b)
            torch._foreach_clamp_min_(r, least)
            torch._foreach_clamp_max_(r, most)
            torch._foreach_add_(turned, 1.0)
            torch._foreach_copy_(b, g)
            torch._foreach_mul_(b, turned)
            torch._foreach_copy_(turned, b)
            torch._foreach_sign_(turned)
            torch._foreach_addcmul_(p, turned, r, -1.0)

        """;

    public const string Lists = """
        def widen(x: List[Tensor]) -> List[Tensor]:
            return [t.to(6) for t in x]

        def follow(master: List[Tensor], p: List[Tensor]) -> None:
            for i in range(len(p)):
                if not torch.equal(p[i], master[i].to(p[i].dtype)):
                    master[i].copy_(p[i])

        def copy(to: List[Tensor], source: List[Tensor]) -> None:
            torch._foreach_copy_(to, source)

        def wide(x: Tensor) -> Tensor:
            if x.dtype == 6 or x.dtype == 7:
                return x
            return x.to(6)

        def norm(x: List[Tensor], p: float, dtype: int) -> Tensor:
            each = torch._foreach_norm(x, p, dtype=dtype)
            return torch.linalg_vector_norm(torch.stack([n.to(7) for n in each]), p)

        def euclidean_norm(x: List[Tensor]) -> Tensor:
            flat = [t.reshape(-1) for t in x]
            return torch.sqrt(torch.sum(torch.stack([torch.dot(t, t).to(7) for t in flat])))

        def multiply(x: List[Tensor], by: Tensor) -> None:
            torch._foreach_mul_(x, by)

        def multiply_wide(x: List[Tensor], by: Tensor) -> None:
            y = [wide(t) for t in x]
            torch._foreach_mul_(y, by)
            torch._foreach_copy_(x, y)

        def clamp(x: List[Tensor], most: float) -> None:
            torch._foreach_clamp_min_(x, -most)
            torch._foreach_clamp_max_(x, most)

        def lerp(x: List[Tensor], to: List[Tensor], weight: float) -> None:
            torch._foreach_lerp_(x, to, weight)

        def unit_norm(x: Tensor) -> Tensor:
            dims: List[int] = []
            for d in range(1, x.dim()):
                dims.append(d)
            if len(dims) == 0:
                return torch.linalg_vector_norm(wide(x), 2.0)
            return torch.linalg_vector_norm(wide(x), 2.0, dims, True)

        def adaptive(p: List[Tensor], g: List[Tensor], factor: float, eps: float) -> None:
            for i in range(len(p)):
                most = torch.clamp(unit_norm(p[i]), min=eps) * factor
                share = torch.clamp(most / torch.clamp(unit_norm(g[i]), min=1e-6), max=1.0)
                g[i].copy_(wide(g[i]) * share)

        """;
}
