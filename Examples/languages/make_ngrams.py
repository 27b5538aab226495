"""Makes log-probabilities of byte n-grams in 142 languages, from the model that py3langid ships.

    python make_ngrams.py FOLDER

Writes ngrams.npy, float16, a row a language and a column an n-gram (the model is stored the other way
round), and languages.txt, the languages' codes in the order of the rows.
"""

import io
import lzma
import pathlib
import sys
from importlib.util import find_spec

import numpy as np

folder = pathlib.Path(sys.argv[1])
model = pathlib.Path(find_spec("py3langid").origin).parent / "data" / "model.npz.xz"
with np.load(io.BytesIO(lzma.decompress(model.read_bytes())), allow_pickle=False) as arrays:
    table = np.ascontiguousarray(arrays["ptc"].T)
    codes = [str(code) for code in arrays["classes"]]
np.save(folder / "ngrams.npy", table)
(folder / "languages.txt").write_text("\n".join(codes) + "\n")
print(f"{table.shape[0]} languages x {table.shape[1]} n-grams, {table.dtype}")
