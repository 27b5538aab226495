internal import CLibm
internal import Kullback

/// Notices that a file is probably of another form than the one it was declared to be.
///
/// Only a few rows are looked at. Nothing is decided by it: the declared form stands.
enum FormHint {
  private static let lookedAt = 16
  private static let elementsLookedAt = 1 << 16
  /// A sum this far from 1 is not the sum of probabilities.
  private static let slack = 0.01

  /// Says on standard error what a file's form may be instead, where there is a reason to.
  ///
  /// - Parameter option: the option that declares this file's form.
  static func give(_ file: InputFile, _ set: DistributionSet, option: String) {
    guard let likely = likelyForm(of: set) else { return }
    StandardStreams.complain(
      "kullback: \(file.name): the rows look like \(likely), not \(set.form)\n"
        + "  hint: \(option) \(likely)")
  }

  /// The form that the first rows have unmistakably, when it is not the declared one.
  static func likelyForm(of set: DistributionSet) -> Form? {
    // Two classes or more: a row of one class sums to whatever it holds.
    guard set.count > 0, set.classes > 1, set.classes <= 1 << 20 else { return nil }
    let count = min(set.count, lookedAt, max(1, elementsLookedAt / set.classes))
    let first = set.matrix[rows: 0..<count]
    // A page of every column, which would be waited for one after the other.
    if !first.isInOrder { first.prefetch(rows: 0..<count) }
    let matrix = first.inOrder()
    let rows = (0..<count).map { row in
      (0..<matrix.columns).map { matrix.value(row: row, column: $0) }
    }
    let areShares = rows.allSatisfy { row in
      row.allSatisfy { $0 >= 0 && $0 <= 1 } && abs(row.reduce(0, +) - 1) < slack
    }
    if areShares {
      return set.form == .logits || set.form == .logProbabilities ? .probabilities : nil
    }
    switch set.form {
    case .logits:
      // Whole numbers, none below 0 and some above 1, are counts.
      let areCounts = rows.allSatisfy { row in
        row.allSatisfy { $0 >= 0 && $0.isFinite && $0 == $0.rounded() }
      }
      return areCounts && rows.contains { $0.contains { $0 > 1 } } ? .weights : nil
    case .logProbabilities:
      return rows.allSatisfy { $0.contains { $0 > 0 } } ? .logits : nil
    case .probabilities, .weights:
      if rows.allSatisfy({ row in row.allSatisfy { $0 <= 0 } }) {
        let areLogarithms = rows.allSatisfy { row in
          abs(row.reduce(0) { $0 + exp($1) } - 1) < slack
        }
        return areLogarithms ? .logProbabilities : nil
      }
      if rows.allSatisfy({ $0.contains { $0 < 0 } }) { return .logits }
      let areCounts = rows.allSatisfy { row in row.allSatisfy { $0 >= 0 && $0.isFinite } }
      let areOff = rows.allSatisfy { abs($0.reduce(0, +) - 1) > 0.1 }
      return set.form == .probabilities && areCounts && areOff ? .weights : nil
    }
  }
}
