"""The examples for Ray and Spark give the bits of one call."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kullback


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(0)
    p = rng.normal(size=(500, 40)).astype("f4")
    q = p + rng.normal(size=p.shape).astype("f4")
    lists = [pa.FixedSizeListArray.from_arrays(pa.array(side.ravel()), 40).cast(pa.list_(pa.float32())) for side in (p, q)]
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"row": np.arange(500), "target": lists[0], "model": lists[1]}), path, row_group_size=130)
    return path, kullback.forward_kl(p, q)


def test_ray(file):
    ray = pytest.importorskip("ray")
    from ray_data import forward_kl

    path, want = file
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        rows = ray.data.read_parquet(str(path)).map_batches(forward_kl, batch_format="pyarrow", batch_size=77)
        found = rows.to_pandas().sort_values("row")["forward_kl"].to_numpy()
    finally:
        ray.shutdown()
    np.testing.assert_array_equal(found, want)


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_spark(file):
    sql = pytest.importorskip("pyspark.sql")
    from spark import forward_kl

    path, want = file
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        rows = session.read.parquet(str(path)).mapInArrow(forward_kl, "row long, forward_kl double")
        found = rows.toPandas().sort_values("row")["forward_kl"].to_numpy()
    finally:
        session.stop()
    np.testing.assert_array_equal(found, want)
