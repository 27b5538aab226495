"""Counts letters in several languages: python count_letters.py letters.csv

    python3 -m venv .venv && .venv/bin/pip install wordfreq==3.1.1
    .venv/bin/python count_letters.py letters.csv

Every word of wordfreq's small list counts as often as it is used. Marks are taken off (é is an e, ł an l,
ß two s, æ an a and an e), so that all languages share the alphabet a ... z. The result is a row a
language: its code, and how often each letter stands in 1,000,000 letters.
"""

import csv
import string
import sys
import unicodedata

import wordfreq

LANGUAGES = "cs da de en es fi fr hu id it nb nl pl pt ro sv tr".split()
# Letters that Unicode does not take apart.
BASE = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})


def letters(word):
    for character in unicodedata.normalize("NFKD", word.lower().translate(BASE)):
        if character in string.ascii_lowercase:
            yield character


with open(sys.argv[1], "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["language", *string.ascii_lowercase])
    for language in LANGUAGES:
        counts = dict.fromkeys(string.ascii_lowercase, 0.0)
        for word, frequency in wordfreq.get_frequency_dict(language, wordlist="small").items():
            for letter in letters(word):
                counts[letter] += frequency
        total = sum(counts.values())
        table.writerow([language, *(round(1e6 * count / total) for count in counts.values())])
