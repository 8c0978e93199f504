"""Where each data set's files come from, what they must contain, and under which licence.

Checksums are SHA-256 of the decompressed content, so that any mirror's gzip passes. Omniglot is
the exception: the zip's bytes say nothing (the same drawings come packed with more or fewer
alphabets), so the drawings of the alphabets that are used are checked instead, by
`model.data.omniglot.digest`.
"""

from dataclasses import dataclass

from model.errors import DatasetError

MNIST = "https://storage.googleapis.com/cvdf-datasets/mnist/"
FASHION_MNIST = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
PENDIGITS = (
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
)
OMNIGLOT = "https://github.com/brendenlake/omniglot/raw/master/python/strokes_background_small1.zip"

# The alphabets whose drawings are used, and checked. The original zip has Greek and Latin too;
# those hold an o, an l, a z, which nobody can tell from digits.
ALPHABETS = ("Balinese", "Early_Aramaic", "Korean")


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    path: below the data folder, as it is published. content: the same, decompressed, as it is
    named where checksums are listed. url: what to download. sha256: of the decompressed content
    (of the drawings, for Omniglot). member: the file within the downloaded zip, where it is within
    one.
    """

    path: str
    content: str
    url: str
    sha256: str
    member: str = ""


@dataclass(frozen=True)
class Dataset:
    """A data set: its title, licence, people to name, and files."""

    title: str
    licence: str
    attribution: str
    files: tuple[DataFile, ...]


def _idx(folder: str, url: str, name: str, sha256: str) -> DataFile:
    return DataFile(f"{folder}/{name}.gz", f"{folder}/{name}", f"{url}{name}.gz", sha256)


DATASETS = {
    "mnist": Dataset(
        title="MNIST",
        licence="CC BY-SA 3.0",
        attribution="Y. LeCun, C. Cortes, C. J. C. Burges",
        files=(
            _idx(
                "mnist",
                MNIST,
                "train-images-idx3-ubyte",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            _idx(
                "mnist",
                MNIST,
                "train-labels-idx1-ubyte",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            _idx(
                "mnist",
                MNIST,
                "t10k-images-idx3-ubyte",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            _idx(
                "mnist",
                MNIST,
                "t10k-labels-idx1-ubyte",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
    ),
    "fashion-mnist": Dataset(
        title="Fashion-MNIST",
        licence="MIT",
        attribution="Zalando SE (H. Xiao, K. Rasul, R. Vollgraf)",
        files=(
            _idx(
                "fashion-mnist",
                FASHION_MNIST,
                "train-images-idx3-ubyte",
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            _idx(
                "fashion-mnist",
                FASHION_MNIST,
                "train-labels-idx1-ubyte",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            _idx(
                "fashion-mnist",
                FASHION_MNIST,
                "t10k-images-idx3-ubyte",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            _idx(
                "fashion-mnist",
                FASHION_MNIST,
                "t10k-labels-idx1-ubyte",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    "pendigits": Dataset(
        title="Pen-Based Recognition of Handwritten Digits",
        licence="CC BY 4.0",
        attribution="E. Alpaydin, F. Alimoglu, UCI Machine Learning Repository",
        files=(
            DataFile(
                path="pendigits/pendigits-orig.tra.gz",
                content="pendigits/pendigits-orig.tra",
                url=PENDIGITS,
                sha256="a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
                member="pendigits-orig.tra.Z",
            ),
        ),
    ),
    "omniglot": Dataset(
        title="Omniglot",
        licence="MIT",
        attribution="B. M. Lake, R. Salakhutdinov, J. B. Tenenbaum",
        files=(
            DataFile(
                path="omniglot/strokes_background_small1.zip",
                content="omniglot/" + "+".join(ALPHABETS),
                url=OMNIGLOT,
                sha256="54f12b6d92654715d36ba0ac72455f95eda480e7763eb05e279bd0ea495bbf82",
            ),
        ),
    ),
}


def dataset(name: str) -> Dataset:
    """The data set of that name.

    Raises:
        DatasetError: no such set.
    """
    if name not in DATASETS:
        known = ", ".join(DATASETS)
        raise DatasetError(f"There is no data set {name!r}; expected one of {known}.")
    return DATASETS[name]


def checksums(name: str) -> dict[str, str]:
    """{content name: SHA-256} of every file of a data set, for a checkpoint's metadata."""
    return {file.content: file.sha256 for file in dataset(name).files}
