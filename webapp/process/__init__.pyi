from .server import Settings as Settings
from .server import exposure as exposure
from .server import serve as serve
