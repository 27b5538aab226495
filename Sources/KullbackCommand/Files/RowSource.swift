internal import Kullback
internal import KullbackFiles

/// Where rows come from: a file of distributions, or a base file of llama.cpp, which has their labels itself.
enum RowSource {
  /// A file of distributions.
  struct Side {
    let file: InputFile
    let set: RowSet
  }

  case file(Side)
  case base(BaseFile)

  /// The file of distributions.
  var side: Side? {
    guard case .file(let side) = self else { return nil }
    return side
  }

  var name: String {
    switch self {
    case .file(let side): side.file.name
    case .base(let base): base.name
    }
  }

  var shape: Shape {
    switch self {
    case .file(let side): side.set.shape
    case .base(let base): base.distributions.shape
    }
  }

  var report: InputReport {
    switch self {
    case .file(let side): InputReport(side.file, side.set)
    case .base(let base): InputReport(base)
    }
  }

  var rowSide: Matching.Names {
    switch self {
    case .file(let side): side.file.rowSide
    case .base(let base): Matching.Names(input: base.name, names: nil)
    }
  }

  var columnSide: Matching.Names? { side?.file.columnSide }

  var bytesPerRow: Int {
    switch self {
    case .file(let side): side.set.bytesPerRow
    case .base(let base): base.bytesPerRow
    }
  }

  /// Rows with which a block has to begin, as a file does.
  var cuts: [Int] { side?.set.cuts ?? [] }

  /// Bytes of a block of rows that is held against several models.
  var blockBytes: Int {
    switch self {
    case .file: 256 << 20
    case .base: BaseFile.blockBytes
    }
  }

  /// Whether a single row is held against all of the models.
  var mayStandForAll: Bool { side != nil }

  /// Some rows beside a model's, as they are compared: of a base file with the classes that it leaves out as one.
  func pair(
    _ range: Range<Int>, with model: DistributionSet, threads: Int?
  ) throws(KullbackError) -> (target: DistributionSet, model: DistributionSet) {
    switch self {
    case .file(let side): return (side.set.rows(range), model)
    case .base(let base):
      let merged = try base.distributions[range].merged(with: model, threads: threads)
      return (merged.target, merged.model)
    }
  }

  /// -log p of each row's label.
  func surprises(
    of labels: [some ClassLabel], _ range: Range<Int>, threads: Int?
  ) throws(KullbackError) -> [Double] {
    switch self {
    case .file(let side):
      try Kullback.surprises(ofLabels: labels, in: side.set.rows(range), threads: threads)
    case .base(let base): base.distributions[range].surprises(ofLabels: labels.map { Int32($0) })
    }
  }
}
