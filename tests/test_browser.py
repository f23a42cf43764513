"""The publication in a real browser: every page, light and dark, narrow and wide."""

from __future__ import annotations

import dataclasses
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hexapla import build as building
from hexapla import catalogs, publication
from hexapla.config import Comments, Site
from hexapla.problems import Severity

from tests.conftest import serving
from tests.test_site import ARTICLE, CODES, DOCUMENTS

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = {"narrow": 320, "wide": 1280}
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe for which it matters whether a page is light or dark."""


class Visit:
    """A tab that notes everything that goes wrong in it."""

    def __init__(self, chromium: Any, address: str, **options: Any) -> None:
        self.context = chromium.new_context(**({"locale": "en-GB"} | options))
        self.page = self.context.new_page()
        self.address = address
        self.wrong: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        # What is still under way when the tab goes to the next page is broken off by the browser itself.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.wrong.append(f"failed: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.wrong.append(f"foreign: {request.url}")

    def go(self, path: str) -> Any:
        self.page.goto(self.address + path)
        return self.page

    def violations(self) -> list[str]:
        """Run axe on the page, which is light; then those rules for which that matters, on the dark page."""
        self.page.evaluate(AXE)
        found = self._run_axe({"resultTypes": ["violations"]})
        # A link takes an eighth of a second from one colour to the other, but where nothing is to move.
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [f"dark: {one}" for one in self._run_axe({"resultTypes": ["violations"], "runOnly": COLOURS})]
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        return found

    def _run_axe(self, options: dict[str, Any]) -> list[str]:
        result = self.page.evaluate(
            """async (options) => {
              await Promise.allSettled(document.getAnimations().map((one) => one.finished));
              return axe.run(document, options);
            }""",
            options,
        )
        return [f"{one['id']}: {node['html'][:120]}" for one in result["violations"] for node in one["nodes"]]


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    one = Visit(chromium, address)
    yield one
    one.context.close()


def page_paths(built: Path, code: str) -> list[str]:
    """Every page of a locale."""
    found = [path.relative_to(built).as_posix() for path in sorted(built.rglob("*.html"))]
    own = [name for name in found if (name.split("/")[0] if name.split("/")[0] in CODES else "en") == code]
    return [name.removesuffix("index.html") for name in own]


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", CODES)
def test_every_page_is_sound(chromium: Any, address: str, built: Path, code: str, width: str) -> None:
    """No console error, no failed or foreign request, no axe violation, light or dark, no horizontal scrolling."""
    visit = Visit(chromium, address, viewport={"width": WIDTHS[width], "height": 800})
    paths = page_paths(built, code)
    assert len(paths) == 19
    for path in paths:
        page = visit.go(path)
        found = visit.violations()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (found, overflow, visit.wrong) == ([], 0, []), path
    visit.context.close()


@pytest.mark.parametrize("code", CODES)
def test_everything_is_readable_without_scripts(chromium: Any, address: str, built: Path, code: str) -> None:
    """Without scripts the text, the languages, the pages and the form are there, and no dead button is."""
    visit = Visit(chromium, address, java_script_enabled=False, viewport={"width": 320, "height": 800})
    for path in page_paths(built, code):
        page = visit.go(path)
        assert page.locator("main h1").first.is_visible(), path
        assert page.locator(".hx-languages li").count() == 6
        assert page.locator(".hx-nav a").first.is_visible()
        for button in page.locator("button").all():
            assert not button.is_visible() or button.evaluate("node => !!node.closest('.hx-comments')"), path
        if ARTICLE.removesuffix(".md") in path:
            paragraphs = page.locator(".hx-prose p").all()
            assert len(paragraphs) > 10 and all(one.is_visible() for one in paragraphs)
            assert page.locator(".hx-comments textarea").is_visible()
    assert visit.wrong == []
    visit.context.close()


def test_switcher_keeps_page_and_heading(visit: Visit, site: Site) -> None:
    """From each locale to each other and back."""
    texts = publication.read(site)
    heading = "#three-ways-to-sell-help"
    for number, here in enumerate(site.locales):
        page = visit.go(texts.url(here, ARTICLE) + heading)
        for there in site.locales[number + 1 :]:
            for one in (there, here):
                page.locator(f".hx-languages a[hreflang={one.tag}]").click()
                page.wait_for_url(f"**/{texts.url(one, ARTICLE)}{heading}")
                assert page.locator("html").get_attribute("lang") == one.tag
                assert page.locator(heading).is_visible()
    assert visit.wrong == []


WORDS = {
    "en": ("overhead", "two-promises"),
    "fr": ("medecin", None),
    "de": ("kundensupport", "customer-service-versus-customer-support"),
    "is": ("thjonusta", None),
    "hi": ("ग्राहक सहायता", None),
    "sw": ("usaidizi", None),
}


def search(page: Any, words: str) -> list[str]:
    page.locator("[data-open=search]").click()
    page.locator("#search-query").fill(words)
    page.wait_for_function("document.querySelector('#search-status').textContent !== ''")
    return [
        str(one) for one in page.locator(".hx-results a").evaluate_all("links => links.map(one => one.textContent)")
    ]


@pytest.mark.parametrize("code", CODES)
def test_search_finds_a_word_of_every_document(visit: Visit, site: Site, code: str) -> None:
    """The longest word of each document's description's page is found, as it is and without its accents."""
    import unicodedata

    texts = publication.read(site)
    locale = site.locale(code)
    for path in DOCUMENTS:
        document = texts.document(locale, path)
        assert document
        prose = re.sub(r"[`(\[<{].*?[`)\]>}]", " ", document.body)
        word = max(
            re.findall(r"[^\W\d_]+(?:[\u0900-\u097f]+)?" if code != "hi" else r"[\u0900-\u0963\u0971-\u097f]+", prose),
            key=len,
        )
        plain = "".join(one for one in unicodedata.normalize("NFD", word) if not "\u0300" <= one <= "\u036f")
        for asked in {word, plain, word.upper()}:
            page = visit.go(texts.url(locale, "about.md"))
            search(page, asked)
            targets = page.locator(".hx-results a").evaluate_all("links => links.map(one => one.pathname)")
            assert f"/{texts.url(locale, path)}" in targets, (asked, targets)
    assert visit.wrong == []


@pytest.mark.parametrize(
    ("code", "asked", "word"),
    [
        ("fr", "marche", None),
        ("de", "verstandigen", None),
        ("is", "thjonusta", "þjónust"),
        ("is", "ÞJÓNUSTA", "þjónust"),
        ("hi", "सहायता", "सहायता"),
    ],
)
def test_search_without_accents(visit: Visit, code: str, asked: str, word: str | None) -> None:
    page = visit.go(f"{code}/")
    found = search(page, asked)
    status = page.locator("#search-status").text_content()
    if word:
        assert found
        assert word in str(page.locator(".hx-results").text_content()).lower()
    assert status


def test_search_says_what_it_found_in_words_of_the_page(visit: Visit) -> None:
    page = visit.go("is/")
    search(page, "qqqq")
    words = page.evaluate("fetch('words.json').then((one) => one.json())")["search"]
    assert page.locator("#search-status").text_content() == words["none"]
    page.locator("#search-query").fill("ritstjórn")
    count = page.locator(".hx-results li").count()
    expected = words["results"]["one" if count % 10 == 1 and count != 11 else "other"].replace("%(count)s", str(count))
    assert count and page.locator("#search-status").text_content() == expected


CLOSED_WITHOUT_FOCUS = """() => {
  let opened = 0;
  document.querySelector(".hx-results a").addEventListener("click", () => { opened += 1; });
  document.querySelector("#search button").click();
  return opened;
}"""
"""Press the button that closes the search as in Safari, where buttons take no focus; count the results it opens."""


def test_search_opens_and_closes_with_the_keyboard(visit: Visit) -> None:
    page = visit.go("")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.id === 'search-query'")
    page.keyboard.type("overhead")
    page.wait_for_selector(".hx-results a")
    assert visit.violations() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/**")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.id === 'search-query'")
    page.keyboard.type("overhead")
    page.keyboard.press("Escape")
    assert not page.locator("#search").is_visible()
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.id === 'search-query'")
    assert page.locator("#search-query").input_value() == "overhead"
    page.wait_for_selector(".hx-results a")
    assert page.evaluate(CLOSED_WITHOUT_FOCUS) == 0
    assert not page.locator("#search").is_visible()
    assert visit.wrong == []


def test_only_this_locales_index_is_fetched_and_only_when_asked(visit: Visit) -> None:
    fetched: list[str] = []
    visit.page.on("request", lambda request: fetched.append(urlsplit(request.url).path))
    page = visit.go("hi/about/")
    page.wait_for_load_state("networkidle")
    assert not [path for path in fetched if "search" in path]
    search(page, "हिन्दी")
    assert [path for path in fetched if path.endswith("index.json")] == ["/hi/search/search_index.json"]


def test_an_index_on_its_way_is_not_asked_for_with_each_letter(visit: Visit) -> None:
    """On a slow phone, whoever types before it has come would fetch it once for each letter."""
    page = visit.go("hi/about/")
    asked: list[Any] = []
    page.route("**/search_index.json", lambda route: asked.append(route))
    page.locator("[data-open=search]").click()
    for letters in ("ह", "हि", "हिन्दी"):
        page.locator("#search-query").fill(letters)
    assert len(asked) == 1
    asked[0].continue_()
    page.wait_for_selector(".hx-results a")
    assert len(asked) == 1 and visit.wrong == []


def test_a_heading_that_a_link_leads_to_stands_at_the_top(visit: Visit) -> None:
    """Material leaves room above it for a header that stays on the screen, as ours does not."""
    page = visit.go("fr/articles/customer-service-versus-customer-support/#two-promises")
    distance = "document.querySelector('#two-promises').getBoundingClientRect().top"
    page.wait_for_function(f"{distance} >= 0 && {distance} < 40", timeout=5000)


def test_notice_stays_closed(visit: Visit) -> None:
    page = visit.go("fr/")
    notice = page.locator(".hx-notice")
    assert notice.is_visible()
    notice.get_by_role("button").click()
    assert not notice.is_visible()
    assert not visit.go("fr/about/").locator(".hx-notice").is_visible()


def test_colours_are_remembered(chromium: Any, address: str) -> None:
    visit = Visit(chromium, address, color_scheme="light")
    page = visit.go("de/")
    button = page.locator("[data-scheme]")
    assert button.get_attribute("aria-pressed") == "false"
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button.click()
    page = visit.go("de/about/")
    assert page.locator("[data-scheme]").get_attribute("aria-pressed") == "true"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    visit.context.close()


def test_the_preferred_language_is_offered_and_never_forced(chromium: Any, address: str) -> None:
    visit = Visit(chromium, address, locale="sw-KE")
    page = visit.go("about/")
    offer = page.locator("[data-offer=sw]")
    offer.wait_for()
    assert page.url.endswith("/about/") and offer.is_visible()
    assert page.locator(".hx-offer").count() == 1
    assert offer.get_attribute("lang") == "sw"
    assert visit.violations() == []
    offer.get_by_role("link").click()
    page.wait_for_url("**/sw/about/")
    page.wait_for_load_state("networkidle")
    assert page.locator(".hx-offer").count() == 0
    page = visit.go("about/")
    page.locator("[data-offer=sw]").get_by_role("button").click()
    assert page.locator(".hx-offer:visible").count() == 0
    page = visit.go("translating/")
    page.wait_for_load_state("networkidle")
    assert page.locator(".hx-offer").count() == 0
    assert visit.wrong == []
    visit.context.close()


@pytest.mark.parametrize("code", CODES)
def test_root_404_shows_the_language_that_the_address_asks_for(chromium: Any, address: str, code: str) -> None:
    visit = Visit(chromium, address)
    folder = "" if code == "en" else f"{code}/"
    page = visit.go(f"{folder}no/such%FF/page/")  # which is no UTF-8
    shown = page.locator("[data-lost]:visible")
    assert shown.count() == 1 and shown.get_attribute("lang") == code
    assert page.locator("html").get_attribute("lang") == code
    shown.get_by_role("link").click()
    page.wait_for_url(address + folder)
    visit.context.close()


def test_root_404_shows_all_languages_without_scripts(chromium: Any, address: str) -> None:
    visit = Visit(chromium, address, java_script_enabled=False)
    page = visit.go("no/such/page/")
    assert page.locator("[data-lost]:visible").count() == 6
    visit.context.close()


def test_measure_is_comfortable(visit: Visit, site: Site) -> None:
    """A full line of running text holds 60 to 75 characters where there is room."""
    count = """() => {
      const lengths = [];
      for (const p of document.querySelectorAll('.hx-prose > p')) {
        const range = document.createRange(), text = p.textContent;
        range.selectNodeContents(p);
        const lines = new Set([...range.getClientRects()].map(one => Math.round(one.bottom / 8)));
        const height = parseFloat(getComputedStyle(p).lineHeight);
        const rows = Math.round(p.getBoundingClientRect().height / height);
        if (rows > 2) lengths.push([...text].length / (rows - 0.5));
      }
      return lengths.reduce((a, b) => a + b) / lengths.length;
    }"""
    texts = publication.read(site)
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    for code in ("en", "fr", "de", "is", "sw"):
        page = visit.go(texts.url(site.locale(code), ARTICLE))
        assert 60 <= page.evaluate(count) <= 75, (code, page.evaluate(count))


# The comment form


class Service(http.server.BaseHTTPRequestHandler):
    """A service that takes a form POST and sends the reader back to the page that the form names."""

    received: list[dict[str, list[str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = parse_qs(body, keep_blank_values=True)
        self.received.append(fields)
        target = fields["thanks" if fields["email"][0] else "sorry"][0]
        self.send_response(303)
        self.send_header("Location", self.server.home + urlsplit(target).path.removeprefix("/"))  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@dataclasses.dataclass
class LiveForm:
    address: str
    received: list[dict[str, list[str]]]


@pytest.fixture(scope="module")
def live(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveForm]:
    """The publication with a comment service configured; both on loopback."""
    received: list[dict[str, list[str]]] = []
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Service,), {"received": received}))
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    comments = Comments(
        action=f"http://127.0.0.1:{service.server_port}/comments",
        spam_filter="Akismet",
        notice_page="comment-data.md",
        fields={"comment": "message"},
        hidden={"site": "hexapla"},
    )
    folder = tmp_path_factory.mktemp("live") / "site"
    # A service on loopback is nothing for readers, and the build says so.
    lenient = {("development-host", ""): Severity.WARNING}
    building.build(publication.read(dataclasses.replace(site, site_dir=folder, comments=comments, severities=lenient)))
    with serving(folder) as url:
        service.home = url  # type: ignore[attr-defined]
        yield LiveForm(url, received)
    service.shutdown()
    service.server_close()


def fill(page: Any) -> None:
    page.locator("#comment-name").fill("Wanjikũ")
    page.locator("#comment-email").fill("wanjiku@example.org")
    page.locator("#comment-text").fill("Asante sana — 你好 & <b>")
    page.locator("#comment-consent").check()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_comment_arrives_and_the_reader_is_thanked(chromium: Any, live: LiveForm, site: Site, scripts: bool) -> None:
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    texts = publication.read(site)
    live.received.clear()
    page.goto(live.address + texts.url(site.locale("sw"), ARTICLE))
    assert not page.locator(".hx-closed").count()
    assert "Akismet" in page.locator(".hx-spam").text_content()
    fill(page)
    page.locator(".hx-comments button").click()
    page.wait_for_url("**/sw/comments/thanks/")
    (fields,) = live.received
    assert fields["message"] == ["Asante sana — 你好 & <b>"]
    assert (fields["name"], fields["locale"], fields["site"]) == (["Wanjikũ"], ["sw"], ["hexapla"])
    assert fields["page"] == [texts.absolute_url(site.locale("sw"), ARTICLE)]
    assert fields["trap"] == [""]
    words = catalogs.load(site, site.locale("sw"))
    assert page.locator("h1").text_content() == words.gettext("Thank you")
    context.close()


def test_errors_of_the_form_are_told_in_the_pages_language(chromium: Any, live: LiveForm, site: Site) -> None:
    visit = Visit(chromium, live.address, locale="en-GB")
    words = catalogs.load(site, site.locale("hi"))
    live.received.clear()
    page = visit.go(publication.read(site).url(site.locale("hi"), ARTICLE))
    page.locator("#comment-email").fill("nobody")
    page.locator("#comment-website").fill("example")
    page.locator(".hx-comments button").click()
    page.locator(".hx-error").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "comment-name"
    errors = {
        field: page.locator(f"#{page.locator(f'#{field}').get_attribute('aria-describedby')}").text_content()
        for field in ("comment-name", "comment-email", "comment-website", "comment-text", "comment-consent")
    }
    required = words.gettext("Please fill in this field.")
    assert errors["comment-name"] == errors["comment-text"] == required
    assert "name@example.org" in errors["comment-email"]
    assert "https://example.org/" in errors["comment-website"]
    assert errors["comment-consent"] == words.gettext("Without your consent the comment cannot be taken.")
    assert page.get_by_role("alert").is_visible()
    assert visit.violations() == []
    assert live.received == []
    fill(page)
    page.locator("#comment-website").fill("")
    page.locator("#comment-website").blur()
    page.wait_for_function("!document.querySelector('.hx-error:not(.hx-mended)')")
    assert page.locator(".hx-error:visible").count() == 0
    visit.context.close()


@pytest.mark.parametrize("code", CODES)
def test_form_is_reached_and_named_by_keyboard_and_screen_reader(
    chromium: Any, live: LiveForm, site: Site, code: str
) -> None:
    visit = Visit(chromium, live.address)
    page = visit.go(publication.read(site).url(site.locale(code), ARTICLE))
    words = catalogs.load(site, site.locale(code))
    page.locator("#comment-name").focus()
    names = []
    for _ in range(6):
        names.append(
            page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent").strip()
        )
        page.keyboard.press("Tab")
    expected = ["Name", "E-mail address", "Website", "Comment"]
    assert [name.split("\n")[0].split(" (")[0] for name in names[:4]] == [words.gettext(one) for one in expected]
    assert names[5] == words.gettext("Send the comment")
    assert page.get_by_role("group", name=words.gettext("Leave a comment")).count() == 1
    assert page.get_by_role("region", name=words.gettext("What do you think?")).count() == 1
    assert visit.violations() == []
    visit.context.close()


def test_skip_link_leads_to_the_text(visit: Visit) -> None:
    page = visit.go("is/about/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "hx-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
