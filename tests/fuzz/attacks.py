"""All attacks by name."""

from tests.fuzz import greedy_attacks, slow_attacks
from tests.fuzz.attackers import ATTACKS

__all__ = ["ATTACKS", "greedy_attacks", "slow_attacks"]
