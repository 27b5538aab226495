"""Reading tables of numbers as text side by side: ours, pandas and NumPy, from the same file.

Megabytes of text a second in the best of several runs.
"""

import os

import numpy as np

from partner import Refused
from timing import best

SHAPES = [(100_000, 100), (2_000_000, 3)]


def write(path, rows, columns):
    """Numbers of 6 and of 17 digits, a header and no labels; 512 lines again and again."""
    generator = np.random.default_rng(11)
    values = generator.standard_normal((512, columns)) * 10.0 ** generator.integers(-3, 4, (512, columns))
    spell = (lambda x: f"{x:.6g}", repr)
    lines = [",".join(spell[i % 2](float(x)) for i, x in enumerate(row)) for row in values]
    with open(path, "w") as file:
        file.write(",".join(f"x{i}" for i in range(columns)) + "\n")
        file.writelines(lines[row % 512] + "\n" for row in range(rows))


def peers(path):
    import pandas

    yield "pandas", lambda: pandas.read_csv(path, engine="c")
    yield "pandas, rounded correctly", lambda: pandas.read_csv(path, engine="c", float_precision="round_trip")
    yield "numpy", lambda: np.loadtxt(path, delimiter=",", skiprows=1)


def compare(partner, quick):
    print("\nA text of numbers to a matrix, float64: MB/s of text\n")
    for rows, columns in SHAPES:
        rows = rows // 8 if quick else rows
        path = os.path.join(partner.folder.name, "table.csv")
        write(path, rows, columns)
        size = os.path.getsize(path) * 1e-6
        cells = []
        try:
            partner.ask("read", path)
            cells.append(f"ours {size / min(float(partner.ask('read', path)) for _ in range(5)):.0f}")
        except Refused as reason:
            cells.append(f"ours: {reason}")
        try:
            for who, run in peers(path):
                seconds, _ = best(run)
                cells.append(f"{who} {size / seconds:.0f}")
        except ImportError:
            cells.append("pandas not installed")
        print(f"{f'{rows} x {columns}':28}{'   '.join(cells)}", flush=True)
        os.remove(path)
