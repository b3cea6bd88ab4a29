"""The rendered configuration, and that nginx accepts each of its shapes."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from guichet.gateway.data_plane import find_binary
from guichet.gateway.domain import SERVICES, Address
from guichet.gateway.nginx_conf import (
    NAMELESS,
    PATIENCE_SECONDS,
    SALE_PATIENCE_SECONDS,
    STRIPPED_HEADERS,
    Features,
    Layout,
    quoted,
    render,
)
from guichet.gateway.problems import OWN_PROBLEMS


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An ordinary layout of a developer's machine."""
    return Layout(
        host="127.0.0.1",
        gateway_port=48000,
        load_balancer_ports=[48080, 43000],
        control_plane=Address("127.0.0.1", 48006),
        upstreams={name: [Address("127.0.0.1", 48001 + i)] for i, name in enumerate(SERVICES)},
        mailbox=Address("127.0.0.1", 48011),
        web_root=None,
        temp_folder=tmp_path / "temp",
        error_log=tmp_path / "nginx.log",
        trouble_log=tmp_path / "trouble.log",
        is_production=False,
        worker_user="",
        worker_group="",
        workers=2,
        connections=512,
        files_max=1024,
        sign_in_rate=20,
        sign_in_burst=40,
        general_rate=0,
        connections_per_address=0,
        sales_per_instance=50,
        passwords_per_instance=10,
        trusted_proxies=[],
        features=Features(),
    )


def accepted(text: str, folder: Path) -> None:
    """Let nginx itself read the text."""
    (folder / "temp").mkdir(exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(text, "utf-8")
    command = [str(find_binary()), "-t", "-p", f"{folder}/", "-c", file.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def locations(text: str) -> list[str]:
    return re.findall(r"location ([^{]+) \{", text)


def test_nginx_accepts_the_configuration(layout: Layout, tmp_path: Path) -> None:
    accepted(render(layout), tmp_path)


def test_nginx_accepts_every_other_shape(layout: Layout, tmp_path: Path) -> None:
    several = [Address("10.0.0.1", 1), Address("fd00::1", 2)]
    shapes = [
        replace(layout, upstreams=dict.fromkeys(SERVICES, ())),
        replace(layout, upstreams=dict.fromkeys(SERVICES, several)),
        replace(layout, is_production=True, mailbox=None, general_rate=100),
        replace(layout, connections_per_address=50, trusted_proxies=["10.0.0.0/8", "fd00::/8"]),
        replace(layout, web_root=tmp_path / "it's here \\ and there"),
        replace(layout, features=Features(has_headers_more=True, has_keepalive_min_timeout=True)),
    ]
    for shape in shapes:
        accepted(render(shape), tmp_path)


def test_equal_layouts_give_equal_texts(layout: Layout) -> None:
    assert render(layout) == render(replace(layout))
    assert render(layout) != render(replace(layout, sign_in_rate=21))


def test_every_instance_is_listed_and_a_post_is_never_repeated(layout: Layout) -> None:
    two = [Address("10.0.0.1", 8004), Address("10.0.0.2", 8004)]
    text = render(replace(layout, upstreams={**layout.upstreams, "tickets": two}))
    upstream = text[text.index("upstream guichet_tickets {") :]
    assert re.findall(r"server (\S+) max_fails", upstream[: upstream.index("}")]) == [
        "10.0.0.1:8004",
        "10.0.0.2:8004",
    ]
    assert re.findall(r"proxy_next_upstream (.*);", text) == ["error timeout"]
    assert "non_idempotent" not in text


def test_a_service_without_instances_answers_503(layout: Layout) -> None:
    text = render(replace(layout, upstreams={**layout.upstreams, "users": []}))
    assert "upstream guichet_users" not in text
    assert "proxy_pass http://guichet_users" not in text
    assert re.search(r"location /api/v1/users/ \{ return 503; \}", text)


def test_production_has_no_debugging_routes(layout: Layout) -> None:
    production = render(replace(layout, is_production=True, mailbox=None))
    for path in ("/tickets/", "/auth/", "/mailbox/"):
        assert path in locations(render(layout))
        assert path not in locations(production)
    assert "max-age=63072000" in production
    assert "max-age=63072000" not in render(layout)


def test_the_web_app_takes_the_place_of_the_index(layout: Layout, tmp_path: Path) -> None:
    text = render(replace(layout, web_root=tmp_path))
    load_balancer = text[text.index("listen 127.0.0.1:48080") :]
    assert "try_files $uri /index.html;" in load_balancer
    assert load_balancer.count("location = / {") == 1
    assert "immutable" in load_balancer
    assert 'add_header Permissions-Policy "camera=(self)' in load_balancer
    assert "script-src 'self' 'wasm-unsafe-eval';" in load_balancer


def test_heads_of_pages_are_asked_of_events_and_never_from_outside(
    layout: Layout, tmp_path: Path
) -> None:
    text = render(replace(layout, web_root=tmp_path))
    assert "page_head" not in render(layout)
    head = text[text.index("location /page-head/ {") :]
    head = head[: head.index("}")]
    assert "internal;" in head
    assert "proxy_pass http://guichet_events;" in head
    # Whatever happens there, the page is shown, with its own head.
    assert "error_page 400 404 422 429 500 502 503 504 = @no_page_head;" in head
    nobody = render(replace(layout, web_root=tmp_path, upstreams=dict.fromkeys(SERVICES, ())))
    accepted(nobody, tmp_path)


def test_pages_load_the_providers_script_only_where_it_takes_the_cards(
    layout: Layout, tmp_path: Path
) -> None:
    ours = render(replace(layout, web_root=tmp_path))
    theirs = render(replace(layout, web_root=tmp_path, pays_at_provider=True))
    assert "stripe" not in ours
    assert "script-src 'self' https://js.stripe.com" in theirs
    assert "frame-src https://js.stripe.com https://hooks.stripe.com" in theirs
    assert "connect-src 'self' https://api.stripe.com" in theirs


def test_limits_against_slow_and_greedy_clients(layout: Layout) -> None:
    text = render(layout)
    for directive in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert re.search(rf"{directive} 1[05]s;", text)
    assert "client_max_body_size 256k;" in text
    assert "proxy_request_buffering on;" in text
    assert "client_body_buffer_size 256k;" in text, "a body with a card must not reach a file"
    assert text.count("client_max_body_size 12m;") == 4
    assert "rate=20r/s" in text
    assert "zone=general" not in text
    limited = render(replace(layout, general_rate=7, connections_per_address=9))
    assert "zone=general:10m rate=7r/s" in limited
    assert "limit_conn addresses 9;" in limited


def test_every_refusal_of_nginx_is_a_problem_in_both_servers(layout: Layout) -> None:
    text = render(layout)
    for problem in OWN_PROBLEMS:
        name = "= /problem/" if problem.status in NAMELESS else "@problem_"
        assert text.count(f"location {name}{problem.status} {{") == 2
        assert f'"code": "{problem.code}"' in text


def test_forged_headers_are_dropped_by_any_nginx(layout: Layout) -> None:
    text = render(layout)
    for name in STRIPPED_HEADERS:
        assert f'proxy_set_header {name} "";' in text
    assert "more_clear_input_headers" not in text
    richer = render(replace(layout, features=Features(has_headers_more=True)))
    assert '"X-User-*"' in richer


@pytest.mark.parametrize(
    "name",
    [
        *("X-User", "X-User-Id", "X-User-Role", "X-User-Roles", "X-User-Email", "X-User-Name"),
        *("X-User-Permissions", "X-Forwarded-User", "X-Forwarded-Email", "X-Original-URL"),
        *("X-Rewrite-URL", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Forwarded"),
    ],
)
def test_no_header_of_a_client_says_who_is_asking(layout: Layout, name: str) -> None:
    """Each by its name: a list that is only compared with itself could lose one."""
    assert f'proxy_set_header {name} "";' in render(layout)


def test_the_forwarded_headers_of_a_trusted_proxy_survive(layout: Layout) -> None:
    features = Features(has_headers_more=True)
    text = render(replace(layout, trusted_proxies=["10.0.0.0/8"], features=features))
    assert "set_real_ip_from 10.0.0.0/8;" in text
    assert '"X-Forwarded-*"' not in text


def test_sales_are_kept_together_by_event_and_bounded(layout: Layout) -> None:
    two = [Address("10.0.0.1", 8004), Address("10.0.0.2", 8004)]
    text = render(replace(layout, upstreams={**layout.upstreams, "tickets": two}))
    upstream = text[text.index("upstream guichet_tickets_sales {") :]
    upstream = upstream[: upstream.index("}")]
    assert "hash $sale_key consistent;" in upstream
    assert upstream.count("max_conns=50;") == 2
    for path in ("purchase", "holds"):
        sale = f"location = /api/v1/tickets/{path} {{ proxy_pass http://guichet_tickets_sales;"
        assert text.count(sale) == 2
    nobody = render(replace(layout, upstreams={**layout.upstreams, "tickets": []}))
    assert "upstream guichet_tickets_sales" not in nobody
    assert "location = /api/v1/tickets/purchase { return 503; }" in nobody


def test_no_request_may_wait_for_longer_than_nginx_does() -> None:
    assert SALE_PATIENCE_SECONDS <= PATIENCE_SECONDS < 15


def test_quoting() -> None:
    assert quoted("l'été \\") == "'l\\'été \\\\'"
    with pytest.raises(ValueError, match="dollar"):
        quoted("a $variable")
