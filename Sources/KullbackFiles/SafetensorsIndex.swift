#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The index of a model whose arrays are in several .safetensors files: which of them has which.
///
/// Source: the `model.safetensors.index.json` that Hugging Face's transformers writes.
package struct SafetensorsIndex {
  private struct Contents: Decodable {
    let files: [String: String]

    enum CodingKeys: String, CodingKey {
      case files = "weight_map"
    }
  }

  private let path: String
  private let files: [String: String]

  /// Reads an index.
  init(_ bytes: Bytes, path: String) throws(FileError) {
    self.path = path
    try AvailableMemory.check(8 * bytes.count, for: path)
    let text = bytes.prefix(bytes.count)
    do {
      files = try JSONDecoder().decode(Contents.self, from: Data(text)).files
    } catch {
      if let mistake = JSONSyntax.firstMistake(in: text) {
        throw .malformed(
          path: path, place: "byte \(mistake)", reason: "it is not JSON from here on")
      }
      throw .malformed(
        path: path, place: "",
        reason: (error as? DecodingError)?.inWords ?? "it has no \"weight_map\" of arrays and files"
      )
    }
  }

  /// The files that an index names; none where a file is no index.
  package static func files(of path: String) -> [String] {
    guard FileFormat.safetensorsIndex.isThat(of: path),
      let index = try? SafetensorsIndex(Bytes(path: path), path: path)
    else { return [] }
    return Set(index.files.values).map { AtomicFile.folder(of: path) + "/" + $0 }
  }

  /// The array of a name, or the only one, in the file that has it.
  func array(_ name: String?) throws(FileError) -> StoredArray {
    let name = try ArrayNames(files.keys.sorted(), path: path).resolved(name) { files[$0] != nil }
    guard let file = files[name] else { preconditionFailure("a name without a file") }
    guard !file.isEmpty, !file.contains("/"), file != "..", file != "." else {
      throw .malformed(
        path: path, place: "weight_map",
        reason: "\"\(file.inBrief)\" is not the name of a file in the same folder")
    }
    let shard = AtomicFile.folder(of: path) + "/" + file
    return try SafetensorsFile(Bytes(path: shard), path: shard).array(name)
  }
}
