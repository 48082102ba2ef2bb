"""The page as a user has it, in a headless Chromium."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.page.chromium import Chromium
from tests.page.running import GREYS, Running, write_greys
from tests.page.tabs import downloaded, downloads, opened, sees, sees_grey, told


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
    downloads(browser, tmp_path / "down")
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
    assert downloaded(tmp_path / "down" / made.name) == made.read_bytes()


def test_a_click_saves_the_painting(browser: Chromium, session: Running, tmp_path: Path) -> None:
    downloads(browser, tmp_path / "down")
    tab = opened(browser, session)
    sees_grey(tab, "dim")
    tab.click("#do-snapshot")
    data = downloaded(tmp_path / "down" / "livestyle.png")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape == (120, 160, 3)
    assert (pixels == GREYS["dim"]).all()
    assert tab.value("document.querySelector('#toast').textContent") == "Saved the picture here"


@pytest.mark.usefixtures("own_data")
def test_another_model_is_chosen_and_its_styles_are_shown(browser: Chromium, tmp_path: Path) -> None:
    write_greys(tmp_path / "other", {"black": 0, "white": 255})
    with Running(tmp_path, model=f"{tmp_path / 'tiny'},{tmp_path / 'other'}") as session:
        tab = opened(browser, session)
        sees_grey(tab, "dim")
        assert tab.wait("document.querySelector('#model').value") == "tiny"
        tab.value("document.querySelector('#model').focus()")
        tab.key("ArrowDown")
        sees(tab, 0, 0, 0)
        tab.wait("document.querySelector('#title').textContent === 'Black'")
        assert tab.value(
            "[...document.querySelectorAll('.gallery .name')].map((name) => name.textContent)"
        ) == ["Black", "White"]
        assert tab.value("document.querySelector('#model').value") == "other"


def test_a_screen_reader_is_told_each_thing_once(browser: Chromium, session: Running) -> None:
    tab = opened(browser, session)
    tab.wait("document.querySelectorAll('.control').length === 8")
    nodes, names = told(tab)
    wanted = {
        ("slider", "Strength"), ("switch", "Mirror"), ("button", "Bright"), ("button", "Blend with Bright"),
        ("button", "Record"), ("link", "Snapshot"), ("combobox", "Model"), ("heading", "Dim"),
    }  # fmt: skip
    assert wanted <= names
    unnamed = {"button", "link", "slider", "switch", "combobox"}
    assert not [role for role, name in names if role in unnamed and not name]
    # What is said of itself: the words on the picture. A slider's figure is in the slider.
    assert sum(node["role"]["value"] == "status" for node in nodes) == 1
