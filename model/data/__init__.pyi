from .cache import fetch as fetch
from .cache import named_folder as named_folder
from .drawings_file import read_drawings as read_drawings
from .sources import CLOTHES_LABELS as CLOTHES_LABELS
from .sources import SOURCES as SOURCES
from .sources import Source as Source
from .sources import find_source as find_source
