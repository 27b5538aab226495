/// A .npz file that is open: NumPy's arrays by name in a zip archive.
struct NPZFile {
  private let path: String
  private let archive: ZipArchive
  private let members: [String: ZipArchive.Member]
  /// What the arrays are called, in the file's order.
  let names: [String]

  /// Reads the archive's directory.
  init(_ bytes: Bytes, path: String) throws(FileError) {
    self.path = path
    archive = try ZipArchive(bytes, path: path)
    let arrays = archive.members.filter { $0.name.hasSuffix(".npy") }
    guard !arrays.isEmpty || archive.members.isEmpty else {
      throw .malformed(
        path: path, place: "byte 0", reason: Self.refusal(archive.members.map(\.name)))
    }
    names = arrays.map { String($0.name.dropLast(4)) }
    members = Dictionary(uniqueKeysWithValues: zip(names, arrays))
  }

  /// The array of a name, or the only one.
  ///
  /// Stored members lie in the mapped file, deflated ones are inflated into memory.
  func array(_ name: String?) throws(FileError) -> StoredArray {
    let name = try ArrayNames(names, path: path).resolved(name) { members[$0] != nil }
    guard let member = members[name] else { preconditionFailure("a name without an array") }
    return try NPY.array(in: archive.contents(member), path: "\(path):\(name)")
  }

  /// What an archive without arrays is.
  private static func refusal(_ members: [String]) -> String {
    if members.contains(where: { $0.hasSuffix("data.pkl") }) {
      return
        "a PyTorch file: numpy.save('a.npy', torch.load('a.pt').float().numpy()) in Python makes a .npy of it"
    }
    if members.contains("xl/workbook.xml") {
      return "an Excel file: save the sheet as .csv"
    }
    return "a zip archive without a .npy in it"
  }
}
