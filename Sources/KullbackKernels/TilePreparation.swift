internal import CVectorKernels

/// One preparation, as tasks that threads share.
struct TilePreparation {
  let operand: RowOperand
  let rows: RowSelection
  let classes: Range<Int>
  let normalisers: [Double]
  let form: TileForm
  let reference: [Double]
  let layout: TileLayout
  let step: Int
  let threads: Int
  let set: InstructionSet

  func run(_ tile: kvk_tile) {
    let places: [Int64] = if case .list(let rows) = rows { rows.map { Int64($0) } } else { [] }
    let first = if case .range(let range) = rows { range.lowerBound } else { 0 }
    let tasks = RowTasks(rows: rows.count, bytesPerRow: classes.count * 16)
    // SAFETY: the side, the places and the normalisers live over the call, which ends after the last task.
    unsafe normalisers.withUnsafeBufferPointer { normalisers in
      unsafe places.withUnsafeBufferPointer { places in
        unsafe operand.withSide { side in
          var side = unsafe side
          if case .list = rows { unsafe side.rows = places.baseAddress }
          let call = unsafe TileTasks(
            side: side, tile: tile, table: set.table, first: first, classes: classes,
            normalisers: normalisers.baseAddress)
          tasks.run(threads: threads) { call.write($0) }
        }
      }
    }
  }
}

@safe
private struct TileTasks: @unchecked Sendable {
  let side: kvk_side
  let tile: kvk_tile
  let table: kvk_table
  let first: Int
  let classes: Range<Int>
  let normalisers: UnsafePointer<Double>?

  func write(_ task: Range<Int>) {
    guard let normalisers = unsafe normalisers else { return }
    var (side, part) = unsafe (self.side, tile)
    let (skip, width) = unsafe (task.lowerBound, tile.type == KVK_F32 ? 4 : 8)
    // SAFETY: the task's rows are inside the tile and the arrays, and no other task writes them.
    unsafe part.base += skip * Int(tile.stride) * width
    unsafe part.mass = part.mass.map { unsafe $0 + skip }
    unsafe part.dot = part.dot.map { unsafe $0 + skip }
    unsafe part.square = part.square.map { unsafe $0 + skip }
    unsafe part.spread = part.spread.map { unsafe $0 + skip }
    unsafe part.extent = part.extent.map { unsafe $0 + skip }
    unsafe part.heavy_count = part.heavy_count.map { unsafe $0 + skip }
    unsafe part.heavy_place = part.heavy_place.map { unsafe $0 + skip * Int(tile.heavy_room) }
    unsafe part.heavy_mass = part.heavy_mass.map { unsafe $0 + skip * Int(tile.heavy_room) }
    unsafe part.bits += skip * Int(tile.bit_stride)
    unsafe part.gaps += skip
    unsafe part.centre += skip
    unsafe table.tile_rows(
      &side, Int64(first + skip), Int64(task.count), Int64(classes.lowerBound),
      Int64(classes.upperBound), normalisers + skip, &part)
  }
}
