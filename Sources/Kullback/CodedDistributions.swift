internal import KullbackKernels

/// Distributions that are stored as 16-bit codes of log-probabilities, of which those far below the largest are cut off: what
/// llama.cpp's perplexity tool saves.
///
/// A row is clamped where its codes reach as far as the window: code 0 then says only that a class is that far below
/// the largest one, or farther. Most classes of a large vocabulary are. Taken as probabilities, the codes of such a row sum to
/// more than 1; `merged(with:threads:)` makes one class of all that is below the window, on both sides.
public struct CodedDistributions: Sendable {
  /// How far below the largest class clamped rows end, in nats: 16, or 24 as some tools write.
  public let window: Double
  private let rows: CodedRows

  /// Distributions.
  public var count: Int { rows.count }
  /// Classes.
  public var classes: Int { rows.classes }
  /// Distributions and classes.
  public var shape: Shape { Shape(rows: count, columns: classes) }

  /// How many rows are looked at for the window.
  private static let lookedAt = 256

  /// Rows in units of 16 bits, whatever number their bits would be: two of scale, two of minimum, and a code for each
  /// class.
  ///
  /// - Precondition: elements are `float16`, and a row has as many as it needs.
  public init(units: AnyMatrix, classes: Int) {
    rows = CodedRows(units: units, classes: classes)
    let step = max(1, rows.count / Self.lookedAt)
    let spread = stride(from: 0, to: rows.count, by: step).map(rows.spread).max() ?? 0
    window = spread > 16.001 ? 24 : 16
  }

  private init(_ rows: CodedRows, window: Double) {
    (self.rows, self.window) = (rows, window)
  }

  /// A range of the distributions; shares the memory.
  public subscript(range: Range<Int>) -> CodedDistributions {
    CodedDistributions(rows[range], window: window)
  }

  /// Whether classes of a row were cut off.
  public func isClamped(row: Int) -> Bool { rows.spread(ofRow: row) > window - 1e-3 }

  /// The distance of neighbouring codes of a row, in nats: each logarithm is up to half of it off.
  public func step(ofRow row: Int) -> Double { rows.spread(ofRow: row) / 65535 }

  /// Both sides with the classes below the window of clamped rows as one class.
  public struct Merged: Sendable {
    /// The distributions p.
    public let target: DistributionSet
    /// The distributions q.
    public let model: DistributionSet
    /// The mass of the class that others were merged into, of each row of p; 0 where none was.
    public let tails: [Double]
    /// How many classes were, of each row.
    public let merged: [Int]
  }

  /// These rows and a model's with one class in place of those that clamped rows leave open.
  ///
  /// Whatever those are, no measure of divergence is more between what this gives than between the distributions themselves, but
  /// for what codes are rounded by, and none is negative: it is a lower bound. Where a model has no mass in that class, the target
  /// is taken to have none. (Data processing inequality: Cover and Thomas 2006, *Elements of
  /// Information Theory*, section 2.8.)
  ///
  /// - Shapes: as many rows and classes; one row of the model stands for all.
  /// - Memory: up to 20 bytes a class of every row.
  /// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`; `.unsupportedElements` for a model of probabilities or weights.
  public func merged(
    with model: DistributionSet, threads: Int? = nil
  ) throws(KullbackError) -> Merged {
    guard model.classes == classes, model.count == count || model.count == 1 else {
      throw .shapeMismatch(target: shape, model: model.shape)
    }
    guard model.form == .logits || model.form == .logProbabilities else {
      throw .unsupportedElements(model.matrix.kind, form: model.form)
    }
    let result = rows.merged(
      with: model.operand(isRepeated: model.count == 1), window: window,
      threads: try checked(threads: threads))
    return Merged(
      target: try Self.set(result.target),
      model: try DistributionSet(
        result.model, form: model.form, temperature: model.temperature, tolerance: model.tolerance),
      tails: result.tails, merged: result.merged)
  }

  /// The same with a model that is coded too: what either leaves open is one class.
  ///
  /// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`.
  public func merged(
    with model: CodedDistributions, threads: Int? = nil
  ) throws(KullbackError) -> Merged {
    guard model.classes == classes, model.count == count else {
      throw .shapeMismatch(target: shape, model: model.shape)
    }
    let result = rows.merged(
      with: model.rows, windows: (window, model.window), threads: try checked(threads: threads))
    guard let second = result.model.matrix(of: Float.self) else {
      preconditionFailure("coded rows are of Float")
    }
    return Merged(
      target: try Self.set(result.target), model: try Self.set(second), tails: result.tails,
      merged: result.merged)
  }

  /// The surprise −log p of a class of each row, as it is coded: at least so much of a class that the row leaves out.
  ///
  /// - Parameter labels: a class of each row.
  /// - Precondition: there are as many, and each is a class.
  public func surprises(ofLabels labels: [Int32]) -> [Double] {
    precondition(labels.count == count, "a label for each row")
    return labels.indices.map { -rows.logProbability(row: $0, of: Int(labels[$0])).value }
  }

  /// How many rows leave a class of theirs out.
  ///
  /// - Precondition: as of `surprises(ofLabels:)`.
  public func leftOut(ofLabels labels: [Int32]) -> Int {
    labels.indices.count { row in
      isClamped(row: row) && rows.logProbability(row: row, of: Int(labels[row])).isLeast
    }
  }

  /// Codes are rounded, so that rows sum to 1 only about as well.
  private static func set(_ rows: Matrix<Float>) throws(KullbackError) -> DistributionSet {
    try DistributionSet(logProbabilities: rows, tolerance: 0.1)
  }

  /// What llama.cpp's tool finds of tokens, in its own arithmetic.
  ///
  /// - Precondition: a token for each row.
  func tokens(
    model: DistributionSet, next: [Int32], threads: Int?
  ) throws(KullbackError) -> [CodedRows.TokenStatistics] {
    guard model.classes == classes, model.count == count else {
      throw .shapeMismatch(target: shape, model: model.shape)
    }
    guard model.form == .logits, model.temperature == 1, !model.matrix.kind.isInteger else {
      throw .unsupportedElements(model.matrix.kind, form: model.form)
    }
    return rows.tokenStatistics(
      model: model.matrix, tokens: next.map { Int($0) }, threads: try checked(threads: threads))
  }
}
