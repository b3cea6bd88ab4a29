"""What the benchmark has measured is what the simulation reckons with."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.model import PARTS, Setup, rate_max, walls
from bench.simulation import MEASURED, Scenario, compared, costs_in, measured_rate, row_of


def results(folder: Path, *figures: dict[str, Any]) -> Path:
    file = folder / "results.json"
    machine = {"cores": 2, "python": "3.13.0"}
    file.write_text(json.dumps({"machine": machine, "figures": figures}))
    return file


def figure(row: str, name: str, value: float) -> dict[str, Any]:
    return {"row": row, "name": name, "value": value}


def test_costs_come_from_the_benchmark(tmp_path: Path) -> None:
    parts = [figure("costs", name, 100 + n) for n, name in enumerate(PARTS)]
    others = [("batch", 5_000), ("batch_order", 30), ("wal", 2_500), ("rate", 1_000)]
    file = results(tmp_path, *parts, *(figure("costs", name, value) for name, value in others))
    costs = costs_in(file)
    assert costs.tickets == pytest.approx(100e-6)
    assert costs.followers == pytest.approx(104e-6)
    assert (costs.batch, costs.batch_order) == pytest.approx((5e-3, 30e-6))
    assert costs.wal_bytes == 2_500
    assert "2 cores" in costs.source


def test_without_them_those_of_the_documents_count(tmp_path: Path) -> None:
    assert costs_in(tmp_path / "nothing.json") == MEASURED
    assert costs_in(results(tmp_path, figure("free", "x", 1_000))) == MEASURED


def test_the_model_is_compared_with_what_was_measured(tmp_path: Path) -> None:
    assert measured_rate(tmp_path / "nothing.json") is None
    assert measured_rate(results(tmp_path)) is None
    measured = measured_rate(results(tmp_path, figure("free", "x", 1_000)))
    assert measured is not None
    assert measured == (1_000, 2)
    said, error = compared(MEASURED, measured)
    assert said == rate_max(walls(Setup(cores=2, instances=1, is_shared=True), MEASURED))
    assert error == pytest.approx(said / 1_000 - 1)


def test_a_line_of_the_table_names_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.simulation.BUYERS", 2_000)
    monkeypatch.setattr("bench.simulation.SECONDS", 20.0)
    line = row_of(Scenario("paid", Setup(cores=4, instances=4, provider_rate=500)), MEASURED)
    assert line[0] == "paid"
    assert line[1] == "500/s"
    assert line[2] == "payment provider"
