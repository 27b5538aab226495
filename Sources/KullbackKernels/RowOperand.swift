internal import CVectorKernels
public import KullbackMatrix

/// One side of a kernel's work: a matrix and how its rows are to be read.
public struct RowOperand: Sendable {
  /// The rows.
  public let matrix: AnyMatrix
  /// What a row holds.
  public let form: Form
  /// Divides logits.
  public let temperature: Double
  /// Added to every weight before normalising.
  public let smoothing: Double
  /// How far the sum of probabilities may be from 1.
  public let tolerance: Double
  /// Whether the matrix's one row stands for every row of the other side.
  public let isRepeated: Bool

  /// Rows of a matrix in a form.
  ///
  /// - Precondition: `temperature` is above 0, `smoothing` not below, and only a single row is repeated.
  public init(
    _ matrix: AnyMatrix, form: Form, temperature: Double = 1, smoothing: Double = 0,
    tolerance: Double, isRepeated: Bool = false
  ) {
    precondition(temperature > 0 && temperature.isFinite, "temperature must be above 0")
    precondition(smoothing >= 0 && smoothing.isFinite, "smoothing must not be below 0")
    precondition(!isRepeated || matrix.rows == 1, "only a single row can be repeated")
    self.matrix = matrix
    self.form = form
    self.temperature = temperature
    self.smoothing = smoothing
    self.tolerance = tolerance
    self.isRepeated = isRepeated
  }

  func holds(_ rows: Range<Int>) -> Bool {
    isRepeated || (rows.lowerBound >= 0 && rows.upperBound <= matrix.rows)
  }

  /// Maps the pages of rows that are about to be read: in the thread that reads them, so that all share
  /// that work.
  func populate(_ rows: Range<Int>) {
    if !isRepeated { matrix.populate(rows: rows) }
  }

  /// Calls `body` with the C face of some rows, which are in memory for the call: the first of them is its row 0.
  ///
  /// Those of a mapped file are read into a buffer in the thread that calls, so that all share that work.
  ///
  /// - Parameter side: the face of all rows.
  func withRows(_ rows: Range<Int>, of side: kvk_side, _ body: (inout kvk_side) -> Void) {
    var side = unsafe side
    guard !isRepeated else {
      unsafe body(&side)
      return
    }
    guard matrix.isMapped, matrix.isInOrder else {
      // SAFETY: the rows are inside the side.
      unsafe side.base += rows.lowerBound * Int(side.stride) * matrix.kind.byteCount
      unsafe body(&side)
      return
    }
    // SAFETY: the bytes are those of the rows, with the same stride.
    unsafe matrix.withUnsafeRows(rows) { base in
      unsafe side.base = base
      unsafe body(&side)
    }
  }

  /// The same for a part of a row.
  func populate(row: Int, classes: Range<Int>) {
    if !isRepeated { matrix.populate(row: row, columns: classes) }
  }

  /// Bytes of one row.
  var rowBytes: Int { matrix.columns * matrix.kind.byteCount }

  /// Calls `body` with the C face of this operand, which is valid for the call.
  ///
  /// Rows that are not in order are copied first: who has many calls puts them in order before.
  func withSide(_ body: (kvk_side) -> Void) {
    unsafe matrix.withUnsafeBaseAddress { base in
      var side = unsafe kvk_side()
      unsafe side.base = base
      unsafe side.stride = isRepeated ? 0 : Int64(matrix.rowStride)
      unsafe side.type = Int32(matrix.kind.rawValue)
      unsafe side.form = form.code
      unsafe side.temperature = temperature
      unsafe side.smoothing = smoothing
      unsafe side.tolerance = tolerance
      unsafe body(side)
    }
  }
}

extension Form {
  /// The number that C knows the form by.
  var code: Int32 {
    switch self {
    case .logits: Int32(KVK_LOGITS)
    case .logProbabilities: Int32(KVK_LOG_PROBABILITIES)
    case .probabilities: Int32(KVK_PROBABILITIES)
    case .weights: Int32(KVK_WEIGHTS)
    }
  }
}
