"""Makes test/fixtures by other people's writers: python3 make-fixtures.py, with numpy, h5py and pyarrow."""

import datetime
import os

import h5py
import numpy
import pyarrow
import pyarrow.parquet

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures"))

# Exact in every type: five vectors of three dimensions.
numbers = numpy.arange(15).reshape(5, 3) - 4


def save(name, array, version=None):
    with open(name, "wb") as file:
        numpy.lib.format.write_array(file, array, version=version)


save("float32.npy", (numbers / 2).astype("<f4"))
save("float16-big.npy", (numbers / 2).astype(">f2"), version=(2, 0))
save("float64-big.npy", (numbers / 2).astype(">f8"))
save("int64.npy", numbers.astype("<i8"), version=(3, 0))
save("uint8.npy", (numbers + 4).astype("u1"))
save("fortran.npy", numpy.asfortranarray(numbers.astype("<f4")))
save("flat.npy", numbers.astype("<f4").ravel())
save("complex.npy", numbers.astype("<c8"))

with h5py.File("angular.hdf5", "w") as file:
    file.attrs["distance"] = "angular"
    file.create_dataset("train", data=(numbers / 2).astype("<f4"), chunks=(2, 3), compression="gzip")
    file.create_dataset("test", data=(numbers[:2] / 2).astype(">f8"))
    file.create_dataset("neighbors", data=numpy.array([[0, 1], [1, 0]], dtype="<i8"))
    file.create_dataset("distances", data=numpy.array([[0, 0.5], [0, 0.5]], dtype="<f4"))
    file.create_dataset("sizes", data=numpy.array([1, 2]))

table = pyarrow.table(
    {
        "id": pyarrow.array([1, 2, 3, 4, 5], pyarrow.int64()),
        "embedding": pyarrow.array((numbers / 2).tolist(), pyarrow.list_(pyarrow.float32())),
        "document": ["a", "b", None, "d", "e"],
        "year": pyarrow.array([1997, 1998, 1999, 2000, None], pyarrow.int32()),
        "seen": pyarrow.array([datetime.datetime(2026, 1, 2, 3, 4, 5)] * 5, pyarrow.timestamp("us")),
        "tags": [["x"], [], ["y", "z"], None, ["x"]],
        "author": [{"name": "n", "age": 3}] * 5,
        "blob": [b"\x00\x01"] * 5,
    }
)
pyarrow.parquet.write_table(table, "lists.parquet", compression="zstd", row_group_size=2)

fixed = pyarrow.list_(pyarrow.float64(), 3)
pyarrow.parquet.write_table(
    pyarrow.table({"id": ["a", "b", "c", "d", "e"], "vector": pyarrow.array((numbers / 2).tolist(), fixed)}),
    "fixed.parquet",
    compression="snappy",
)
ragged = [[1.0, 2.0, 3.0], [1.0, 2.0]]
pyarrow.parquet.write_table(
    pyarrow.table({"vector": pyarrow.array(ragged, pyarrow.list_(pyarrow.float32()))}), "ragged.parquet"
)
