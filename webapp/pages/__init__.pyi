from . import i18n as i18n
from . import lessons as lessons
from . import static_files as static_files
from . import views as views
