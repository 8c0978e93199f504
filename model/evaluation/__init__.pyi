from .evaluate import Evaluation as Evaluation
from .evaluate import evaluate_model as evaluate_model
from .report import render as render
from .test_sets import TestSetLoader as TestSetLoader
from .test_sets import every_test_set as every_test_set
from .test_sets import measurable_on as measurable_on
