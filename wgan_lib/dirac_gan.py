"""The smallest GAN there is: the generator makes one number, the critic has one weight.

The real law is a single point at 0, the generator's a single point at θ, and the critic's score at
x is ψ·x. A state of the game is a pair (θ, ψ), the last dimension of a tensor …×2. This is the
Dirac-GAN of Mescheder, Geiger, Nowozin 2018 (arXiv 1801.04406), definition 2.1, with the signs of
the course: a high score means real. It is played with the very objectives that train the networks,
and it is the subject of lesson 02.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.lipschitz.slopes import ROOT_FLOOR
from wgan_lib.training.objectives import GAN, WGAN, WGANGP, NonSaturatingGAN, Objective

AT_REST = (0.0, 0.0)  # the fake is where the real number is, and the critic has nothing to say

# How strongly each player moves at score t = ψθ, in units of ψ (the generator) and of −θ (the
# critic): minus the slopes of the losses, worked out by hand.
_STRENGTHS: dict[type, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    GAN: (torch.sigmoid, torch.sigmoid),
    NonSaturatingGAN: (lambda t: torch.sigmoid(-t), torch.sigmoid),
    WGAN: (torch.ones_like, torch.ones_like),
    WGANGP: (torch.ones_like, torch.ones_like),
}


def vector_field(objective: Objective, states: Tensor) -> Tensor:
    """Where one step of gradient descent pushes both players: states …×2 to …×2, differentiable.

    Minus the gradient of the generator's loss in θ, and minus that of the critic's loss in ψ, by
    autograd from the objective itself. It must be one whose losses are means over samples that are
    judged one by one, as those of the course are.
    """
    states = _states("states", states)
    theta, psi = states.reshape(-1, 2).unbind(-1)
    pushes = _generator_push(objective, theta, psi), _critic_push(objective, theta, psi)
    return torch.stack(pushes, -1).reshape(states.shape)


def closed_form_field(objective: Objective, states: Tensor) -> Tensor:
    """The same field by hand, for the four objectives of the course: …×2 to …×2.

    With σ the logistic function, θ moves by ψ·σ(ψθ) (saturating), ψ·σ(−ψθ) (non-saturating) or ψ
    (Wasserstein), and ψ by −θ·σ(ψθ) or −θ, less the slope of the penalty where there is one.
    """
    states = _states("states", states)
    if type(objective) not in _STRENGTHS:
        known = ", ".join(kind.__name__ for kind in _STRENGTHS)
        raise TypeError(f"objective must be one of {known}, got {type(objective).__name__}")
    theta, psi = states.unbind(-1)
    moves = _generator_by_hand(objective, theta, psi), _critic_by_hand(objective, theta, psi)
    return torch.stack(moves, -1)


def _generator_by_hand(objective: Objective, theta: Tensor, psi: Tensor) -> Tensor:
    of_generator, _ = _STRENGTHS[type(objective)]
    return psi * of_generator(psi * theta)


def _critic_by_hand(objective: Objective, theta: Tensor, psi: Tensor) -> Tensor:
    _, of_critic = _STRENGTHS[type(objective)]
    push = -theta * of_critic(psi * theta)
    return push - _penalty_slope(objective, psi) if isinstance(objective, WGANGP) else push


def _penalty_slope(objective: WGANGP, psi: Tensor) -> Tensor:
    """d/dψ of λ·(|ψ| − centre)², with |ψ| rounded off at 0 as the library does it."""
    norm = (psi.square() + ROOT_FLOOR).sqrt()
    excess = norm - objective.centre
    excess = excess if objective.sided == "two" else excess.relu()
    return 2 * objective.penalty * excess * psi / norm


def jacobian(objective: Objective, state: Tensor = AT_REST) -> Tensor:
    """The 2×2 derivative of the field at one state; row and column 0 belong to θ, 1 to ψ."""
    state = _states("state", state)
    if state.shape != (2,):
        raise ValueError(f"state must be one pair (θ, ψ), got shape {tuple(state.shape)}")
    return torch.autograd.functional.jacobian(lambda s: vector_field(objective, s), state)


@dataclass(frozen=True)
class Game:
    """The one-parameter game under an objective, with plain gradient descent for both players.

    Under the four objectives of the course the moves are those of ``closed_form_field``, which is
    ten times quicker; under any other they are those of ``vector_field``.

    rate           the learning rate of both
    critic_steps   critic steps before each step of the generator
    simultaneous   both players move at once, from the same state, instead of one after the other
    """

    objective: Objective
    rate: float = 0.1
    critic_steps: int = 1
    simultaneous: bool = False

    def __post_init__(self):
        finite_number("rate", self.rate, minimum=0.0, strict=True)
        positive_integer("critic_steps", self.critic_steps)
        if self.simultaneous and self.critic_steps > 1:
            raise ValueError(
                f"critic_steps must be 1 where both players move at once, got {self.critic_steps}"
            )

    def critic_step(self, states: Tensor) -> Tensor:
        """One step of the critic, and what the objective does to it afterwards: …×2 to …×2."""
        return self._step(states, self._move_critic)

    def generator_step(self, states: Tensor) -> Tensor:
        """One step of the generator against the critic as it stands: …×2 to …×2."""
        return self._step(states, self._move_generator)

    def round(self, states: Tensor) -> Tensor:
        """The critic's share of steps and one step of the generator, or both at once."""
        return self._step(states, self._move_both)

    def trajectory(self, start: Tensor, rounds: int) -> Tensor:
        """The states before the first and after each round: start …×2 to (rounds + 1)×…×2.

        Raises ValueError where the game leaves the numbers that a computer has.
        """
        start = _states("start", start)
        pair, path = start.reshape(-1, 2).unbind(-1), [start]
        for number in range(1, positive_integer("rounds", rounds) + 1):
            pair = self._move_both(*pair)
            path.append(torch.stack(pair, -1).reshape(start.shape))
            if not path[-1].isfinite().all():
                raise ValueError(
                    f"rate must be small enough for {rounds} rounds to stay finite, "
                    f"got {self.rate:g}: the game ran away in round {number}"
                )
        return torch.stack(path)

    def matrix(self) -> Tensor:
        """One round near (0, 0) as a 2×2 matrix, from the derivative of the field.

        A clip is wider than the neighbourhood, so it plays no part.
        """
        slopes = self.rate * jacobian(self.objective)
        still = torch.eye(2, dtype=slopes.dtype)
        if self.simultaneous:
            return still + slopes
        nobody = torch.zeros(2, dtype=slopes.dtype)
        critic = still + torch.stack([nobody, slopes[1]])
        generator = still + torch.stack([slopes[0], nobody])
        return generator @ torch.linalg.matrix_power(critic, self.critic_steps)

    def multipliers(self) -> Tensor:
        """The two complex numbers by which one round multiplies small distances from (0, 0).

        Below 1 in absolute value the game settles there, above 1 it leaves, and at 1 it circles.
        """
        return torch.linalg.eigvals(self.matrix())

    def _step(self, states: Tensor, move: Callable) -> Tensor:
        states = _states("states", states)
        return torch.stack(move(*states.reshape(-1, 2).unbind(-1)), -1).reshape(states.shape)

    def _move_critic(self, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
        push = _critic_by_hand if type(self.objective) in _STRENGTHS else _critic_push
        critics = _Weights(psi + self.rate * push(self.objective, theta, psi))
        self.objective.constrain(critics)
        return theta, critics.psi.detach()

    def _move_generator(self, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
        push = _generator_by_hand if type(self.objective) in _STRENGTHS else _generator_push
        return theta + self.rate * push(self.objective, theta, psi), psi

    def _move_both(self, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
        if self.simultaneous:
            return self._move_generator(theta, psi)[0], self._move_critic(theta, psi)[1]
        for _ in range(self.critic_steps):
            theta, psi = self._move_critic(theta, psi)
        return self._move_generator(theta, psi)


class _Weights(nn.Module):
    """The critics as a network, which is what an objective constrains."""

    def __init__(self, psi: Tensor):
        super().__init__()
        self.psi = nn.Parameter(psi.detach())


def _states(name: str, states: Tensor) -> Tensor:
    """Pairs (θ, ψ) along the last dimension; a list in float64, so that small steps count."""
    states = finite_tensor(name, states, list_dtype=torch.float64)
    if states.ndim == 0 or states.shape[-1] != 2:
        raise ValueError(
            f"{name} must be pairs (θ, ψ), a tensor …×2, got shape {tuple(states.shape)}"
        )
    return states


def _generator_push(objective: Objective, theta: Tensor, psi: Tensor) -> Tensor:
    return _push(theta, lambda theta: objective.generator_loss(_critics(psi), theta[:, None]))


def _critic_push(objective: Objective, theta: Tensor, psi: Tensor) -> Tensor:
    real, fake = torch.zeros_like(theta)[:, None], theta[:, None]
    middle = torch.full_like(theta, 0.5)  # a linear critic is equally steep everywhere
    return _push(psi, lambda psi: objective.critic_loss(_critics(psi), real, fake, middle))


def _push(own: Tensor, loss_of: Callable) -> Tensor:
    """Minus the gradient of a player's loss in the number that is the player's own, N to N."""
    moving = own if own.requires_grad else own.detach().requires_grad_()
    with torch.enable_grad():
        # The loss is the mean over N games, and each game is to move as if it were alone.
        total = loss_of(moving).loss * len(moving)
        return -torch.autograd.grad(total, moving, create_graph=own.requires_grad)[0]


def _critics(psi: Tensor) -> Callable[[Tensor], Tensor]:
    """N linear critics side by side: of k·N samples, sample j meets the critic j modulo N."""
    return lambda x: x * psi.repeat(len(x) // len(psi))[:, None]
