internal import ArgumentParser
internal import KullbackFiles

/// Which rows are left out of everything: padding, prompts.
struct RowSelection: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave out rows at these positions of every sequence of an array [..., positions, classes], counted from 0: '..<16' (quoted).",
      valueName: "A..<B"),
    transform: RowRange.init(parsing:))
  var skipPositions: RowRange?

  @Option(
    help: ArgumentHelp(
      "A file with a number for each row: rows of 0 are left out (an attention mask).",
      valueName: "file"), completion: .file())
  var mask: InputPath?

  /// The rows of an input that are left out.
  ///
  /// - Parameters:
  ///   - count: rows of the input.
  ///   - file: the input, whose dimensions say where sequences begin.
  func rowsLeftOut(of count: Int, _ file: InputFile) throws(Failure) -> RowMask {
    try rowsLeftOut(of: count, positions: file.dimensions?.last, in: file.name)
  }

  /// The rows of an input that are left out.
  ///
  /// - Parameters:
  ///   - count: rows of the input.
  ///   - length: how many positions a sequence has, if there are some.
  ///   - name: what messages call the input.
  func rowsLeftOut(
    of count: Int, positions length: Int?, in name: String
  ) throws(Failure) -> RowMask {
    var isLeftOut: [Bool]?
    if let mask {
      let kept: [Bool]
      do { kept = try MatrixReader.readMask(mask.text) } catch { throw Failure(error) }
      guard kept.count == count else {
        throw Failure(
          .invalidData,
          "\(mask): \(Format.count(kept.count, "number")) for the \(Format.count(count, "row")) of \(name)"
        )
      }
      isLeftOut = kept.map { !$0 }
    }
    if let skipPositions {
      guard let length else {
        throw Failure(
          .usage, "--skip-positions: \(name) has no positions, being rows and classes alone")
      }
      let positions = try skipPositions.resolved(
        count: length, option: "--skip-positions", of: "position")
      var rows = isLeftOut ?? [Bool](repeating: false, count: count)
      for row in rows.indices where positions.contains(row % length) { rows[row] = true }
      isLeftOut = rows
    }
    if let isLeftOut, count > 0, !isLeftOut.contains(false) {
      throw Failure(.invalidData, "\(name): every row is left out")
    }
    return RowMask(isLeftOut)
  }
}
