internal import KullbackMatrix
internal import CLibm

/// A density on a plane at the points of a grid, for drawing.
public struct DensityGrid: Sendable {
  private let x: [Double]
  private let y: [Double]
  /// Densities, a row for each y, up to one factor for all.
  private let densities: [Double]

  /// The values of a density over a rectangle.
  ///
  /// - Parameters:
  ///   - density: on two dimensions, normalised or not.
  ///   - x: from left to right.
  ///   - y: from below.
  ///   - count: points in each direction, at least 2.
  /// - Throws: `InferenceError.lengthMismatch` for another dimension, `.noDensity` where it is 0 at all points,
  ///   `.invalidDensity` where its logarithm is NaN or +inf, what `density` throws.
  public init(
    _ density: any Density, x: ClosedRange<Double>, y: ClosedRange<Double>, count: Int
  ) throws {
    guard density.dimension == 2 else {
      throw InferenceError.lengthMismatch(
        "dimensions of a grid", expected: 2, given: density.dimension)
    }
    self.x = evenlySpaced(x, count)
    self.y = evenlySpaced(y, count)
    let points = self.y.flatMap { [x = self.x] y in x.flatMap { [$0, y] } }
    let places = Matrix(points, rows: points.count / 2, columns: 2)
    let logarithms = try density.logDensities(at: places)
    try density.checkDensities(logarithms, places)
    let most = logarithms.max() ?? -.infinity
    guard most > -.infinity else { throw InferenceError.noDensity(draws: logarithms.count) }
    densities = logarithms.map { exp($0 - most) }
  }

  /// The outlines of the smallest region that holds a share of the grid's mass, closed lines.
  ///
  /// Inside is what an even-odd filling fills.
  public func region(mass: Double) -> [[PlanePoint]] {
    Contours(x: x, y: y, values: densities, level: level(mass: mass)).lines
  }

  /// The density above which a share of the grid's mass lies.
  private func level(mass: Double) -> Double {
    let sorted = densities.sorted(by: >)
    let wanted = mass * sorted.reduce(0, +)
    var sum = 0.0
    for value in sorted {
      sum += value
      if sum >= wanted { return value }
    }
    return 0
  }
}

/// The lines along which values on a grid are at a level, by marching squares.
///
/// Beyond the grid all values are taken to be below, so that every line is closed.
private struct Contours {
  /// An edge of the grid between two neighbouring points.
  private struct Edge: Hashable {
    let column: Int
    let row: Int
    let isUpright: Bool
  }

  let lines: [[PlanePoint]]

  init(x: [Double], y: [Double], values: [Double], level: Double) {
    let (columns, rows) = (x.count, y.count)
    func value(_ column: Int, _ row: Int) -> Double {
      column < 0 || row < 0 || column >= columns || row >= rows
        ? 0 : values[row * columns + column]
    }
    func isInside(_ column: Int, _ row: Int) -> Bool {
      column >= 0 && row >= 0 && column < columns && row < rows && value(column, row) >= level
    }
    // The outermost points stand for those beyond them.
    func place(_ column: Int, _ row: Int) -> PlanePoint {
      PlanePoint(
        x: x[min(max(column, 0), columns - 1)], y: y[min(max(row, 0), rows - 1)])
    }
    func crossing(_ edge: Edge) -> PlanePoint {
      let other =
        edge.isUpright ? (edge.column, edge.row + 1) : (edge.column + 1, edge.row)
      let (a, b) = (value(edge.column, edge.row), value(other.0, other.1))
      let share = a == b ? 0.5 : min(max((level - a) / (b - a), 0), 1)
      let (from, to) = (place(edge.column, edge.row), place(other.0, other.1))
      return PlanePoint(
        x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y))
    }
    // Each cell's pieces, from edge to edge with the inside on the left.
    var next: [Edge: [Edge]] = [:]
    for row in -1..<rows {
      for column in -1..<columns {
        let corners = [
          isInside(column, row), isInside(column + 1, row), isInside(column + 1, row + 1),
          isInside(column, row + 1),
        ]
        let edges = [
          Edge(column: column, row: row, isUpright: false),
          Edge(column: column + 1, row: row, isUpright: true),
          Edge(column: column, row: row + 1, isUpright: false),
          Edge(column: column, row: row, isUpright: true),
        ]
        // Around the cell: where the inside ends a line begins, and it ends where the inside last began.
        for side in 0..<4 where corners[side] && !corners[(side + 1) % 4] {
          var back = side
          // Ends: `side` itself is such a corner, three steps on.
          repeat { back = (back + 3) % 4 } while corners[back] || !corners[(back + 1) % 4]
          next[edges[side], default: []].append(edges[back])
        }
      }
    }
    var lines: [[PlanePoint]] = []
    let starts = next.keys.sorted {
      ($0.row, $0.column, $0.isUpright ? 1 : 0) < ($1.row, $1.column, $1.isUpright ? 1 : 0)
    }
    for start in starts {
      // Both end: each turn takes an edge away.
      while var edge = next[start]?.popLast() {
        var line = [crossing(start)]
        while edge != start {
          line.append(crossing(edge))
          guard let further = next[edge]?.popLast() else { break }
          edge = further
        }
        lines.append(line)
      }
    }
    self.lines = lines
  }
}
