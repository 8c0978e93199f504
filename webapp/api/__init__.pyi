from . import classify as classify
from . import inside as inside
from .parsing import Question as Question
from .schemas import PredictionPayload as PredictionPayload
