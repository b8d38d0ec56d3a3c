"""A headless Chromium that opens the report from disk and keeps a log of all that it asks for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser import small_ledger
from sennit.show.html.ledger import read
from sennit.show.html.page import page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # the page must ask for nothing; if it does, nobody hears
)


@dataclass(frozen=True)
class Reader:
    """Somebody who looks at the report: the browser, and the address of the file."""

    browser: Chrome
    url: str

    def open(self, part: str = "", width: int = 1280, dark: bool = False) -> None:
        """Opens the file anew at a part of it, in a window so many pixels wide."""
        window = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        self.browser.get("about:blank")
        self.browser.get(f"{self.url}#{part}" if part else self.url)

    def run(self, script: str) -> object:
        """What a script in the page returns."""
        result: object = self.browser.execute_script(script)
        return result

    def texts(self, selector: str) -> list[str]:
        """The text of every element that is shown."""
        found = self.browser.find_elements("css selector", selector)
        return [element.text for element in found if element.is_displayed()]

    def complaints(self) -> list[str]:
        """What the browser's console says since it was last asked."""
        return [str(line["message"]) for line in self._log("browser")]

    def _log(self, kind: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.browser.get_log(kind)  # type: ignore[no-untyped-call]  # selenium's gap
        return found

    def requests(self) -> list[str]:
        """The address of everything that was asked for since it was last asked."""
        events = [json.loads(line["message"])["message"] for line in self._log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small ledger."""
    folder = tmp_path_factory.mktemp("ledger") / "proofs"
    small_ledger.write(folder)
    return folder


@pytest.fixture(scope="session")
def report(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small ledger, as a file."""
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(page(read(ledger)), "utf-8")
    return file


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A Chromium of its own; skips, saying what is missing, where there is none."""
    pytest.importorskip("selenium", reason="selenium is not installed: nothing drives a browser here")
    chromium, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium and chromedriver on this machine: the report is not looked at in a browser")
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = Chrome(options=options, service=ChromeService(driver))
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture
def reader(browser: Chrome, report: Path) -> Reader:
    """The browser with the report open, and with empty logs."""
    found = Reader(browser, report.as_uri())
    found.open()
    found.complaints()
    found.requests()
    return found
