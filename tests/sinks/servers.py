"""Servers that take a stream, on this machine."""

from __future__ import annotations

import socket
import subprocess

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sinks.stream_protocols import protocol_of


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Nobody uses it just now."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def received(address: str, size: Size, frames: int) -> list[Pixels]:
    """What FFmpeg decodes of what is sent to it by RTMP or RTSP; uint8 BGR. It ends after so many frames."""
    listen = ["-rtsp_flags", "listen"] if protocol_of(address) == "rtsp" else ["-listen", "1"]
    command = ["ffmpeg", "-loglevel", "error", "-nostdin", *listen, "-i", address, "-map", "0:v"]
    command += ["-frames:v", str(frames)]
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "pipe:1"]
    done = subprocess.run([*command, *raw], stdout=subprocess.PIPE, timeout=120, check=True)
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, size.height, size.width, 3))
