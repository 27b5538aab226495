"""Ray Data: forward KL of two columns of lists, a batch of Arrow at a time.

Run: python ray_data.py FILE.parquet, with columns target and model.
"""

import sys

import pyarrow as pa
import ray

import kullback


def forward_kl(batch: pa.Table) -> pa.Table:
    values = kullback.forward_kl(batch["target"], batch["model"], threads=1)
    return batch.drop_columns(["target", "model"]).append_column("forward_kl", pa.array(values))


if __name__ == "__main__":
    rows = ray.data.read_parquet(sys.argv[1]).map_batches(forward_kl, batch_format="pyarrow")
    print("mean forward KL:", rows.mean("forward_kl"))
