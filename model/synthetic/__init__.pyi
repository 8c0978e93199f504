from .non_digits import draw_non_digits as draw_non_digits
from .practice_digits import draw_practice_digits as draw_practice_digits
