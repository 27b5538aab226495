internal import CVectorKernels
public import KullbackMatrix

/// The few large masses of rows, which are multiplied by themselves: products in `Float` then hold only
/// small terms, and round less.
public struct HeavyMasses: Sendable {
  /// How many each row has.
  private(set) var counts: [Int32] = []
  private(set) var places: [Int32] = []
  private(set) var masses: [Double] = []
  private(set) var room = 0
  /// All places that any row has, in order, each once.
  public private(set) var distinctPlaces: [Int32] = []
  /// For each mass, which of the distinct places it has.
  private(set) var columns: [Int32] = []

  mutating func clear(rows: Int, room: Int) {
    self.room = room
    counts = [Int32](repeating: 0, count: rows)
    distinctPlaces = []
    if places.count != rows * room {
      places = [Int32](repeating: 0, count: rows * room)
      masses = [Double](repeating: 0, count: rows * room)
      columns = places
    }
  }

  /// Numbers the places once all rows are there.
  mutating func gather() {
    guard counts.contains(where: { $0 > 0 }) else { return }
    var numbers: [Int32: Int32] = [:]
    var all: [Int32] = []
    for (row, count) in counts.enumerated() { all += places[row * room..<row * room + Int(count)] }
    distinctPlaces = Array(Set(all)).sorted()
    for (number, place) in distinctPlaces.enumerated() { numbers[place] = Int32(number) }
    for (row, count) in counts.enumerated() {
      for index in row * room..<row * room + Int(count) {
        columns[index] = numbers[places[index]] ?? 0
      }
    }
  }

  mutating func withLists(
    _ body: (
      UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Double>?
    ) -> Void
  ) {
    // SAFETY: all live over the call.
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe places.withUnsafeMutableBufferPointer { places in
        unsafe masses.withUnsafeMutableBufferPointer { masses in
          unsafe body(counts.baseAddress, places.baseAddress, masses.baseAddress)
        }
      }
    }
  }
}

extension RowTile {
  /// The elements of all rows at some places: a row for each place.
  ///
  /// - Precondition: the places are inside the stretch; there are none unless the elements are `Float`.
  public func columns(at places: [Int32], on set: InstructionSet = .current) -> Matrix<Float> {
    var result: Matrix<Float> = paddedMatrix(rows: places.count, columns: count)
    guard !places.isEmpty else { return result }
    if blocks.rows > 0 {
      copyColumns(at: places, to: &result)
      return result
    }
    guard let first = panels.first else { return result }
    precondition(Element.elementKind == .float32, "not Float")
    let last = panels.reduce(0) { $0 + $1.columns }
    precondition(places.allSatisfy { $0 >= 0 && $0 < last }, "no such places")
    let (stride, toStride) = (first.rowStride, result.rowStride)
    // SAFETY: the panels are stretches of one matrix whose rows hold all the places.
    unsafe first.withUnsafeBaseAddress { base in
      unsafe places.withUnsafeBufferPointer { places in
        unsafe result.withUnsafeMutableBaseAddress { to in
          guard let wanted = places.baseAddress else { return }
          unsafe set.table.tile_columns(
            base.assumingMemoryBound(to: Float.self), Int64(stride), Int64(count), wanted,
            Int64(places.count), to.assumingMemoryBound(to: Float.self), Int64(toStride))
        }
      }
    }
    return result
  }
}
