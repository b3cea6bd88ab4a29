"""Wiring of the gateway's control plane."""

import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from fastapi import FastAPI
from pydantic import Field

from guichet.gateway.consumers import Announcements
from guichet.gateway.data_plane import DataPlane, find_binary, worker_identity
from guichet.gateway.domain import SERVICES, Address, Roster, parse_address, parse_instances
from guichet.gateway.http_api import router
from guichet.gateway.nginx_conf import Features, Layout
from guichet.gateway.probes import Names, Prober, resolve
from guichet.gateway.use_cases import Steering, files_max, new_steering
from guichet.kernel.app import Check, create_app
from guichet.kernel.bus import Bus
from guichet.kernel.service import serve
from guichet.kernel.settings import CommonSettings
from guichet.kernel.workers import Workers

HTTP_PORT = 80
SIGN_IN_RATES = {False: (200, 400), True: (20, 40)}
"""Sign-ins a second and at once from one address, in development and in production.

All clients of a developer's machine share its address; auth counts by account there too.
"""
GENERAL_RATE_IN_PRODUCTION = 200
CONNECTIONS_PER_ADDRESS_IN_PRODUCTION = 400
SALES_PER_INSTANCE = 1_200
"""What one instance of tickets has done in a second or so; paid ones, within their patience."""

PASSWORDS_PER_INSTANCE = 24
"""What a lone core hashes in a second or two; beside a sale, within the patience of a request."""


class GatewaySettings(CommonSettings):
    """What the gateway needs to know. Rates are requests a second from one address; 0: no limit."""

    gateway_instances: str = ""
    gateway_host: str = ""
    gateway_sign_in_rate: int | None = Field(default=None, ge=1)
    gateway_sign_in_burst: int | None = Field(default=None, ge=0)
    gateway_general_rate: int | None = Field(default=None, ge=0)
    gateway_connections_per_address: int | None = Field(default=None, ge=0)
    gateway_sales_per_instance: int = Field(default=SALES_PER_INSTANCE, ge=1)
    gateway_passwords_per_instance: int = Field(default=PASSWORDS_PER_INSTANCE, ge=1)
    gateway_workers: int = Field(default=2, ge=1)
    gateway_connections: int = Field(default=8192, ge=64)
    gateway_trusted_proxies: str = ""
    gateway_web_folder: Path | None = None
    nginx_binary: str = ""
    stripe_publishable_key: str = ""
    stripe_api_url: str = ""

    def pays_at_provider(self) -> bool:
        """Whether cards are typed into the live provider's own fields, not the sandbox's form."""
        return bool(self.stripe_publishable_key) and not self.stripe_api_url

    def targets(self) -> Mapping[str, Sequence[Address]]:
        """Return the addresses named for each service; ValueError where one is malformed."""
        named = parse_instances(self.gateway_instances)
        return {
            service: named.get(service) or [parse_address(self.url_of(service))]
            for service in SERVICES
        }

    def web(self) -> Path:
        """Return the folder of the built web app, which need not be there yet."""
        beside_source = Path(__file__).resolve().parents[3] / "web" / "dist"
        return self.gateway_web_folder or beside_source


def build(settings: GatewaySettings | None = None, port: int | None = None) -> FastAPI:
    """Return the control plane's application; `port` is its own where not the usual one."""
    chosen = settings or GatewaySettings()
    roster = Roster()
    plane = DataPlane(find_binary(chosen.nginx_binary), chosen.storage_dir / "nginx")

    @asynccontextmanager
    async def context(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with AsyncExitStack() as stack:
            (chosen.storage_dir / "logs").mkdir(parents=True, exist_ok=True)
            plane.prepare()
            layout = layout_of(chosen, plane, await plane.features(), port)
            steering = new_steering(roster, plane, layout, chosen.web())
            names = Names(chosen.targets(), roster, steering.changed)
            bus = Bus(chosen.nats_url, name="gateway")
            announcements = Announcements(bus, roster, resolve, steering.changed)
            app.state.settings = chosen
            app.state.steering = steering
            app.state.announcements = announcements
            await names.place_all(presumed=True)
            steering.recall()
            await steering.apply()
            session = await stack.enter_async_context(aiohttp.ClientSession())
            workers = Workers()
            stack.push_async_callback(workers.stop)
            start(workers, steering, names, Prober(session, roster, steering.changed))
            if chosen.nats_url:
                workers.start("announcements", announcements.run)
            yield {"configuration": steering.check}

    return create_app(
        service="gateway", title="Guichet: gateway", context=context, routers=[router]
    )


def start(workers: Workers, steering: Steering, names: Names, prober: Prober) -> None:
    """Start what runs beside the HTTP API."""
    workers.start("steering", steering.run)
    workers.start("names", names.run)
    workers.start("probes", prober.run)


def layout_of(
    settings: GatewaySettings, plane: DataPlane, features: Features, port: int | None
) -> Layout:
    """Return what of the configuration follows from the settings and this machine."""
    production = settings.is_production
    user, group = worker_identity()
    files = files_max()
    host = settings.gateway_host or settings.host
    general, per_address = settings.gateway_general_rate, settings.gateway_connections_per_address
    if general is None:
        general = GENERAL_RATE_IN_PRODUCTION if production else 0
    if per_address is None:
        per_address = CONNECTIONS_PER_ADDRESS_IN_PRODUCTION if production else 0
    sign_in_rate, sign_in_burst = SIGN_IN_RATES[production]
    if settings.gateway_sign_in_rate is not None:
        sign_in_rate = settings.gateway_sign_in_rate
    if settings.gateway_sign_in_burst is not None:
        sign_in_burst = settings.gateway_sign_in_burst
    trusted = settings.gateway_trusted_proxies.replace(",", " ").split()
    return Layout(
        host=f"[{host}]" if ":" in host else host,
        gateway_port=settings.port("gateway"),
        load_balancer_ports=load_balancer_ports(settings, host, plane),
        control_plane=Address(own_host(settings.host), port or settings.port("control_plane")),
        upstreams={},
        mailbox=None if production else Address("127.0.0.1", settings.port("mailbox")),
        web_root=None,
        temp_folder=plane.temp_folder().resolve(),
        error_log=(settings.storage_dir / "logs" / "nginx.log").resolve(),
        trouble_log=(settings.storage_dir / "logs" / "nginx-trouble.log").resolve(),
        is_production=production,
        worker_user=user,
        worker_group=group,
        workers=settings.gateway_workers,
        connections=min(settings.gateway_connections, files // 2),
        files_max=files,
        sign_in_rate=sign_in_rate,
        sign_in_burst=sign_in_burst,
        general_rate=general,
        connections_per_address=per_address,
        sales_per_instance=settings.gateway_sales_per_instance,
        passwords_per_instance=settings.gateway_passwords_per_instance,
        trusted_proxies=trusted,
        features=features,
        pays_at_provider=settings.pays_at_provider(),
    )


def own_host(host: str) -> str:
    """Return where this process reaches itself when it listens on `host`."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound


def load_balancer_ports(settings: GatewaySettings, host: str, plane: DataPlane) -> list[int]:
    """Return where the load balancer listens: port 80 too, where that may be bound and is free."""
    ports = [settings.port("load_balancer"), settings.port("web")]
    if settings.port_shift == 0 and (may_bind(host, HTTP_PORT) or holds(plane, host, HTTP_PORT)):
        ports.append(HTTP_PORT)
    return ports


def may_bind(host: str, port: int) -> bool:
    """Whether this process could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holds(plane: DataPlane, host: str, port: int) -> bool:
    """Whether it is our own nginx, still running, that listens there."""
    line = f"listen {host}:{port} "
    return plane.master() is not None and plane.file.exists() and line in plane.file.read_text()


def run(port: int | None = None) -> None:
    """Serve the control plane until told to stop."""
    settings = GatewaySettings()
    chosen = port or settings.port("control_plane")
    serve(build(settings, chosen), settings, service="gateway", port=chosen)
