"""WebRTC without a browser: aiortc at both ends."""

from __future__ import annotations

import asyncio
import json
import math

import numpy as np
import pytest
from aiohttp import ClientWebSocketResponse
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack, VideoStreamTrack
from av import VideoFrame

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.page import peer as module
from livestyle.page.options import PageOptions
from livestyle.page.peer import PaintedTrack, Peer
from livestyle.page.studio import ShownPicture
from tests.page.served import BEARER, TOKEN, Served, heard, run, served, until


class GreenTrack(VideoStreamTrack):
    """A camera that sees green only: 128×96, and after so many frames 64×64."""

    def __init__(self, frames: float = math.inf) -> None:
        super().__init__()
        self._left = frames

    async def recv(self) -> VideoFrame:
        pts, base = await self.next_timestamp()
        self._left -= 1
        pixels = np.zeros((96, 128, 3) if self._left >= 0 else (64, 64, 3), np.uint8)
        pixels[:, :, 1] = 200
        frame = VideoFrame.from_ndarray(pixels, "bgr24")
        frame.pts, frame.time_base = pts, base
        return frame


async def connect(peer: RTCPeerConnection, socket: ClientWebSocketResponse) -> None:
    await peer.setLocalDescription(await peer.createOffer())
    await socket.send_json({"type": "offer", "sdp": peer.localDescription.sdp})
    answer = await heard(socket, "answer")
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))


async def paint(site: Served, grey: int) -> None:
    while True:
        site.show(grey)
        await asyncio.sleep(0.02)


def test_the_painting_goes_out_and_a_camera_comes_in() -> None:
    async def test() -> None:
        async with served() as site:
            painting = asyncio.create_task(paint(site, 120))
            socket = await site.socket()
            peer = RTCPeerConnection(RTCConfiguration([]))
            peer.addTrack(GreenTrack())
            tracks: list[MediaStreamTrack] = []
            peer.on("track", tracks.append)
            await connect(peer, socket)
            assert "127.0.0.1" in peer.remoteDescription.sdp
            frame = await tracks[0].recv()
            assert isinstance(frame, VideoFrame)
            assert (frame.width, frame.height) == (96, 64)
            assert abs(frame.to_ndarray(format="gray").mean() - 120) < 8
            camera = site.studio.camera
            assert camera is not None
            await socket.send_str('{"type": "camera", "on": true}')
            while (found := await asyncio.to_thread(camera.read)) is None or found.notice:
                pass
            assert found.pixels.shape == (96, 128, 3)
            assert found.pixels[:, :, 1].mean() > found.pixels[:, :, 2].mean() + 100
            painting.cancel()
            await peer.close()
            await socket.close()
            await until(lambda: camera.info.size.width == 128 and site.studio.viewers == 0)

    run(test())


def test_frames_of_a_camera_that_are_too_large_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[int, ...]] = []

    def take(_: object, pixels: Pixels) -> None:
        taken.append(pixels.shape)

    async def test() -> None:
        async with served(camera_px=100) as site:
            painting = asyncio.create_task(paint(site, 120))
            socket = await site.socket()
            peer = RTCPeerConnection(RTCConfiguration([]))
            peer.addTrack(GreenTrack(frames=10))
            monkeypatch.setattr(site.studio.camera, "put", take)
            await connect(peer, socket)
            await until(lambda: bool(taken))
            assert taken[0] == (64, 64, 3)
            painting.cancel()
            await peer.close()
            await socket.close()
            await until(lambda: site.studio.viewers == 0)

    run(test())


def test_the_newest_painting_goes_out_and_none_goes_twice() -> None:
    def grey(value: int) -> ShownPicture:
        return ShownPicture(Frame(np.full((64, 96, 3), value, np.uint8), value, 0))

    async def test() -> None:
        async with served() as site:
            track = PaintedTrack(site.studio)
            for value in range(10, 110, 10):
                site.studio.pictures.put(grey(value))
            newest = await track.recv()
            assert abs(newest.to_ndarray(format="gray").mean() - 100) < 8
            next_one = asyncio.create_task(track.recv())
            await asyncio.sleep(0)  # it has asked
            site.studio.pictures.put(grey(200))
            assert abs((await next_one).to_ndarray(format="gray").mean() - 200) < 8

    run(test())


@pytest.mark.parametrize("stun", ["", "stun:127.0.0.1:9"])
def test_no_server_is_asked_for_anything_but_the_one_that_is_named(
    stun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[RTCIceServer] | None] = []

    class NotingConnection(RTCPeerConnection):
        """Asks nobody."""

        def __init__(self, configuration: RTCConfiguration) -> None:
            asked.append(configuration.iceServers)
            super().__init__(RTCConfiguration([]))

    async def test() -> None:
        options = PageOptions(token=TOKEN, stun=stun)
        async with served(options) as site:
            with pytest.raises(LivestyleError, match="can't be answered"):
                await Peer(site.studio, options).answer("v=0")
            told = await (await site.client.get("/controls.json", headers=BEARER)).json()
            assert told["stun"] == stun

    monkeypatch.setattr(module, "RTCPeerConnection", NotingConnection)
    run(test())
    assert asked == [[RTCIceServer(stun)] if stun else []]


@pytest.mark.parametrize(
    ("sdp", "words"),
    [
        ("", "offer"),
        ("v=0", "offer"),
        ("x" * 40_000, "an offer of 40000 letters is too long"),
        ("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 99, "offer"),
        (3, "offer"),
        (None, "offer"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(sdp: object, words: str) -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str(json.dumps({"type": "offer", "sdp": sdp}))
            assert words in (await heard(socket, "refused"))["text"]
            await socket.close()

    run(test())
