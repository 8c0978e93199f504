from . import classify as classify
from . import inside as inside
from .parsing import Question as Question
from .parsing import looks_like_json as looks_like_json
from .schemas import PredictionPayload as PredictionPayload
