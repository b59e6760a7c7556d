"""What hostile datasets are made of."""

import pyarrow as pa

from reports.dataset.tables import JUDGMENTS

MEGABYTE = 1 << 20
TRAIN = "data/judgments/train.parquet"


def judgments(rows: int, **columns: pa.Array) -> pa.Table:
    arrays = [columns.get(field.name, pa.nulls(rows, field.type)) for field in JUDGMENTS.schema()]
    return pa.Table.from_arrays(arrays, names=JUDGMENTS.names)
