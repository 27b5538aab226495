// Loops over rows, triangles and diagonals of row-major matrices. Each is promised that many rows and
// columns (`n` of both) behind the address, `stride` elements apart.

/// A row and a column.
struct Place: Sendable, Equatable {
  let row: Int
  let column: Int
}
