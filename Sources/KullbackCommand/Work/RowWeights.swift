internal import Kullback

extension InputFile {
  /// The numbers of a file of one column or one row: weights, one for each of `count` rows.
  func rowWeights(_ count: Int) throws(Failure) -> [Double] {
    guard matrix.rows == 1 || matrix.columns == 1 else {
      throw Failure(
        .invalidData,
        "\(name): \(matrix.rows) x \(matrix.columns) numbers: weights are one column or one row")
    }
    let values = matrix.doubles.values
    guard values.count == count else {
      throw Failure(
        .invalidData,
        "\(name): \(Format.count(values.count, "weight")) for \(Format.count(count, "row"))")
    }
    if let row = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw Failure(
        .invalidData,
        "\(name): the weight of row \(row) (counted from 0) is \(Format.value(values[row])): a weight is a"
          + " finite number, 0 or above")
    }
    return values
  }
}

extension AnyMatrix {
  /// The elements as doubles.
  var doubles: Matrix<Double> {
    if let matrix = matrix(of: Double.self) { return matrix }
    var values: [Double] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { values.append(value(row: row, column: column)) }
    }
    return Matrix(values, rows: rows, columns: columns)
  }
}
