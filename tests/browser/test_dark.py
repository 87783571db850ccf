"""What the browser itself draws is readable in both themes: the button of a file field is not one of ours."""

from __future__ import annotations

import pytest

from tests.browser.conftest import LOOKS, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), LOOKS]

# The contrast of the words on the button, as WCAG reckons it; a see-through ground shows what lies below.
CONTRAST = """node => {
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const button = getComputedStyle(node, '::file-selector-button');
  const grounds = [button.backgroundColor];
  for (let one = node; one; one = one.parentElement) grounds.push(getComputedStyle(one).backgroundColor);
  const ground = grounds.map(rgba).find(colour => colour.length < 4 || colour[3] === 1) || [255, 255, 255];
  const [less, more] = [light(rgba(button.color)), light(ground)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/files/new/?customer=31", "/imports/new/?kind=customers"])
def test_the_button_that_chooses_a_file_can_be_read(sign_in: SignIn, scheme: str, path: str) -> None:
    page = sign_in(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    field = page.locator("input[type=file]").first
    field.wait_for(state="attached")
    assert field.evaluate(CONTRAST) >= 4.5
