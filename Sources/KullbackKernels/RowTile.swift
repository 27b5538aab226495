internal import CVectorKernels
public import KullbackMatrix

/// Rows of a stretch of classes, prepared for products: panels of a few hundred classes side by side,
/// and what is known of each row.
///
/// The memory is kept from one stretch to the next.
public struct RowTile<Element: MatrixElement>: Sendable {
  /// How it is laid out.
  public let layout: TileLayout
  /// Rows prepared last.
  public private(set) var count = 0
  /// Σ p of each row, of p as stored.
  public private(set) var mass: [Double] = []
  /// Σ p l of each row.
  public private(set) var dot: [Double] = []
  /// Σ p |l| of each row.
  public private(set) var spread: [Double] = []
  /// Σ p² of each row, without the heavy masses.
  public private(set) var square: [Double] = []
  /// What each row's logarithms are less by.
  public private(set) var centres: [Double] = []
  /// The largest |l - centre| of each row.
  public private(set) var extent: [Double] = []
  /// Whether each row has a class without mass.
  public private(set) var gaps: [UInt8] = []
  /// A bit for each class that has mass, `wordsPerRow` words a row.
  public private(set) var bits: [UInt64] = []
  /// Words of a row's bits.
  public private(set) var wordsPerRow = 0
  /// The largest size of the rows' normalisers' logarithms, but not below 1: what they are rounded at.
  public private(set) var normaliserSize = 1.0
  /// Masses that were taken out of the stretch.
  public private(set) var heavy = HeavyMasses()
  var elements = Matrix<Element>(rows: 0, columns: 0)
  /// The rows side by side, a block of them a row; see `pack(_:keepsRows:on:)`.
  var blocks = Matrix<Element>(rows: 0, columns: 0)

  /// A tile that holds nothing yet.
  ///
  /// - Precondition: the elements are `Float` or `Double`.
  public init(of type: Element.Type, layout: TileLayout) {
    precondition(
      Element.elementKind == .float32 || Element.elementKind == .float64, "no products of this type"
    )
    self.layout = layout
  }

  /// A tile that holds nothing yet, its classes in their order.
  public init(of type: Element.Type, panelClasses: Int) {
    self.init(of: type, layout: TileLayout(panelClasses: panelClasses))
  }

  /// rows × up to `panelClasses` each, in the order of their places.
  public var panels: [Matrix<Element>] {
    stride(from: 0, to: elements.columns, by: layout.panelClasses).map {
      elements[columns: $0..<min($0 + layout.panelClasses, elements.columns)]
    }
  }

  /// Prepares rows for a stretch of classes.
  ///
  /// The sums and bits of a further stretch (`continues`) are added to those of the stretches before.
  ///
  /// - Parameters:
  ///   - operand: the rows and how they are read.
  ///   - rows: which of them.
  ///   - classes: the stretch; it begins at a multiple of 64.
  ///   - normalisers: the logarithm of each of the operand's rows' normaliser, +inf for rows that are not
  ///     valid.
  ///   - centres: what each of the operand's rows' logarithms are made less by, to keep products small.
  ///   - form: what is written.
  ///   - reference: one number for each class of the set.
  ///   - continues: whether these are further classes of the same rows.
  ///   - threads: how many to use.
  ///   - set: the instruction set.
  /// - Complexity: one read of the stretch.
  public mutating func prepare(
    _ operand: RowOperand, rows: Range<Int>, classes: Range<Int>, normalisers: [Double],
    centres: [Double]? = nil, form: TileForm, reference: [Double], continues: Bool = false,
    threads: Int = 1, on set: InstructionSet = .current
  ) {
    prepare(
      operand, rows: .range(rows), classes: classes, normalisers: normalisers, centres: centres,
      form: form, reference: reference, continues: continues, threads: threads, on: set)
  }

  /// The same for rows that may be named one by one.
  public mutating func prepare(
    _ operand: RowOperand, rows: RowSelection, classes: Range<Int>, normalisers: [Double],
    centres: [Double]? = nil, form: TileForm, reference: [Double], continues: Bool = false,
    threads: Int = 1, on set: InstructionSet = .current
  ) {
    precondition(rows.isInside(operand.matrix.rows), "the rows are not all there")
    precondition(classes.lowerBound % Int(KVK_TILE_WORD) == 0, "classes begin inside a word")
    precondition(classes.upperBound <= operand.matrix.columns, "no such classes")
    precondition(normalisers.count == operand.matrix.rows, "not a normaliser for each row")
    precondition(reference.count >= classes.upperBound, "too few references")
    precondition(centres.map { $0.count == operand.matrix.rows } ?? true, "too few centres")
    makeRoom(rows.count, classes.count, ofSet: operand.matrix.columns, continues)
    self.centres = centres.map { rows.values(of: $0) } ?? [Double](repeating: 0, count: count)
    let ofRows = rows.values(of: normalisers)
    normaliserSize = ofRows.reduce(1) { $1 < .infinity ? max($0, $1.magnitude) : $0 }
    let work = TilePreparation(
      operand: operand, rows: rows, classes: classes, normalisers: ofRows,
      form: form, reference: reference, layout: layout, step: layout.step(classes: classes.count),
      threads: threads, set: set)
    write(work)
    heavy.gather()
  }

  mutating func take(mass: [Double], dot: [Double], spread: [Double], square: [Double]) {
    self.mass = mass
    self.dot = dot
    self.spread = spread
    self.square = square
  }

  private mutating func makeRoom(_ rows: Int, _ classes: Int, ofSet all: Int, _ continues: Bool) {
    if elements.rows != rows || elements.columns != classes {
      elements = paddedMatrix(rows: rows, columns: classes)
    }
    count = rows
    heavy.clear(rows: rows, room: layout.heavyRoom)
    guard !continues else { return }
    wordsPerRow = (all + Int(KVK_TILE_WORD) - 1) / Int(KVK_TILE_WORD)
    mass = [Double](repeating: 0, count: rows)
    dot = mass
    spread = mass
    square = mass
    extent = mass
    gaps = [UInt8](repeating: 0, count: rows)
    if bits.count != rows * wordsPerRow { bits = [UInt64](repeating: 0, count: rows * wordsPerRow) }
  }

  private mutating func write(_ work: TilePreparation) {
    let (stride, wordsPerRow) = (elements.rowStride, self.wordsPerRow)
    // SAFETY: the elements have these rows and classes; the arrays have a place for each row and live over
    // the call, which ends after the last task.
    var (elements, heavy) = (Matrix<Element>(rows: 0, columns: 0), HeavyMasses())
    swap(&elements, &self.elements)
    swap(&heavy, &self.heavy)
    let centres = self.centres
    unsafe elements.withUnsafeMutableBaseAddress { base in
      unsafe withSums { sums, gaps, bits in
        unsafe heavy.withLists { counts, places, masses in
          unsafe centres.withUnsafeBufferPointer { centres in
            unsafe work.reference.withUnsafeBufferPointer { reference in
              var tile = unsafe kvk_tile()
              unsafe tile.base = base
              unsafe tile.stride = Int64(stride)
              unsafe tile.type = Int32(Element.elementKind.rawValue)
              unsafe tile.reference = reference.baseAddress
              unsafe tile.centre = centres.baseAddress
              unsafe tile.step = Int64(work.step)
              unsafe tile.bits = bits
              unsafe tile.bit_stride = Int64(wordsPerRow)
              unsafe tile.gaps = gaps
              switch work.form {
              case .masses:
                unsafe tile.mass = sums[0]
                unsafe tile.dot = sums[1]
                unsafe tile.spread = sums[2]
                unsafe tile.square = sums[3]
                if work.layout.heavyRoom > 0, Element.elementKind == .float32 {
                  unsafe tile.heavy_count = counts
                  unsafe tile.heavy_place = places
                  unsafe tile.heavy_mass = masses
                  unsafe tile.heavy_room = Int64(work.layout.heavyRoom)
                  unsafe tile.heavy_least = work.layout.heavyLeast
                }
              case .plainMasses: break
              case .logarithms:
                unsafe tile.what = Int32(KVK_TILE_LOG)
                unsafe tile.extent = sums[4]
              case .powers(let power, let shift):
                unsafe tile.what = Int32(KVK_TILE_POWER)
                unsafe tile.power = power
                unsafe tile.shift = shift
                unsafe tile.extent = sums[4]
              }
              unsafe work.run(tile)
            }
          }
        }
      }
    }
    swap(&elements, &self.elements)
    swap(&heavy, &self.heavy)
  }

  /// Calls `body` with the addresses of the sums: mass, dot, spread, square, extent; and of the flags.
  private mutating func withSums(
    _ body: (
      [UnsafeMutablePointer<Double>?], UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt64>?
    ) -> Void
  ) {
    // SAFETY: all live over the call.
    unsafe mass.withUnsafeMutableBufferPointer { mass in
      unsafe dot.withUnsafeMutableBufferPointer { dot in
        unsafe spread.withUnsafeMutableBufferPointer { spread in
          unsafe square.withUnsafeMutableBufferPointer { square in
            unsafe extent.withUnsafeMutableBufferPointer { extent in
              unsafe gaps.withUnsafeMutableBufferPointer { gaps in
                unsafe bits.withUnsafeMutableBufferPointer { bits in
                  let sums = unsafe [mass, dot, spread, square, extent].map {
                    $0.baseAddress
                  }
                  unsafe body(sums, gaps.baseAddress, bits.baseAddress)
                }
              }
            }
          }
        }
      }
    }
  }
}
