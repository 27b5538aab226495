"""Spark: forward KL of two columns of arrays, a batch of Arrow at a time.

Run: spark-submit spark.py FILE.parquet, with columns row, target and model.
"""

import sys
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import SparkSession

import kullback


def forward_kl(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        values = kullback.forward_kl(batch["target"], batch["model"], threads=1)
        yield pa.RecordBatch.from_arrays([batch["row"], pa.array(values)], ["row", "forward_kl"])


if __name__ == "__main__":
    spark = SparkSession.builder.getOrCreate()
    rows = spark.read.parquet(sys.argv[1]).mapInArrow(forward_kl, "row long, forward_kl double")
    rows.selectExpr("avg(forward_kl)").show()
