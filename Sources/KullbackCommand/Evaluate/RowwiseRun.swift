internal import Kullback
internal import KullbackFiles

/// Rows that are evaluated block by block: the loop that `evaluate`, `entropy`, `cross-entropy` and `family` share.
///
/// What is held at any time is one block's results and what the library's stream keeps; the results go to the
/// output file as they come.
struct RowwiseRun {
  /// A measure, as it is called in results.
  struct Quantity {
    let measure: Measure
    let name: String
    let symbol: String

    /// - Parameters:
    ///   - name: the measure's own where nothing is said.
    ///   - symbol: likewise.
    init(_ measure: Measure, name: String? = nil, symbol: String? = nil) {
      self.measure = measure
      self.name = name ?? measure.name
      self.symbol = symbol ?? measure.notation
    }
  }

  /// What has been seen of all rows when the loop has ended.
  struct Outcome {
    let stream: EvaluationStream
    let rate: Rate
    /// Rows that an earlier run had done.
    var resumed = 0
  }

  let quantities: [Quantity]
  let unit: Unit
  /// The rows to read, as they are numbered in the file.
  let rows: Range<Int>
  /// Bytes of a row in all inputs together.
  let bytesPerRow: Int
  /// Bytes of a block of rows.
  let blockBytes: Int
  /// Rows with which a block has to begin, as a file does.
  var cuts: [Int] = []
  let output: RowOutput?
  /// What all rows of the file are called, where they have labels.
  var labels: [String]?
  let options: RunOptions
  /// When the first byte was read.
  let started: ContinuousClock.Instant
  /// Whether what is found will be written to be added up with that of other rows.
  var isPart = false
  /// Which rows may depend on each other, where that is known.
  var groups: RowGroups?
  /// What these are, in words.
  var groupName = ""

  /// Values of all measures that are held together for exact quantiles, 96 MB; of more, quantiles come
  /// from a sketch.
  private static let heldValues = 12_000_000
  /// Values of a measure that a part holds, and writes.
  static let heldInParts = 100_000
  /// How many of the worst rows are reported.
  private static let worstRows = 5

  private var stream: EvaluationStream {
    EvaluationStream(
      measures: quantities.map(\.measure), unit: unit, threads: options.threads,
      exactLimit: isPart
        ? Self.heldInParts
        : min(Self.heldValues / max(1, quantities.count), Summary.defaultExactLimit),
      worstRows: Self.worstRows, firstRow: rows.lowerBound,
      groups: groups)
  }

  /// Starts the file of results.
  private func start(_ output: RowOutput) throws(Failure) -> Output<TableWriter> {
    try Output(
      TableWriter(
        path: output.path, rows: rows.count, columns: quantities.map(\.name),
        labels: labels.map { Array($0[rows]) }, firstRow: rows.lowerBound))
  }

  /// Evaluates all blocks, writing their results to the output file when there is one.
  ///
  /// `add` gives the rows of a block to the stream; the function that it is given is to be called with how many of
  /// them are done.
  ///
  /// - Parameters:
  ///   - part: what an earlier run has found of the first rows.
  ///   - keep: is given what has been found after each block.
  func run(
    resuming part: EvaluationPart? = nil, keep: (EvaluationStream) throws -> Void = { _ in },
    _ add: (inout EvaluationStream, Range<Int>, @escaping (Int) -> Void) throws -> Evaluation
  ) throws -> Outcome {
    let file = try output.map(start)
    var stream = self.stream
    if let part { try stream.add(part) }
    let resumed = stream.rows
    let progress = Progress(total: rows.count, quiet: options.quiet)
    do {
      for range in Blocks(
        rows.dropFirst(resumed), bytesPerRow: bytesPerRow, targetBytes: blockBytes, cuts: cuts)
      {
        let results = try add(&stream, range) { done in
          progress.update(range.lowerBound - rows.lowerBound + done)
        }
        try file?.write { writer throws(FileError) in
          try writer.append(columns: results.measures.map { results[$0] })
        }
        progress.update(range.upperBound - rows.lowerBound)
        try keep(stream)
      }
      try file?.finish()
    } catch {
      progress.finish()
      file?.discard()
      throw error
    }
    progress.finish()
    let elapsed = ContinuousClock.now - started
    return Outcome(
      stream: stream,
      rate: Rate(
        rows: rows.count - resumed, bytes: (rows.count - resumed) * bytesPerRow, elapsed: elapsed),
      resumed: resumed)
  }
}
