"""WebRTC without a browser: aiortc at both ends."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from aiohttp import ClientWebSocketResponse
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack, VideoStreamTrack
from av import VideoFrame

from tests.page.served import Served, heard, run, served, until


class GreenTrack(VideoStreamTrack):
    """A camera that sees green only."""

    async def recv(self) -> VideoFrame:
        pts, base = await self.next_timestamp()
        pixels = np.zeros((96, 128, 3), np.uint8)
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


@pytest.mark.parametrize("sdp", ["", "v=0", "x" * 40_000, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 99, 3, None])
def test_an_offer_that_makes_no_sense_is_refused(sdp: object) -> None:
    async def test() -> None:
        async with served() as site:
            socket = await site.socket()
            await socket.send_str(json.dumps({"type": "offer", "sdp": sdp}))
            assert "offer" in (await heard(socket, "refused"))["text"]
            await socket.close()

    run(test())
