/// Formats that are known by their first bytes, and not read.
enum UnreadFormat {
  /// Refuses bytes of a known format, by its name.
  static func refuse(_ start: [UInt8], path: String) throws(FileError) {
    if let (_, reason) = magics.first(where: { start.starts(with: $0.0) }) {
      throw .malformed(path: path, place: "byte 0", reason: reason)
    }
    if SafetensorsFile.isBegun(by: start) {
      throw .malformed(path: path, place: "byte 0", reason: "a .safetensors file, which is no text")
    }
  }

  private static let pickle = python(
    "a Python pickle", "numpy.save('a.npy', numpy.load('a.pkl', allow_pickle=True))")

  /// What a file is, and what makes one of it that is read.
  private static func python(_ what: String, _ code: String) -> String {
    "\(what): \(code) in Python makes one of it that is read"
  }

  private static let magics: [([UInt8], String)] = [
    ([0x1F, 0x8B], "compressed with gzip, in a way that is not read: gunzip it first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd: unzstd it first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz: unxz it first"),
    (Array("BZh".utf8), "compressed with bzip2: bunzip2 it first"),
    (
      [0x89] + Array("HDF".utf8),
      python("an HDF5 file", "numpy.save('a.npy', h5py.File('a.h5')['NAME'][:])")
    ),
    (
      Array("PAR1".utf8),
      python("a Parquet file", "pandas.read_parquet('a.parquet').to_csv('a.csv', index=False)")
    ),
    (
      Array("ARROW1".utf8),
      python("an Arrow file", "pandas.read_feather('a.arrow').to_csv('a.csv', index=False)")
    ),
    (
      LlamaBaseFile.magic, "a base file of llama.cpp, which evaluate takes as its first file"
    ),
    (Array("GGUF".utf8), "a GGUF file holds a model's weights, not its logits: save those as .npy"),
    (
      Array("MATLAB 5.0".utf8),
      python("a MATLAB file", "numpy.save('a.npy', scipy.io.loadmat('a.mat')['NAME'])")
    ),
    (
      Array("%%MatrixMarket".utf8),
      python("a Matrix Market file", "numpy.save('a.npy', scipy.io.mmread('a.mtx').toarray())")
    ),
    ([0x80, 2, 0x7D], pickle),
    ([0x80, 4, 0x95], pickle),
    ([0x80, 5, 0x95], pickle),
    ([0xFF, 0xFE, 0, 0], "text in UTF-32: save it as UTF-8"),
  ]
}
