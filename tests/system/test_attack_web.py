"""What a browser must not be made to do. See docs/attacks.md."""

import csv
import io

import aiohttp

from tests.system.running import PASSWORD, System

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
HOSTILE = ("https://evil.example", "null", "http://localhost.evil.example")


async def test_no_other_origin_is_let_in(system: System) -> None:
    person = await system.demo("user")
    for origin in HOSTILE:
        for door in ("gateway", "load_balancer"):
            answer = await system.call(
                "GET", "/auth/user", who=person, door=door, headers={"Origin": origin}
            )
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_cookie_from_elsewhere_changes_nothing(system: System) -> None:
    person = await system.register()
    body = {"email": person.email, "password": PASSWORD}
    answer = await system.call("POST", "/auth/login", body)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    pair = cookie.split(";")[0]
    for origin in HOSTILE:
        headers = {"Cookie": pair, "Origin": origin}
        assert (await system.call("POST", "/auth/refresh", headers=headers)).status == 403
    for headers in ({"Cookie": pair}, {"Cookie": pair, "Sec-Fetch-Site": "cross-site"}):
        assert (await system.call("POST", "/auth/refresh", headers=headers)).status == 403
    # Nothing but the refresh looks at the cookie.
    assert (await system.call("POST", "/auth/logout", headers={"Cookie": pair})).status == 401


async def test_a_script_in_a_title_is_inert_everywhere(system: System) -> None:
    event = await system.event(title=f"Soirée {SCRIPT}", description=SCRIPT)
    base = f"http://127.0.0.1:{system.port('load_balancer')}"
    async with aiohttp.ClientSession() as session:
        for path in (f"/api/v1/events/{event['id']}/head", f"/api/v1/events/{event['id']}/preview"):
            async with session.get(base + path) as answer:
                text = await answer.text()
            assert answer.status == 200
            assert "<script>alert" not in text
            assert "<img src=x" not in text
        async with session.get(f"{base}/api/v1/events/{event['id']}") as answer:
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    buyer = await system.register()
    await system.expect(200, "PUT", "/users/profile", {"name": f"Zoé {SCRIPT}"}, who=buyer)
    buyer = await system.sign_in(buyer.email)
    bought = await system.bought(buyer, event)
    assert bought.status == 201
    mail = await system.mail(buyer.email, "Soirée")
    assert "<script>alert" not in str(mail.get("html", ""))
    assert "<img src=x" not in str(mail.get("html", ""))


async def test_a_formula_in_a_name_is_a_text_in_the_csv(system: System) -> None:
    event, creator = await system.event(), await system.demo("event_creator")
    guest = {"name": FORMULA, "email": "formula@example.com"}
    assert (await system.bought(None, event, guest=guest)).status == 201
    answer = await system.call("GET", f"/tickets/events/{event['id']}/attendees.csv", who=creator)
    cells = [
        cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in row
    ]
    rows = [
        cell for line in answer.content.decode("utf-8-sig").splitlines() for cell in line.split(";")
    ]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [
        cell for cell in (*cells, *rows) if cell.lstrip('"').startswith(("=", "+", "-", "@"))
    ]


async def test_every_answer_tells_browsers_what_not_to_do(system: System) -> None:
    for door in ("gateway", "load_balancer"):
        for path in ("/events/public", "/auth/user", "/tickets/nothing/there"):
            headers = (await system.call("GET", path, door=door)).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["Server"] == "nginx", "no version is told"


async def test_what_is_no_picture_is_refused(system: System) -> None:
    event, creator = await system.event(), await system.demo("event_creator")
    url = system.url(f"/events/{event['id']}/image")
    headers = {"Authorization": f"Bearer {creator.token}"}
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    async with aiohttp.ClientSession() as session:
        for content in (b"", b"GIF89a", svg, b"\x89PNG\r\n\x1a\n" + b"x" * 5000, b"x" * 11_000_000):
            form = aiohttp.FormData()
            form.add_field("image", content, filename="a.png", content_type="image/png")
            async with session.put(url, data=form, headers=headers) as answer:
                assert answer.status in {413, 422}, (content[:10], answer.status)
