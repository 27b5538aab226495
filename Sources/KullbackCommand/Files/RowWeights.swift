internal import Kullback

extension InputFile {
  /// The numbers of a file of one column or one row: weights, one for each row of another, by its label where
  /// both have labels.
  mutating func rowWeights(of rows: InputFile, byPosition: Bool) throws(Failure) -> [Double] {
    guard matrix.rows == 1 || matrix.columns == 1 else {
      throw Failure(
        .invalidData,
        "\(name): \(matrix.rows) x \(matrix.columns) numbers: weights are one column or one row")
    }
    let count = rows.matrix.rows
    let (values, places) = try vector(.rows, like: rows.rowSide, byPosition: byPosition)
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
    return places.map { $0.map { values[$0] } } ?? values
  }

  /// The numbers of a file of one column or one row as they stand, and at which place each of another input's
  /// names has its number, where that is another one.
  ///
  /// - Parameter part: what of the other input has a number each.
  mutating func vector(
    _ part: Matching.Part, like other: Matching.Names, byPosition: Bool
  ) throws(Failure) -> (values: [Double], places: [Int]?) {
    let own = Matching.Names(input: name, names: matrix.columns == 1 ? rowLabels : columnNames)
    let places = try matching.places(of: part, in: own, like: other, byPosition: byPosition)
    return (matrix.doubles.values, places)
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
