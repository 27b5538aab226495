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

  private static let magics: [([UInt8], String)] = [
    (
      Array("PK".utf8) + [3, 4],
      "a zip archive, as .npz, .pt and .xlsx are: save the array in it as .npy"
    ),
    (Array("PK".utf8) + [5, 6], "a zip archive without files"),
    ([0x1F, 0x8B], "compressed with gzip, in a way that is not read: gunzip it first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd: unzstd it first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz: unxz it first"),
    (Array("BZh".utf8), "compressed with bzip2: bunzip2 it first"),
    ([0x89] + Array("HDF".utf8), "an HDF5 file: save the array as .npy"),
    (Array("PAR1".utf8), "a Parquet file: save the table as .csv"),
    (Array("ARROW1".utf8), "an Arrow file: save the table as .csv"),
    (Array("GGUF".utf8), "a GGUF file: save the array as .npy"),
    (Array("MATLAB 5.0".utf8), "a MATLAB file: save the array as .npy"),
    (Array("%%MatrixMarket".utf8), "a Matrix Market file: save the matrix as .npy"),
    ([0x80, 2, 0x7D], "a Python pickle: save the array as .npy"),
    ([0x80, 4, 0x95], "a Python pickle: save the array as .npy"),
    ([0x80, 5, 0x95], "a Python pickle: save the array as .npy"),
    ([0xFF, 0xFE, 0, 0], "text in UTF-32: save it as UTF-8"),
  ]
}
