"""Prints the languages nearest to one: python nearest.py FOLDER LANGUAGE VALUES.

VALUES is what `kullback evaluate LANGUAGE.npy ngrams.npy --output VALUES` wrote; its first column counts.
"""

import pathlib
import sys

import numpy as np

folder, language, file = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
codes = (folder / "languages.txt").read_text().split()
values = np.load(file)[:, 0]
order = [row for row in np.argsort(values) if codes[row] != language]
for title, rows in (("nearest", order[:6]), ("farthest", order[:-4:-1])):
    print(f"{language}  {title:9}" + "   ".join(f"{codes[row]} {values[row]:.3f}" for row in rows))
