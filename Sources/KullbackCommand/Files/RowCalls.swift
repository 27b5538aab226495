internal import Kullback
internal import KullbackFiles

/// What rows of a file are called: by their labels, or else their numbers in the file.
struct RowCalls {
  /// The labels of the rows at hand.
  let labels: [String]?
  /// The rows at hand, as they are numbered in the file.
  let rows: Range<Int>

  /// - Parameters:
  ///   - path: a file of labels, one for each row of `file`.
  ///   - file: whose own labels are taken where there is no file of them.
  ///   - rows: the rows at hand.
  init(_ path: InputPath?, of file: InputFile, rows: Range<Int>) throws(Failure) {
    self.rows = rows
    guard let path else {
      labels = file.rowLabels.map { Array($0[rows]) }
      return
    }
    do {
      labels = Array(try RowNames.read(path.text, count: file.matrix.rows)[rows])
    } catch {
      throw Failure(error)
    }
  }

  /// What a row is called, counted from the first at hand.
  subscript(index: Int) -> String { labels?[index] ?? number(index) }

  /// A row's number in the file.
  func number(_ index: Int) -> String { String(rows.lowerBound + index) }
}
