from __future__ import annotations

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sinks import stream
from livestyle.sinks.stream import StreamSink
from livestyle.sinks.stream_protocols import CONTAINERS, check_address, is_here
from tests.sinks.servers import free_port

SIZE = Size(160, 96)


def grey(level: int, size: Size = SIZE) -> Frame:
    pixels = np.full((size.height, size.width, 3), level, np.uint8)
    return Frame(pixels, level, time.monotonic_ns())


def repeat_for_ever(sink: StreamSink) -> None:
    while True:
        sink.repeat()


def received_by_udp(address: str) -> tuple[list[av.VideoFrame], list[str]]:
    """The first pictures of a stream, and what tracks it has."""
    options = {"probesize": "100000", "analyzeduration": "300000", "fpsprobesize": "0"}
    with av.open(f"{address}?timeout=60000000", format="mpegts", options=options, timeout=60) as container:
        frames = []
        for frame in container.decode(video=0):
            frames.append(frame)
            if len(frames) == 5:
                break
        return frames, sorted(stream.codec_context.name for stream in container.streams)


def test_pictures_and_silence_arrive_by_udp() -> None:
    """Odd sides lose a row and a column; what has another shape gets bars."""
    address = f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
    with ThreadPoolExecutor(1) as pool, StreamSink(address, Size(161, 97), 30) as sink:
        receiving = pool.submit(received_by_udp, address)
        number = 0
        while not receiving.done():
            sink.write(grey(150, SIZE if number % 2 else Size(96, 96)))
            number += 1
            time.sleep(0.01)
        frames, codecs = receiving.result()
    assert codecs == ["aac", "h264"]
    assert {(frame.width, frame.height) for frame in frames} == {(160, 96)}
    pixels = frames[-1].to_ndarray(format="bgr24")
    assert abs(float(pixels[:, 60:100].mean()) - 150) < 4
    assert sink.connected


def test_an_address_that_nobody_listens_at_is_an_error_without_its_key() -> None:
    address = f"rtmp://me:SECRET@127.0.0.1:{free_port()}/live/SECRET"
    with (
        StreamSink(address, SIZE, 30) as sink,
        pytest.raises(LivestyleError, match="nobody listens") as caught,
    ):
        sink.write(grey(9))
    assert "SECRET" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


@pytest.mark.parametrize("address", ["http://SECRET@x/", "SECRET", "srt://SECRET@x:1"])
def test_a_protocol_that_is_unknown_or_missing_is_named(address: str) -> None:
    if address.startswith("srt") and is_here("srt"):
        pytest.skip("this FFmpeg has SRT")
    with pytest.raises(LivestyleError, match="rtmp") as caught:
        check_address(address)
    assert "SECRET" not in str(caught.value)


def test_the_protocols_of_the_wheels_are_found() -> None:
    assert [name for name in CONTAINERS if name != "srt" and not is_here(name)] == []
    assert not is_here("no-such-protocol")


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(
    ("sign", "takes_s", "said"), [("SIGSTOP", 0.1, "nothing is taken"), ("SIGKILL", 60, "was killed")]
)
def test_one_that_takes_no_more_is_an_error(
    sign: str, takes_s: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
    with StreamSink(address, SIZE, 30) as sink:
        sink.write(grey(9))
        assert sink._process.pid is not None
        os.kill(sink._process.pid, getattr(signal, sign))
        monkeypatch.setattr(stream, "TAKES_S", takes_s)
        with pytest.raises(LivestyleError, match=said):
            repeat_for_ever(sink)
    assert not sink._process.is_alive()


def test_what_hangs_can_be_given_up() -> None:
    """A server that never answers: nobody waits, and no process is left."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"rtmp://127.0.0.1:{server.getsockname()[1]}/live/x"
        with StreamSink(address, SIZE, 30) as sink, ThreadPoolExecutor(1) as pool:
            writing = pool.submit(sink.write, grey(9))
            with server.accept()[0]:  # it has begun to connect
                sink.give_up()
                writing.result()
        assert not sink.connected
        assert not sink._process.is_alive()
