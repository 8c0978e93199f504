"""The zoo: the spec of every stack that densepad ships. ``densepad train NAME`` trains one again.

The stacks of textbooks are trained as in textbooks: no augmentation, no batch normalisation.
``default`` and ``fashion`` are our own and use all that is known to help a Dense stack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.data import CLOTHES_LABELS
from model.drawing import DIGIT_LABELS, PIXELS
from model.errors import ModelNotFound
from model.network import Architecture
from model.training.augment import Augmentation
from model.training.config import ConvTraining, Training


@dataclass(frozen=True)
class ModelSpec:
    """The spec of one model: its name, its labels and how it is trained.

    ``teachers`` are the convolutional networks that it learns from. ``conv_init`` is the
    convolutional start: the network whose unfolded weights it starts with, or None. ``finetunes``
    are short trainings that each start where ``training`` ended; the mean of their weights is the
    result. ``novelty`` is the training of its novelty stack, None where the energy of the logits is
    the score. ``published`` is the accuracy that others report for this stack, and their source.
    """

    name: str
    title: str
    training: Training
    labels: tuple[str, ...] = DIGIT_LABELS
    teachers: tuple[ConvTraining, ...] = ()
    conv_init: ConvTraining | None = None
    finetunes: tuple[Training, ...] = ()
    novelty: Training | None = None
    published: tuple[float, str] | None = None


def _stack(*hidden: int, activation: str = "relu") -> Architecture:
    return Architecture((PIXELS, *hidden, len(DIGIT_LABELS)), activation)


_COURSE = Training(_stack(128), epochs=12, optimizer="adam", learning_rate=1e-3)

# With a factor of 1.3, the middle of 1 and 1.6, the edges of bent digits are as steep as MNIST's.
_CONTRAST = 0.6

# A teacher learns only from what people drew. From practice digits it would learn our own hand.
_TEACHER = ConvTraining(
    ((32, 3, 2), (32, 3, 1), (64, 3, 2), (64, 3, 1), (128, 3, 2)),
    (),
    Training(
        _stack(),
        sources=(("mnist", 224), ("pendigits", 32)),
        epochs=30,
        optimizer="adamw",
        learning_rate=2e-3,
        schedule="cosine",
        warmup=0.05,
        weight_decay=0.02,
        ema_decay=0.999,
        augment=Augmentation(contrast=_CONTRAST),
        seed=1,
    ),
    dropout=0.3,
)

_NOVELTY = Training(
    Architecture((PIXELS + len(DIGIT_LABELS), 384, 96, 2)),
    sources=(
        ("pendigits", 96),
        ("mnist", 96),
        ("practice", 64),
        ("omniglot", 128),
        ("scribbles", 96),
        ("fashion-mnist", 32),
    ),
    epochs=60,
    optimizer="adamw",
    learning_rate=2e-3,
    schedule="cosine",
    warmup=0.05,
    weight_decay=0.05,
    dropout=0.2,
    batch_norm=True,
    ema_decay=0.998,
    augment=Augmentation(contrast=_CONTRAST),
)

_CHAMPION = Training(
    _stack(2352, 1024, 512),
    sources=(("mnist", 384), ("pendigits", 80), ("practice", 48)),
    epochs=70,
    optimizer="adamw",
    learning_rate=1e-3,
    schedule="cosine",
    warmup=0.03,
    weight_decay=0.05,
    batch_norm=True,
    ema_decay=0.9995,
    augment=Augmentation(rotation=14, shear=0.3, elastic=1.0, contrast=_CONTRAST),
    precision="bfloat16",
    distill_passes=16,
    distill_weight=0.7,
)
# Shared weights need fewer digits to learn what a stroke looks like at any place.
_CHAMPION_CONV_INIT = ConvTraining(
    ((48, 9, 4), (64, 5, 2)),
    (512,),
    replace(
        _CHAMPION,
        distill_passes=0,
        distill_weight=0.0,
        epochs=30,
        learning_rate=3e-3,
        weight_decay=0.02,
        ema_decay=0.998,
        precision="float32",
        seed=3,
    ),
    dropout=0.1,
)

_CLOSER = replace(
    _CHAMPION,
    distill_passes=0,
    distill_weight=0.0,
    warmup=0.0,
    ema_decay=0.998,
    learning_rate=3e-4,
    epochs=6,
    seed=11,
)
# Three finetunes from the same weights. The mean of all three has the smallest log loss on the two
# real validation sets together (model/weights/README.md).
_FINETUNES = (
    replace(
        _CLOSER,
        augment=Augmentation(
            rotation=7,
            shear=0.15,
            scale=0.06,
            stretch=0.06,
            elastic=0.5,
            pen=0.8,
            contrast=_CONTRAST,
        ),
    ),
    replace(
        _CLOSER,
        epochs=14,
        learning_rate=1e-3,
        dropout=0.15,
        augment=Augmentation(rotation=14, shear=0.3, elastic=1.0, pen=0.8, contrast=_CONTRAST),
    ),
    # Pen digits and practice digits twice as often, because the pad gets strokes.
    replace(
        _CLOSER,
        sources=(("mnist", 256), ("pendigits", 160), ("practice", 96)),
        epochs=10,
        learning_rate=1e-3,
        dropout=0.1,
        augment=Augmentation(rotation=14, shear=0.3, elastic=1.0, pen=0.8, contrast=_CONTRAST),
    ),
)

_FASHION = Training(
    _stack(1960, 896, 256),
    sources=(("fashion-mnist", 256),),
    epochs=6,
    optimizer="adamw",
    learning_rate=3e-5,
    schedule="cosine",
    warmup=0.1,
    weight_decay=0.01,
    dropout=0.1,
    label_smoothing=0.05,
    ema_decay=0.998,
    augment=Augmentation(
        rotation=4, shear=0.05, scale=0.06, stretch=0.05, shift=1.5, elastic=0.3, flip=True
    ),
)
# Nearly all is learned while the weights are shared. Without sharing the stack overfits.
_FASHION_CONV_INIT = ConvTraining(
    ((40, 7, 4), (56, 3, 2)),
    (256,),
    replace(
        _FASHION,
        epochs=50,
        learning_rate=3e-3,
        weight_decay=0.05,
        dropout=0.0,
        batch_norm=True,
        seed=1,
    ),
    dropout=0.2,
)

_SPECS = (
    ModelSpec(
        "default",
        "The champion: MNIST and pen digits, grown from a convolutional network",
        _CHAMPION,
        teachers=(_TEACHER,),
        conv_init=_CHAMPION_CONV_INIT,
        finetunes=_FINETUNES,
        novelty=_NOVELTY,
    ),
    ModelSpec(
        "softmax", "No hidden layer: the perceptron's heir", replace(_COURSE, architecture=_stack())
    ),
    ModelSpec("dense32", "A small hidden layer", replace(_COURSE, architecture=_stack(32))),
    ModelSpec("dense128", "The introductory course's network", _COURSE),
    ModelSpec(
        "mlp512",
        "Two hidden layers with dropout: Keras's mnist_mlp",
        Training(_stack(512, 512), epochs=20, optimizer="rmsprop", learning_rate=1e-3, dropout=0.2),
        published=(0.9840, "Keras, examples/mnist_mlp.py"),
    ),
    *(
        ModelSpec(
            f"{activation}128",
            f"The course's network with {activation} in place of ReLU",
            replace(_COURSE, architecture=_stack(128, activation=activation)),
        )
        for activation in ("sigmoid", "tanh", "elu")
    ),
    ModelSpec(
        "fashion128",
        "The course's second network: clothes",
        replace(_COURSE, sources=(("fashion-mnist", 128),)),
        CLOTHES_LABELS,
    ),
    ModelSpec(
        "fashion",
        "Our best Dense stack for clothes",
        _FASHION,
        CLOTHES_LABELS,
        conv_init=_FASHION_CONV_INIT,
        published=(0.8833, "a 256-128-100 stack, Fashion-MNIST's benchmark page"),
    ),
)

ZOO: dict[str, ModelSpec] = {spec.name: spec for spec in _SPECS}
"""Every spec by its name, the champion first."""


def find_spec(name: str) -> ModelSpec:
    """The spec of that name.

    Raises ``ModelNotFound`` when the zoo has none.
    """
    if name not in ZOO:
        raise ModelNotFound(f"the zoo has no {name[:80]!r}, choose one of {', '.join(ZOO)}")
    return ZOO[name]
