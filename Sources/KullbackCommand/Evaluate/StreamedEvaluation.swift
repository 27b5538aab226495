internal import Kullback
internal import KullbackFiles

/// Rows evaluated block by block: the loop that `evaluate`, `entropy` and `cross-entropy` share.
///
/// What is held at any time is one block's results, the summaries and the few worst rows; the results
/// go to the output file as they come.
struct StreamedEvaluation {
  /// What is computed, one column of results each.
  struct Quantity {
    let name: String
    let symbol: String
    let dimension: Measure.Dimension
    /// Whether larger is worse, so that the report's worst rows can go by it.
    let isDivergence: Bool
  }

  /// The results of a block of rows: a column a quantity, in nats, and what was wrong with rows.
  struct Block {
    let columns: [[Double]]
    let invalidCount: Int
    let invalid: [InvalidRows.Entry]
    /// Rows that are in no summary, counted from the block's first: those with an ignored label.
    var leftOut: Set<Int> = []
  }

  /// What has been seen of all rows when the loop has ended.
  struct Outcome {
    let summaries: [Summary]
    let worst: WorstRows
    let invalid: InvalidRows
    let rate: Rate
  }

  let quantities: [Quantity]
  let unit: Unit
  /// The rows to read, as they are numbered in the file.
  let rows: Range<Int>
  /// Bytes of a row in all inputs together.
  let bytesPerRow: Int
  /// Bytes of a block of rows.
  let blockBytes: Int
  let output: OutputFile?
  let isQuiet: Bool
  /// When the first byte was read.
  let started: ContinuousClock.Instant

  /// Values of all measures that are held together for exact quantiles, 96 MB; of more, quantiles come
  /// from a sketch.
  private static let heldValues = 12_000_000

  /// The quantity that the worst rows go by.
  var leading: Int {
    quantities.firstIndex { $0.isDivergence } ?? 0
  }

  /// Starts the file of results.
  private func start(_ output: OutputFile) throws(Failure) -> Output<TableWriter> {
    let names = quantities.map(\.name)
    return switch output.format {
    case .npy: try Output(TableWriter(npy: output.path, rows: rows.count, columns: names.count))
    case .csv: try Output(TableWriter(csv: output.path, columns: names))
    }
  }

  /// Evaluates all blocks, writing their results to the output file when there is one.
  ///
  /// `evaluate` is given the rows of a block and a function to call with the rows of it that are done.
  func run(_ evaluate: (Range<Int>, @escaping (Int) -> Void) throws -> Block) throws -> Outcome {
    let file = try output.map(start)
    let exactLimit = min(
      Self.heldValues / max(1, quantities.count), Summary.defaultExactLimit)
    var summaries = quantities.map { _ in Summary(exactLimit: exactLimit) }
    var worst = WorstRows(limit: 5, column: leading)
    var invalid = InvalidRows()
    let progress = Progress(total: rows.count, quiet: isQuiet)
    do {
      for range in Blocks(rows, bytesPerRow: bytesPerRow, targetBytes: blockBytes) {
        let block = try evaluate(range) { done in
          progress.update(range.lowerBound - rows.lowerBound + done)
        }
        let columns = zip(quantities, block.columns).map { quantity, column in
          unit == .nats ? column : column.map { unit.value($0, of: quantity.dimension) }
        }
        try file?.write { writer throws(FileError) in try writer.append(columns: columns) }
        for (index, column) in columns.enumerated() {
          summaries[index].add(column, firstRow: range.lowerBound, leavingOut: block.leftOut)
        }
        worst.take(columns, first: range.lowerBound)
        invalid.add(block.invalid, count: block.invalidCount)
        progress.update(range.upperBound - rows.lowerBound)
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
      summaries: summaries, worst: worst, invalid: invalid,
      rate: Rate(rows: rows.count, bytes: rows.count * bytesPerRow, elapsed: elapsed))
  }
}

extension Summary {
  fileprivate mutating func add(_ values: [Double], firstRow: Int, leavingOut rows: Set<Int>) {
    guard !rows.isEmpty else {
      add(values, firstRow: firstRow)
      return
    }
    for (index, value) in values.enumerated() where !rows.contains(index) {
      add(value, row: firstRow + index)
    }
  }
}
