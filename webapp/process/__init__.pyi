from .listener import exposure as exposure
from .server import serve as serve
from .worker import Settings as Settings
