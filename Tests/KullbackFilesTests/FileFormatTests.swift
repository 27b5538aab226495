import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct FileFormatTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func endingsAreInOneListAndTellFormatsApart() {
    #expect(Set(FileFormat.all.map(\.ending)).count == FileFormat.all.count)
    #expect(Set(FileFormat.all.map(\.name)).count == FileFormat.all.count)
    for format in FileFormat.all {
      #expect(format.isRead || format.isWritten)
      #expect(format.isThat(of: "a.\(format.ending)"))
      #expect(format.isThat(of: "A.\(format.ending.uppercased())"))
      #expect(!format.isThat(of: "a\(format.ending)"))
      #expect(FileFormat.all.count { $0.isThat(of: "a.\(format.ending)") } == 1)
    }
    #expect(FileFormat.endings(of: [.npy]) == ".npy")
    #expect(FileFormat.endings(of: [.npy, .csv, .tsv]) == ".npy, .csv or .tsv")
    #expect(FileFormat.endings(of: []) == "")
  }

  /// A file of each format that is said to be read.
  private func sample(_ format: FileFormat) throws -> String? {
    let path = scratch.path("a.\(format.ending)")
    switch format {
    case .npy:
      let writer = try NPYWriter(path: path, rows: 1, columns: 2)
      try writer.append([1, 2])
      try writer.finish()
    case .csv: _ = try scratch.file("a.csv", "1,2\n")
    case .tsv: _ = try scratch.file("a.tsv", "1\t2\n")
    case .safetensors:
      try Safetensors(tensors: ["w": .init(AnyMatrix(Matrix<Double>([[1, 2]])))]).write(to: path)
    case .npz:
      _ = try scratch.file(
        "a.npz",
        zip([("w.npy", npy(header("<f8", "(2,)"), bytes([Double(1), 2].map(\.bitPattern))))]))
    case .safetensorsIndex:
      try Safetensors(tensors: ["w": .init(AnyMatrix(Matrix<Double>([[1, 2]])))])
        .write(to: scratch.path("shard.safetensors"))
      _ = try scratch.file(
        "a.\(format.ending)", #"{"metadata":{},"weight_map":{"w":"shard.safetensors"}}"#)
    default: return nil
    }
    return path
  }

  @Test func whatIsSaidToBeReadIsRead() throws {
    for format in FileFormat.ofInputs {
      let path = try #require(try sample(format), "no sample of \(format.name)")
      #expect(try MatrixReader.read(path).matrix.doubles == [1, 2], "\(format.name)")
      // Only names of arrays stand behind a colon.
      let named = "\(path):w"
      if format.contents == .namedMatrices {
        #expect(try MatrixReader.read(named).matrix.doubles == [1, 2])
      } else {
        #expect(refusal { _ = try MatrixReader.read(named) } != nil)
      }
    }
    #expect(FileFormat.ofResults == [.npy, .csv])
    #expect(FileFormat.ofPictures == [.svg, .png])
  }
}
