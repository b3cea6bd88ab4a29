"""A dropped connection gives no byte, and leaves the server well."""

import http.client

import pytest

from tests.sandbox.running import API_KEY, RunningSandbox


def test_not_one_byte_arrives(sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="drop", operation="retrieve", when="before", times=1)
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    connection.request("GET", "/v1/balance", headers=headers)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()
    assert sandbox.get("/v1/balance").status == 200


def test_a_client_that_gives_up_on_a_hanging_server_frees_it(sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="hang", operation="retrieve", times=3)
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=0.1)
        connection.request("GET", "/v1/balance", headers={"Authorization": f"Bearer {API_KEY}"})
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
    assert sandbox.get("/v1/balance").status == 200
