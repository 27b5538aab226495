internal import Kullback

/// The right classes of rows that are compared, and what is found of them block by block.
struct LabelledRows {
  /// What was found of some rows, as parts of an evaluation keep it.
  struct Found: Codable {
    let comparison: LabelComparison
    /// Rows with the ignored label.
    let ignored: Int

    /// What is said of them.
    func statistics(of name: String, in unit: Unit) -> LabelStatistics {
      LabelStatistics(
        name: name, perplexity: comparison.perplexity, ignored: ignored,
        ranks: (comparison.targetRanks, comparison.modelRanks), unit: unit)
    }

    static func + (left: Found, right: Found) -> Found {
      Found(
        comparison: left.comparison + right.comparison, ignored: left.ignored + right.ignored)
    }
  }

  let file: LabelFile
  let ignored: Int64?
  private(set) var comparison: LabelComparison
  /// Rows that are in nothing, whatever their labels.
  private var leftOut = 0

  /// Reads the labels of `--labels`; nil where there are none.
  ///
  /// - Parameters:
  ///   - rows: the rows that are read, of the `count` that there are.
  ///   - classes: how many there are.
  ///   - groups: which rows may depend on each other.
  ///   - side: what the rows are called, and the input that has them.
  ///   - exactLimit: how many changes of probabilities are held for exact quantiles.
  init?(
    _ options: LabelOptions, rows: Range<Int>, count: Int, classes: Int, of side: Matching.Names,
    byPosition: Bool, groups: RowGroups?, threads: Int?,
    exactLimit: Int = Summary.defaultExactLimit
  ) throws {
    guard let path = options.file else { return nil }
    var file = try LabelFile(path)
    try file.matchRows(to: side, byPosition: byPosition)
    guard file.labels.count == count else {
      throw Failure(
        .invalidData,
        "\(file.name): \(Format.count(file.labels.count, "label")) for the \(Format.count(count, "row")) of \(side.input)"
      )
    }
    ignored = options.ignoreIndex.map { Int64($0) }
    let all = 0..<Int64(classes)
    for row in rows where !all.contains(file.labels[row]) && file.labels[row] != ignored {
      let label = file.labels[row]
      throw Failure(
        .invalidData,
        "\(file.name): the label of row \(row) (counted from 0) is \(label), and the classes are 0 to \(classes - 1)",
        hint: label < 0 ? "--ignore-index \(label) leaves rows with this label out" : nil)
    }
    self.file = file
    comparison = LabelComparison(
      groups: groups, threads: threads, exactLimit: exactLimit)
  }

  /// Takes a block of rows.
  ///
  /// - Parameter out: rows that are left out, counted from the first.
  mutating func add(
    _ rows: Range<Int>, target: DistributionSet, model: DistributionSet,
    leavingOut out: Set<Int> = []
  ) throws(KullbackError) {
    var labels = Array(file.labels[rows])
    // No label is this one.
    let ignored = ignored ?? (out.isEmpty ? nil : .min)
    if let ignored {
      leftOut += out.count { labels[$0] != ignored }
      for row in out { labels[row] = ignored }
    }
    try comparison.add(
      labels: labels, target: target, model: model, ignoring: ignored, firstRow: rows.lowerBound)
  }

  /// Takes what an earlier run has found.
  mutating func take(_ found: Found) {
    comparison = comparison + found.comparison
    leftOut += found.comparison.ignored - found.ignored
  }

  /// What has been found.
  var found: Found { Found(comparison: comparison, ignored: comparison.ignored - leftOut) }
}
