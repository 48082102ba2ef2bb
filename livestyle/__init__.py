"""Live neural stylization: a webcam or a video, painted in real time."""

from livestyle.core.errors import LivestyleError

TYPE_CHECKING = False  # typing's, which is not loaded: Ctrl+C while it loads would be a traceback
if TYPE_CHECKING:
    from livestyle.stylizer.stylizer import Stylizer

__all__ = ["LivestyleError", "Stylizer", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`Stylizer` is loaded when it is asked for: OpenCV and the engines with it."""
    if name == "Stylizer":
        from livestyle.stylizer.stylizer import Stylizer

        return Stylizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
