"""Takes the picture for the README: python tests/browser/picture.py PROOFS CLAIM FILE.png STEPS."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from sennit.show.html.ledger import read
from sennit.show.html.page import page

WIDTH, HEIGHT = 1040, 925
RIGHT = "\ue014"  # the arrow key, as WebDriver numbers it


def main(proofs: Path, claim: str, picture: Path, steps: int) -> None:
    """Opens a claim of the ledger, goes so many steps into its first run, and writes what is seen."""
    driver = shutil.which("chromedriver")
    assert driver is not None, "chromedriver is not on the path"
    options = ChromeOptions()
    with tempfile.TemporaryDirectory() as folder:
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}",
        ):
            options.add_argument(flag)
        file = Path(folder) / "report.html"
        file.write_text(page(read(proofs)), "utf-8")
        browser = Chrome(options=options, service=ChromeService(driver))
        try:
            window = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
            browser.get(f"{file.as_uri()}#{claim}")
            player = browser.find_element("css selector", f"#{claim} .player")
            for _ in range(steps):
                player.send_keys(RIGHT)
            browser.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
            picture.write_bytes(browser.get_screenshot_as_png())
        finally:
            browser.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
