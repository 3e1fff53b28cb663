"""What is fetched from outside, and above all what is not: from a real server, behind a resolver of ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from io import BytesIO

import httpcore
import pytest
from PIL import Image

from monitor.web.pictures.fetching import Fetcher, PictureRefused, system_dial, system_resolve, target_of
from monitor.web.pictures.making import made_anew
from tests.fakes.internet import Internet, internet
from tests.unit.domain.test_addresses import NOT_PUBLIC

URL = "http://photos.example/a.png"


@pytest.fixture(scope="module")
def one_net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Internet, Fetcher]]:
    with internet(tmp_path_factory.mktemp("net")) as (net, certificates):
        yield net, Fetcher(net.resolve, net.dial, certificates, longest=1.5, largest=200_000)


@pytest.fixture
def net(one_net: tuple[Internet, Fetcher]) -> Internet:
    made = one_net[0]
    made.names = {"photos.example": [["93.184.215.14"]], "other.example": [["93.184.215.15"]]}
    made.pages.clear()
    made.looked_up.clear()
    made.dialled.clear()
    made.asked.clear()
    made.slow_names = 0.0
    made.serves("/a.png", picture())
    return made


@pytest.fixture
def fetcher(one_net: tuple[Internet, Fetcher], net: Internet) -> Fetcher:
    del net
    return one_net[1]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **save: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **save)
    return out.getvalue()


def refused(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(PictureRefused) as caught:
        fetcher.fetch(url)
    return caught.value.rule


# --- what goes ------------------------------------------------------------------------------------


def test_a_picture_is_fetched_by_name_from_the_address_that_was_looked_at(
    net: Internet, fetcher: Fetcher
) -> None:
    assert fetcher.fetch(URL) == picture()
    assert (net.looked_up, net.dialled) == (["photos.example"], [("93.184.215.14", 80)])
    assert net.asked == [("photos.example", "/a.png")]


def test_over_https_the_certificate_is_held_against_the_name(net: Internet, fetcher: Fetcher) -> None:
    assert fetcher.fetch("https://photos.example/a.png") == picture()
    assert net.dialled == [("93.184.215.14", 443)]
    assert refused(fetcher, "https://other.example/a.png") == "no answer"


def test_redirects_are_followed_three_times(net: Internet, fetcher: Fetcher) -> None:
    net.moves("/1", "/2")
    net.moves("/2", "//other.example/3", 307)
    net.moves("/3", "http://photos.example/a.png", 308)
    assert fetcher.fetch("http://photos.example/1") == picture()
    assert net.looked_up == ["photos.example", "photos.example", "other.example", "photos.example"]
    net.moves("/0", "/1")
    assert refused(fetcher, "http://photos.example/0") == "too many redirects"
    net.moves("/loop", "/loop")
    assert refused(fetcher, "http://photos.example/loop") == "too many redirects"


# --- addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_name_leads_inside(net: Internet, fetcher: Fetcher, address: str) -> None:
    net.names["evil.example"] = [[address]]
    assert refused(fetcher, "http://evil.example/") == "address"
    net.names["evil.example"] = [["93.184.215.14", address]]
    assert refused(fetcher, "http://evil.example/") == "address", "one of several is enough"
    net.moves("/go", "http://evil.example/latest/meta-data/")
    assert refused(fetcher, "http://photos.example/go") == "address", "nor does a redirect"
    assert [a for a, _ in net.dialled] == ["93.184.215.14"], "nothing but the one that redirects was dialled"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
        "017700000001", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "10.1",
        "192.168.257", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]",
        "[::127.0.0.1]", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127.0.0.1.", "127。0。0。1",
    ],
)  # fmt: skip
def test_no_spelling_of_an_address_leads_inside(net: Internet, fetcher: Fetcher, host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(PictureRefused):
            fetcher.fetch(f"{scheme}://{host}/a.png")
    assert net.dialled == []


def test_the_machines_own_names_lead_nowhere() -> None:
    fetcher = Fetcher(system_resolve, system_dial, longest=5)
    for host in ("localhost", "localhost.", "LOCALHOST", "127.0.0.1", "[::1]"):
        assert refused(fetcher, f"http://{host}/") in ("address", "no such host"), host


def test_a_name_that_changes_its_mind_changes_nothing(net: Internet, fetcher: Fetcher) -> None:
    """DNS rebinding: public when it is looked at, inside a moment later."""
    net.names["rebind.example"] = [["93.184.215.14"], ["127.0.0.1"], ["169.254.169.254"]]
    assert fetcher.fetch("http://rebind.example/a.png") == picture()
    assert (net.looked_up, net.dialled) == (["rebind.example"], [("93.184.215.14", 80)])
    net.names["rebind.example"] = [["93.184.215.14"], ["127.0.0.1"]]
    net.moves("/again", "http://rebind.example/a.png")
    net.dialled.clear()
    assert refused(fetcher, "http://rebind.example/again") == "address", "each hop is looked at anew"
    assert net.dialled == [("93.184.215.14", 80)]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://photos.example:22/", "port"),
        ("http://photos.example:443/", "port"),
        ("https://photos.example:80/", "port"),
        ("http://photos.example:8080/", "port"),
        ("http://photos.example:0/", "port"),
        ("http://photos.example:6379/", "port"),
        ("ftp://photos.example/a.png", "address"),
        ("file:///etc/passwd", "address"),
        ("gopher://photos.example/1", "address"),
        ("data:image/png;base64,AAAA", "address"),
        ("javascript:alert(1)", "address"),
        ("//photos.example/a.png", "address"),
        ("photos.example/a.png", "address"),
        ("http:photos.example/a.png", "address"),
        ("http:///a.png", "address"),
        ("http://", "address"),
        ("", "address"),
        ("http://user@photos.example/a.png", "address"),
        ("http://user:secret@photos.example/a.png", "address"),
        ("http://photos.example:80@127.0.0.1/", "address"),
        ("http://127.0.0.1#@photos.example/", "address"),
        ("http://photos.example/\r\nHost: evil", "address"),
        ("http://photos.example/a b", "address"),
        ("http://photos.example/\x00", "address"),
        ("http://[::1", "address"),
        ("http://photos.example:99999/", "port"),
        ("http://photos.example/" + "a" * 2000, "address"),
        ("http://" + "a" * 300 + ".example/", "no such host"),
        ("http://no-such-host.example/", "no such host"),
    ],
)
def test_what_is_no_address_of_a_picture(net: Internet, fetcher: Fetcher, url: str, rule: str) -> None:
    assert refused(fetcher, url) in (rule, "address")
    net.moves("/go", url or "//")
    with suppress(PictureRefused):  # as a redirect, what has no host is a path of the same one
        assert fetcher.fetch("http://photos.example/go") == picture()
        assert url in ("//photos.example/a.png", "http:///a.png", "http:photos.example/a.png")
    assert {a for a, _ in net.dialled} == {"93.184.215.14"}


def test_https_is_not_left_again(net: Internet, fetcher: Fetcher) -> None:
    net.moves("/go", URL)
    assert refused(fetcher, "https://photos.example/go") == "redirected to http"


def test_nothing_of_the_environment_reroutes_it(
    net: Internet, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetcher.fetch(URL) == picture()


# --- limits ------------------------------------------------------------------------------------------


def test_a_picture_that_is_too_large_is_left_where_it_is(net: Internet, fetcher: Fetcher) -> None:
    net.serves("/large", b"x" * 200_001)
    assert refused(fetcher, "http://photos.example/large") == "too large"

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", "image/png")
        request.send_header("transfer-encoding", "chunked")
        request.end_headers()
        for _ in range(50):
            request.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    net.pages["/endless"] = endless
    assert refused(fetcher, "http://photos.example/endless") == "too large"


@pytest.mark.parametrize("part", ["name", "head", "body", "silence"])
def test_time_is_limited_however_it_drips(net: Internet, fetcher: Fetcher, part: str) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\n"
        if part == "body":
            request.wfile.write(head)
        if part != "silence":
            for byte in head if part == "head" else b"x" * 100:
                request.wfile.write(bytes([byte]))
                request.wfile.flush()
                time.sleep(0.1)
        time.sleep(0.5)
        request.close_connection = True

    net.pages["/drip"] = drip
    net.slow_names = 3 if part == "name" else 0
    started = time.monotonic()
    rule = refused(fetcher, "http://photos.example/drip")
    assert time.monotonic() - started < 2.5
    assert rule == "took too long" or (part == "silence" and rule == "no answer")


@pytest.mark.parametrize(
    ("kind", "headers", "rule"),
    [
        ("text/html", {}, "no picture"),
        ("application/json", {}, "no picture"),
        ("image/png", {"content_encoding": "gzip"}, "encoded"),
    ],
)
def test_what_says_that_it_is_no_picture(
    net: Internet, fetcher: Fetcher, kind: str, headers: dict[str, str], rule: str
) -> None:
    net.serves("/odd", picture(), kind, **headers)
    assert refused(fetcher, "http://photos.example/odd") == rule


def test_what_is_not_there(net: Internet, fetcher: Fetcher) -> None:
    for status, rule in (
        (404, "not there"),
        (410, "not there"),
        (403, "not there"),
        (500, "no answer"),
        (206, "no answer"),
    ):
        net.serves("/gone", b"", status=status)
        assert refused(fetcher, "http://photos.example/gone") == rule
    net.pages["/rude"] = lambda request: request.wfile.write(b"\x00\xff not http at all\r\n\r\n") and None
    assert refused(fetcher, "http://photos.example/rude") == "no answer"

    def away(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("refused")

    assert refused(Fetcher(net.resolve, away), URL) == "no answer"


def test_ordinary_addresses_are_addresses() -> None:
    for url in (
        "https://pbs.twimg.com/media/A.jpg?name=large",
        "http://Bücher.example/ä.png",
        "https://a.example:443/x",
    ):
        assert target_of(url).host


# --- made anew ----------------------------------------------------------------------------------------


def opened(data: bytes) -> Image.Image:
    made = Image.open(BytesIO(data))
    made.load()
    return made


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_raster_picture_becomes_webp_of_a_sane_size(kind: str) -> None:
    made = opened(made_anew(picture(kind, (3000, 1500))))
    assert (made.format, made.size) == ("WEBP", (1600, 800))
    assert opened(made_anew(picture(kind, (3, 2)))).size == (3, 2)


def test_where_somebody_lives_stays_behind_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010E] = "hollowaytess at home"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture("JPEG", (40, 30), exif=exif, comment=b"hollowaytess")
    assert b"hollowaytess" in data
    made = made_anew(data)
    assert b"hollowaytess" not in made
    assert not opened(made).getexif()
    assert opened(made).size == (30, 40)


def test_only_the_first_frame_of_what_moves() -> None:
    frames = [Image.new("RGB", (8, 8), (shade, 0, 0)) for shade in (250, 5)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = opened(made_anew(out.getvalue()))
    assert getattr(made, "n_frames", 1) == 1
    assert made.convert("RGB").getpixel((1, 1))[0] > 200  # type: ignore[index]


def test_what_is_see_through_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(made_anew(out.getvalue())).mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"", ("no picture",)),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", ("no picture",)),
        (b"<html><script>alert(1)</script></html>", ("no picture",)),
        (b"%PDF-1.7", ("no picture",)),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", ("no picture",)),
        (picture("BMP"), ("no picture",)),
        (picture("TIFF"), ("no picture",)),
        (picture("PNG")[:40], ("no picture", "broken")),
        (picture("JPEG")[:200], ("no picture", "broken")),
        (b"GIF89a" + b"\xff" * 50, ("no picture", "broken")),
    ],
)
def test_what_is_no_raster_picture_is_refused(data: bytes, rules: tuple[str, ...]) -> None:
    with pytest.raises(PictureRefused) as caught:
        made_anew(data)
    assert caught.value.rule in rules


def test_a_small_file_with_a_large_picture_is_refused_before_it_is_decoded() -> None:
    bomb = picture("PNG", (9000, 9000))
    assert len(bomb) < 300_000
    started = time.monotonic()
    with pytest.raises(PictureRefused, match="too many pixels"):
        made_anew(bomb)
    assert time.monotonic() - started < 0.5


def test_what_hides_behind_a_picture_does_not_pass() -> None:
    data = picture("PNG") + b"<script>alert(document.domain)</script>"
    assert b"<script>" not in made_anew(data)
