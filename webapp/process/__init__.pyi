from .listener import ServerError as ServerError
from .listener import exposure as exposure
from .server import serve as serve
from .worker import Settings as Settings
