"""Pictures of posts in the inbox: who sees them, how long they are kept, and when they go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from monitor.domain.mention import Media, MentionKey
from monitor.stages import people
from monitor.stages.removal import remove_post
from monitor.web.pictures import Pictures, sweep
from monitor.web.pictures.fetching import Fetcher
from tests.fakes.internet import Internet, internet
from tests.integration.web.conftest import Browser
from tests.integration.web.forms import form
from tests.integration.web.seed import PASSWORD, House
from tests.integration.web.test_picture_fetching import picture

URL = "https://photos.example/belt.jpg"
Net = tuple[Internet, Fetcher]
Given = dict[str, object]
Bag = tuple[int, int]
ALT = 'A grey pram on an empty belt "><script>window.hit=1</script>'


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    (tmp_path / "net").mkdir()
    with internet(tmp_path / "net") as (made, certificates):
        made.serves("/belt.jpg", picture("JPEG"), "image/jpeg")
        yield made, Fetcher(made.resolve, made.dial, certificates, longest=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inbox.db.pictures"


@pytest.fixture
def shown(house: House, net: Net, folder: Path) -> Given:
    """What an inbox that shows pictures is given."""
    return {"pictures": Pictures(folder, house.clock, net[1])}


@pytest.fixture
def bag(house: House) -> Bag:
    """(case, post) of somebody with a photo, a video, a page, and a photo that is none."""
    media = (
        Media("photo", URL, ALT),
        Media("video", "https://photos.example/v.mp4", None),
        Media("link", "https://photos.example/", None),
        Media("photo", "javascript:alert(1)", None),
        Media("photo", "http://169.254.169.254/latest/meta-data/", None),
    )
    case_id, _ = house.add_case("whose pram is this", media=media)
    with house.store.read() as session:
        return case_id, session.casework.mention_ids(case_id)[0]


def remove(house: House, post: int) -> None:
    with house.store.write() as session:
        stored = session.mentions.get(post)
        assert stored is not None
        key = MentionKey(stored.mention.platform, stored.mention.native_id)
        assert remove_post(session, key, house.clock.now(), "deleted")


def test_by_default_nothing_is_shown_and_nothing_fetched(
    house: House, browser: Browser, net: Net, bag: Bag
) -> None:
    client = browser("agent")
    page = client.get(f"/cases/{bag[0]}").text
    assert "<img" not in page and "/pictures/" not in page
    assert "A grey pram on an empty belt" in page
    answer = client.get(f"/pictures/{bag[1]}/0")
    assert (answer.status_code, "[web] images" in answer.text) == (404, True)
    assert net[0].dialled == []


def test_a_case_shows_its_photos_with_their_description(
    house: House,
    browser: Browser,
    net: Net,
    bag: Bag,
    shown: Given,
) -> None:
    client = browser("agent", **shown)
    page = client.get(f"/cases/{bag[0]}").text
    assert f'<img src="/pictures/{bag[1]}/0" alt="A grey pram on an empty belt &#34;&gt;&lt;script' in page
    assert page.count("<img") == 3, "photos only"
    assert "photos.example" not in page.replace(f'href="{URL}"', "").replace(
        'href="https://photos.example/', ""
    ), "the address outside stands in links alone"
    answer = client.get(f"/pictures/{bag[1]}/0")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    made = Image.open(BytesIO(answer.content))
    assert (made.format, made.size) == ("WEBP", (40, 30))


def test_a_picture_is_nothing_but_a_picture_to_a_browser(browser: Browser, bag: Bag, shown: Given) -> None:
    headers = browser("agent", **shown).get(f"/pictures/{bag[1]}/0").headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["content-disposition"] == 'inline; filename="picture.webp"'
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_it_is_fetched_once_and_asked_for_again_cheaply(
    browser: Browser, net: Net, bag: Bag, shown: Given
) -> None:
    client = browser("agent", **shown)
    first = client.get(f"/pictures/{bag[1]}/0")
    again = client.get(f"/pictures/{bag[1]}/0", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(net[0].asked) == 1


def test_what_can_not_be_had_is_said_and_not_asked_for_again_at_once(
    house: House,
    browser: Browser,
    net: Net,
    bag: Bag,
    shown: Given,
) -> None:
    client = browser("agent", **shown)
    for number in (3, 4):
        answer = client.get(f"/pictures/{bag[1]}/{number}")
        assert (answer.status_code, "PZ-610" in answer.text) == (404, True)
        assert "169.254" not in answer.text
    assert net[0].dialled == []
    net[0].pages.clear()
    assert [client.get(f"/pictures/{bag[1]}/0").status_code for _ in range(3)] == [404] * 3
    assert len(net[0].asked) == 1
    net[0].serves("/belt.jpg", picture("JPEG"), "image/jpeg")
    house.clock.forward(minutes=16)
    assert client.get(f"/pictures/{bag[1]}/0").status_code == 200


def test_nothing_but_photos_of_stored_posts_can_be_asked_for(
    browser: Browser, net: Net, bag: Bag, shown: Given
) -> None:
    client = browser("agent", **shown)
    paths = [f"/pictures/{bag[1]}/{n}" for n in (1, 2, 5, 19)] + ["/pictures/999/0"]
    assert [client.get(p).status_code for p in paths] == [404] * 5
    for odd in ("/pictures/x/0", f"/pictures/{bag[1]}/20", f"/pictures/{bag[1]}/-1", "/pictures/0/0"):
        assert client.get(odd).status_code == 400
    assert client.get(f"/pictures/{bag[1]}/{URL}").status_code == 404
    assert net[0].dialled == []


def test_only_who_may_see_the_post_sees_the_picture(
    house: House, browser: Browser, bag: Bag, shown: Given
) -> None:
    assert browser(None, **shown).get(f"/pictures/{bag[1]}/0").status_code == 303
    with house.store.write() as session:
        session.brands.assign({"x-mentions": "Air"})
    people.add_user(house.store, "cargo", "agent", PASSWORD, house.clock, brands=["Cargo"])
    cargo, viewer = browser("cargo", **shown), browser("viewer", **shown)
    assert viewer.get(f"/pictures/{bag[1]}/0").status_code == 200
    assert cargo.get(f"/pictures/{bag[1]}/0").status_code == 404


def test_a_picture_goes_with_its_post(
    house: House, browser: Browser, folder: Path, bag: Bag, shown: Given
) -> None:
    client = browser("agent", **shown)
    first = client.get(f"/pictures/{bag[1]}/0")
    assert len(list(folder.iterdir())) == 1
    remove(house, bag[1])
    answer = client.get(f"/pictures/{bag[1]}/0", headers={"if-none-match": first.headers["etag"]})
    assert answer.status_code == 404, "a browser that kept it is told"
    assert list(folder.iterdir()) == []


def test_who_does_not_look_at_it_again_has_it_swept_away(
    house: House, browser: Browser, folder: Path, bag: Bag, shown: Given
) -> None:
    browser("agent", **shown).get(f"/pictures/{bag[1]}/0")

    def swept() -> int:
        with house.store.read() as session:
            return sweep(folder, house.clock.now(), session.mentions.there)

    assert (swept(), len(list(folder.iterdir()))) == (0, 1)
    remove(house, bag[1])
    assert (swept(), list(folder.iterdir())) == (1, [])
    assert swept() == 0


def test_pictures_are_kept_for_a_week(
    house: House, browser: Browser, net: Net, folder: Path, bag: Bag,
    shown: Given,
) -> None:  # fmt: skip
    client = browser("agent", **shown)
    client.get(f"/pictures/{bag[1]}/0")
    half = folder / ".123.half"
    half.write_bytes(b"died while it wrote")
    house.clock.forward(days=6)
    client.post("/sign-in", data={"name": "agent", "password": PASSWORD})
    client.get(f"/pictures/{bag[1]}/0")
    assert len(net[0].asked) == 1
    house.clock.forward(days=2)
    with house.store.read() as session:
        there = session.mentions.there
        later = house.clock.now() + timedelta(days=365 * 5)
        assert sweep(folder, later, there) == 2
    assert list(folder.iterdir()) == []


def test_an_edited_post_shows_its_new_picture(
    house: House,
    browser: Browser,
    net: Net,
    bag: Bag,
    shown: Given,
) -> None:
    client = browser("agent", **shown)
    first = client.get(f"/pictures/{bag[1]}/0").content
    net[0].serves("/new.jpg", picture("JPEG", (80, 20)), "image/jpeg")
    with house.store.write() as session:
        conn = session.connection.db.conn  # type: ignore[attr-defined]
        conn.execute(
            "UPDATE mentions SET media = replace(media, 'belt.jpg', 'new.jpg') WHERE id = ?", (bag[1],)
        )
    assert client.get(f"/pictures/{bag[1]}/0").content != first


def test_the_pages_of_a_case_still_bring_only_what_is_ours(browser: Browser, bag: Bag, shown: Given) -> None:
    client: httpx.Client = browser("agent", **shown)
    page = client.get(f"/cases/{bag[0]}")
    assert "img-src 'self'" in page.headers["content-security-policy"]
    assert form(page.text, f"/cases/{bag[0]}/note") == {"text": ""}
