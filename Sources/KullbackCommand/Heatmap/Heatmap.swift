/// What a picture of a matrix shows.
struct Heatmap {
  /// Rows of cells.
  let values: [[Double]]
  /// What the rows of cells are called, from above; as many as there are cells.
  let rows: [String]
  /// What the columns are called.
  let columns: [String]
  /// As in "forward KL, D(target‖model)".
  let title: String
  /// What values are counted in; empty for plain numbers.
  let unit: String
  /// What stands beside the rows and under the columns.
  let captions: (rows: String, columns: String)
  /// What else has to be said of the picture, a line each.
  let notes: [String]
  let scale: ColourScale

  init(
    values: [[Double]], rows: [String], columns: [String], title: String, unit: String,
    captions: (rows: String, columns: String), notes: [String], startsAtZero: Bool
  ) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.title = title
    self.unit = unit
    self.captions = captions
    self.notes = notes
    scale = ColourScale(values.joined(), startsAtZero: startsAtZero)
  }

  /// Whether any value is infinite.
  var hasInfinite: Bool { values.contains { $0.contains { $0.isInfinite } } }
  /// Whether any cell has no value.
  var hasInvalid: Bool { values.contains { $0.contains { $0.isNaN } } }
}
