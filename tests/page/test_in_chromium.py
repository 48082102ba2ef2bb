"""The page as a user has it, in a headless Chromium."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.page.chromium import PATIENCE_S, Chromium, Tab, chromium
from tests.page.running import GREYS, Running
from tests.page.served import TOKEN

SEEN = """(() => {
    const video = document.querySelector('#video');
    const shown = video.hidden ? document.querySelector('#picture') : video;
    const canvas = Object.assign(document.createElement('canvas'), {width: 16, height: 12});
    canvas.getContext('2d').drawImage(shown, 0, 0, 16, 12);
    const data = canvas.getContext('2d').getImageData(8, 6, 1, 1).data;
    return [data[0], data[1], data[2]];
})()"""
"""Red, green and blue in the middle of what is shown."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(fake) as browser:
        yield browser


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setitem(os.environ, "LIVESTYLE_DATA", str(tmp_path / "data"))
    with Running(tmp_path) as session:
        yield session


def opened(browser: Chromium, session: Running, way: str = "socket") -> Tab:
    """A page that shows the session, its pictures by WebRTC or the socket."""
    tab = browser.open(f"{session.address}?token={TOKEN}")
    tab.value(f"localStorage.setItem('way', '{way}')")
    tab.go(session.address)
    tab.wait("document.querySelector('#link').textContent.startsWith('Live')")
    return tab


def sees(tab: Tab, red: int, green: int, blue: int) -> None:
    tab.wait(f"{SEEN}.every((value, at) => Math.abs(value - [{red}, {green}, {blue}][at]) < 12)")


def sees_grey(tab: Tab, style: str) -> None:
    sees(tab, *[GREYS[style]] * 3)


@pytest.mark.parametrize(("way", "name"), [("socket", "WebSocket"), ("webrtc", "WebRTC")])
def test_the_painting_arrives_and_a_click_changes_the_style(
    way: str, name: str, browser: Chromium, session: Running
) -> None:
    tab = opened(browser, session, way)
    tab.wait(f"document.querySelector('#link').textContent === 'Live · {name}'")
    sees_grey(tab, "dim")
    tab.wait("document.querySelectorAll('.gallery img:not([hidden])').length === 2")
    tab.click(".gallery li:nth-child(2) .style")
    sees_grey(tab, "bright")
    assert tab.wait("document.querySelector('#title').textContent") == "Bright"
    assert tab.value("document.querySelector('.gallery li:nth-child(2) .style').ariaPressed") == "true"


def test_two_chosen_are_blended_and_sliders_and_keys_turn_what_all_pages_show(
    browser: Chromium, session: Running
) -> None:
    first, second = opened(browser, session), opened(browser, session)
    first.click(".gallery li:nth-child(2) .blend")
    between = sum(GREYS.values()) // 2
    sees(second, between, between, between)
    second.wait("document.querySelector('#title').textContent === 'Dim × Bright, 50 %'")
    first.value("document.querySelector('#control-blend').focus()")
    first.key("End")
    sees_grey(second, "bright")
    second.wait("document.querySelector('#control-blend').value === '1'")
    second.value("document.activeElement.blur()")
    second.key("ArrowDown")
    first.wait("document.querySelector('#control-strength').ariaValueText === '90 %'")
    second.key("m")
    first.wait("document.querySelector('#control-mirror').checked")
    assert first.wait("document.querySelector('#toast').textContent") == "Mirrored"
    first.go(session.address)  # a page that is loaded again shows what is
    first.wait("document.querySelector('#control-strength')?.ariaValueText === '90 %'")


def test_a_dropped_picture_becomes_a_style(browser: Chromium, session: Running, tmp_path: Path) -> None:
    file = tmp_path / "My Red.png"
    assert cv2.imwrite(str(file), np.full((90, 120, 3), (20, 40, 220), np.uint8))
    tab = opened(browser, session)
    tab.drop(file)
    sees(tab, 220, 40, 20)
    assert tab.wait("document.querySelector('.gallery li:nth-child(3) .name')?.textContent") == "My red"


def test_a_recording_is_as_long_on_every_page_and_can_be_downloaded(
    browser: Chromium, session: Running, tmp_path: Path
) -> None:
    browser.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "down"))
    tab = opened(browser, session)
    tab.key("r")
    tab.wait("/^0:0[1-9]$/.test(document.querySelector('#recording').textContent)")
    tab.key("u")
    paused = tab.wait("document.querySelector('#recording').textContent.match(/^Paused .*/)?.[0]")
    other = opened(browser, session)  # it was opened later, and knows no less
    assert other.wait("document.querySelector('#recording').textContent") == paused
    other.key("r")
    tab.wait("document.querySelector('#recording').hidden && !document.querySelector('#download').hidden")
    tab.click("#download a")
    (made,) = tmp_path.glob("livestyle-*.mp4")
    got, limit = tmp_path / "down" / made.name, time.monotonic() + PATIENCE_S
    while not got.exists():
        assert time.monotonic() < limit, "nothing was downloaded"
        time.sleep(0.05)
    assert got.read_bytes() == made.read_bytes()


def test_a_screen_reader_is_told_each_thing_once(browser: Chromium, session: Running) -> None:
    tab = opened(browser, session)
    tab.wait("document.querySelectorAll('.control').length === 8")
    nodes = [node for node in tab.do("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
    names = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes}
    wanted = {
        ("slider", "Strength"), ("switch", "Mirror"), ("button", "Bright"), ("button", "Blend with Bright"),
        ("button", "Record"), ("link", "Snapshot"), ("combobox", "Model"), ("heading", "Dim"),
    }  # fmt: skip
    assert wanted <= names
    unnamed = {"button", "link", "slider", "switch", "combobox"}
    assert not [role for role, name in names if role in unnamed and not name]
    # What is said of itself: the words on the picture. A slider's figure is in the slider.
    assert sum(node["role"]["value"] == "status" for node in nodes) == 1


@pytest.mark.parametrize("way", ["socket", "webrtc"])
def test_the_camera_of_the_browser_is_painted(way: str, browser: Chromium, session: Running) -> None:
    tab = opened(browser, session, way)
    tab.click("#do-figures")
    tab.click("#do-camera")
    tab.wait("/browser +· +640×480/.test(document.querySelector('#rows').textContent)")
    sees_grey(tab, "dim")
    tab.value("document.querySelector('#control-strength').focus()")
    tab.key("Home")  # the camera as it is: Chromium's is green
    tab.wait(f"(([red, green, blue]) => green > red + 40 && green > blue + 40)({SEEN})")
    tab.click("#do-camera")
    tab.wait("/synthetic +· +160×120/.test(document.querySelector('#rows').textContent)")


def test_a_wrong_token_shows_nothing(browser: Chromium, session: Running) -> None:
    browser.do("Storage.clearCookies")
    tab = browser.open(f"{session.address}?token=wrong")
    assert "token" in tab.value("document.body.innerText")
    assert tab.value("document.querySelector('#picture')") is None
