"""Live neural stylization: a webcam or a video, painted in real time."""

from livestyle.core.errors import LivestyleError
from livestyle.stylizer.stylizer import Stylizer

__all__ = ["LivestyleError", "Stylizer", "__version__"]
__version__ = "0.1.0"
