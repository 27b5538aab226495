public import KullbackMatrix

/// A matrix with the names that came with it.
public struct Table: Sendable {
  /// The numbers.
  public let matrix: AnyMatrix
  /// What the rows are called, where columns of labels say so.
  public let rowLabels: [String]?
  /// What the columns are called, where a header says so; without the columns of labels.
  public let columnNames: [String]?
  /// What of a text was taken for what; nil for an array.
  public let layout: TableLayout?
  /// What the file calls the type of its elements, "float64" of a text.
  public let elementType: String
  /// The dimensions that rows are counted by, in C order, where there is more than one.
  public let dimensions: [Int]?

  init(
    matrix: AnyMatrix, rowLabels: [String]?, columnNames: [String]?, layout: TableLayout?,
    elementType: String? = nil, dimensions: [Int]? = nil
  ) {
    self.matrix = matrix
    self.rowLabels = rowLabels
    self.columnNames = columnNames
    self.layout = layout
    self.elementType = elementType ?? matrix.kind.name
    self.dimensions = dimensions
  }

  /// Some columns of numbers.
  func keeping(_ classes: ColumnRange?, path: String) throws(FileError) -> Table {
    guard let classes else { return self }
    let range = try classes.resolved(count: matrix.columns, path: path)
    return Table(
      matrix: matrix[columns: range], rowLabels: rowLabels,
      columnNames: columnNames.map { Array($0[range]) }, layout: layout, elementType: elementType,
      dimensions: dimensions)
  }

  /// The table with more said of how its text was read.
  func said(_ say: (inout TableLayout) -> Void) -> Table {
    guard var layout else { return self }
    say(&layout)
    return Table(
      matrix: matrix, rowLabels: rowLabels, columnNames: columnNames, layout: layout,
      elementType: elementType)
  }

  /// The columns as rows.
  func transposed() -> Table {
    var layout = layout
    layout?.isTransposed = true
    let turned = matrix.transposed()
    return Table(
      matrix: turned.isMapped ? turned : turned.inOrder(), rowLabels: columnNames,
      columnNames: rowLabels, layout: layout, elementType: elementType)
  }
}
