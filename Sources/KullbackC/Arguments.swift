internal import CKullback
internal import Kullback
internal import KullbackMatrix

// All that a caller hands over is checked here, and becomes values that the library takes.

/// Stands for a caller's memory, which is there until the call returns.
private final class Caller: Sendable {}

/// More than a process can address.
private let mostBytes = 1 << 47

/// A caller's structure of a size that is known.
///
/// - Parameter size: where the structure says how large its caller knows it.
func structure<Value>(
  _ pointer: UnsafePointer<Value>?, _ name: String, _ size: KeyPath<Value, UInt32>
) throws -> Value {
  guard let pointer = unsafe pointer else { throw Refusal("\(name) is NULL") }
  try unsafe checkAlignment(pointer, name)
  let wanted = MemoryLayout<Value>.size
  // SAFETY: a structure begins with its size, which is all that is read before it is known to be whole.
  let given = unsafe UnsafeRawPointer(pointer).load(as: UInt32.self)
  guard given == wanted else {
    throw Refusal(
      "\(name) says that its size is \(given), and this library's is \(wanted):"
        + " set size to sizeof(\(Value.self))")
  }
  return unsafe pointer.pointee
}

/// Refuses memory that does not begin at a multiple of what lies in it.
func checkAlignment<Value>(_ pointer: UnsafePointer<Value>?, _ name: String) throws {
  guard let pointer = unsafe pointer else { return }
  guard Int(bitPattern: pointer).isMultiple(of: MemoryLayout<Value>.alignment) else {
    throw Refusal("\(name) is not at a multiple of \(MemoryLayout<Value>.alignment) bytes")
  }
}

/// A text of a caller's.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
  guard let pointer = unsafe pointer else { throw Refusal("\(name) is NULL") }
  // SAFETY: the caller's text ends with a NUL.
  return unsafe String(cString: pointer)
}

/// A measure by its name.
func measure(_ pointer: UnsafePointer<CChar>?) throws -> Measure {
  try unsafe Measure.named(text(pointer, "measure"))
}

/// Measures by their names, between commas.
func measures(_ pointer: UnsafePointer<CChar>?) throws -> [Measure] {
  let names = try unsafe text(pointer, "measures").split(
    separator: ",", omittingEmptySubsequences: false)
  return try names.map { try Measure.named(String($0)) }
}

/// A caller's set, and where it lies.
struct GivenSet {
  let set: DistributionSet
  let bytes: Range<UInt>

  init(_ pointer: UnsafePointer<kullback_set>?, _ name: String) throws {
    let given = try unsafe structure(pointer, name, \.size)
    let kind = try unsafe elementKind(given.element, name)
    let forms: [Int32: Form] = [
      KULLBACK_LOGITS: .logits, KULLBACK_LOG_PROBABILITIES: .logProbabilities,
      KULLBACK_PROBABILITIES: .probabilities, KULLBACK_WEIGHTS: .weights,
    ]
    guard let form = unsafe forms[given.form] else {
      throw Refusal("\(unsafe given.form) is no form of \(name)")
    }
    guard unsafe given.reserved == 0 else { throw Refusal("reserved of \(name) is not 0") }
    let matrix = try unsafe borrowed(
      given.base, kind, rows: given.rows, columns: given.columns, rowStride: given.row_stride,
      columnStride: given.column_stride, name)
    (set, bytes) = (
      try unsafe DistributionSet(
        matrix.matrix, form: form, temperature: given.temperature, smoothing: given.smoothing,
        tolerance: given.tolerance < 0 ? nil : given.tolerance), matrix.bytes
    )
  }
}

/// What an element is stored as.
func elementKind(_ number: Int32, _ name: String) throws -> ElementKind {
  guard let code = UInt8(exactly: number), let kind = ElementKind(rawValue: code) else {
    throw Refusal("\(number) is no element type of \(name)")
  }
  return kind
}

/// A matrix in a caller's memory, and where that lies.
private func borrowed(
  _ base: UnsafeRawPointer?, _ kind: ElementKind, rows: Int64, columns: Int64, rowStride: Int64,
  columnStride: Int64, _ name: String
) throws -> (matrix: AnyMatrix, bytes: Range<UInt>) {
  let shape = (Int(rows), Int(columns), Int(rowStride), Int(columnStride))
  let bytes = try unsafe stretch(
    base, rows: shape.0, columns: shape.1, rowStride: shape.2, columnStride: shape.3,
    size: kind.byteCount, name)
  // SAFETY: nothing is read of a matrix without elements.
  guard let start = unsafe base ?? UnsafeRawPointer(bitPattern: 64) else {
    throw Refusal("\(name) has no memory")
  }
  do {
    return (
      try unsafe AnyMatrix(
        borrowing: start, kind: kind, rows: shape.0, columns: shape.1, rowStride: shape.2,
        columnStride: shape.3, owner: Caller()), bytes
    )
  } catch {
    throw Refusal("\(name): \(error)")
  }
}

/// The addresses of memory with rows and columns, if that is what a process can have.
private func stretch(
  _ base: UnsafeRawPointer?, rows: Int, columns: Int, rowStride: Int, columnStride: Int, size: Int,
  _ name: String
) throws -> Range<UInt> {
  guard rows >= 0, columns >= 0 else {
    throw Refusal("\(name) has \(rows) rows and \(columns) columns")
  }
  guard rows > 0, columns > 0 else {
    // Room is made for rows or columns that nothing says how many there can be of.
    guard max(rows, columns) <= 1 << 24 else {
      throw Refusal("\(name) has no elements, and more than 2^24 rows or columns")
    }
    return 0..<0
  }
  let (down, isTooLong) = (rows - 1).multipliedReportingOverflow(by: rowStride)
  let (across, isTooWide) = (columns - 1).multipliedReportingOverflow(by: columnStride)
  let (last, isTooFar) = down.addingReportingOverflow(across)
  guard !isTooLong, !isTooWide, !isTooFar, last < mostBytes / size else {
    throw Refusal("\(name) is larger than memory")
  }
  guard let base = unsafe base else { throw Refusal("\(name) has no memory: its base is NULL") }
  let start = UInt(bitPattern: base)
  let (end, isBeyond) = start.addingReportingOverflow(UInt(max(0, last + 1) * size))
  guard !isBeyond else { throw Refusal("\(name) is larger than memory") }
  return start..<end
}

/// A caller's memory for results, as a matrix that is written in place.
func writable<Element: MatrixElement>(
  _ base: UnsafeMutableRawPointer?, _: Element.Type, rows: Int, columns: Int, rowStride: Int,
  apartFrom sets: [GivenSet], _ name: String
) throws -> Matrix<Element> {
  let bytes = try unsafe stretch(
    UnsafeRawPointer(base), rows: rows, columns: columns, rowStride: rowStride, columnStride: 1,
    size: MemoryLayout<Element>.size, name)
  guard !sets.contains(where: { $0.bytes.overlaps(bytes) }) else {
    throw Refusal("\(name) overlaps memory that is read: results need memory of their own")
  }
  guard let start = unsafe base ?? UnsafeMutableRawPointer(bitPattern: 64) else {
    throw Refusal("\(name) has no memory")
  }
  do {
    return try unsafe Matrix(
      overwriting: start, rows: rows, columns: columns, rowStride: rowStride, owner: Caller())
  } catch {
    throw Refusal("\(name): \(error)")
  }
}

/// A caller's matrix for results.
@safe
struct GivenResult {
  let kind: ElementKind
  private let rows: Int
  private let columns: Int
  private let rowStride: Int
  @unsafe private let base: UnsafeMutableRawPointer?

  init(_ pointer: UnsafePointer<kullback_result>?, _ name: String = "result") throws {
    let given = try unsafe structure(pointer, name, \.size)
    kind = try unsafe elementKind(given.element, name)
    rows = unsafe Int(given.rows)
    columns = unsafe Int(given.columns)
    rowStride = unsafe Int(given.row_stride)
    unsafe base = unsafe given.base
  }

  /// The matrix, of elements that the kind stands for.
  func matrix<Element: MatrixElement>(
    _ type: Element.Type, apartFrom sets: [GivenSet]
  ) throws -> Matrix<Element> {
    try unsafe writable(
      base, type, rows: rows, columns: columns, rowStride: rowStride, apartFrom: sets, "result")
  }
}

/// A caller's column of results.
@safe
struct Column<Value: BitwiseCopyable> {
  @unsafe private let base: UnsafeMutablePointer<Value>?
  private let count: Int

  /// - Parameter isOptional: whether there need be none.
  init(
    _ base: UnsafeMutablePointer<Value>?, count: Int, isOptional: Bool = true,
    apartFrom sets: [GivenSet] = [], _ name: String
  ) throws {
    try unsafe checkAlignment(UnsafePointer(base), name)
    self.count = count
    unsafe self.base = unsafe base
    guard unsafe base != nil else {
      guard isOptional || count == 0 else { throw Refusal("\(name) is NULL") }
      return
    }
    let bytes = try unsafe stretch(
      UnsafeRawPointer(base), rows: 1, columns: count, rowStride: count, columnStride: 1,
      size: MemoryLayout<Value>.stride, name)
    guard !sets.contains(where: { $0.bytes.overlaps(bytes) }) else {
      throw Refusal("\(name) overlaps memory that is read: results need memory of their own")
    }
  }

  /// A column of rows × columns numbers.
  init(
    _ base: UnsafeMutablePointer<Value>?, rows: Int, columns: Int, isOptional: Bool = true,
    apartFrom sets: [GivenSet] = [], _ name: String
  ) throws {
    let (count, isTooLarge) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !isTooLarge else {
      throw Refusal("\(name) cannot be \(rows) x \(columns)")
    }
    try unsafe self.init(
      base, count: count, isOptional: isOptional, apartFrom: sets, name)
  }

  /// The values as they are.
  var values: [Value] {
    guard let base = unsafe base else { return [] }
    // SAFETY: the caller has `count` values.
    return unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  /// Writes the values, as many as there is room for.
  func write(_ values: [Value]) {
    precondition(values.count <= count, "more results than there is room for")
    guard let base = unsafe base else { return }
    unsafe values.withUnsafeBufferPointer { from in
      guard let start = from.baseAddress else { return }
      // SAFETY: the caller has room for `count` values.
      unsafe base.update(from: start, count: from.count)
    }
  }
}

/// A caller's numbers as a matrix without gaps.
func matrix(
  _ base: UnsafePointer<Double>?, rows: Int, columns: Int, _ name: String
) throws -> Matrix<Double> {
  try unsafe borrowed(
    base, .float64, rows: Int64(rows), columns: Int64(columns), rowStride: Int64(columns),
    columnStride: 1, name
  ).matrix.doubles
}

/// A caller's matrix that is no set of distributions.
func givenMatrix(
  _ pointer: UnsafePointer<kullback_matrix>?, _ name: String
) throws -> AnyMatrix {
  let given = try unsafe structure(pointer, name, \.size)
  return try unsafe borrowed(
    given.base, elementKind(given.element, name), rows: given.rows, columns: given.columns,
    rowStride: given.row_stride, columnStride: given.column_stride, name
  ).matrix
}

extension AnyMatrix {
  /// The elements in `Double`, in memory of their own.
  var doubles: Matrix<Double> {
    let elements: [Double] =
      switch kind {
      case .float64: matrix(of: Double.self)?.values ?? []
      case .float32: (matrix(of: Float.self)?.values ?? []).map { Double($0) }
      case .float16: (matrix(of: Float16.self)?.values ?? []).map { Double($0) }
      case .bfloat16: (matrix(of: BFloat16.self)?.values ?? []).map { Double(Float($0)) }
      case .int32: (matrix(of: Int32.self)?.values ?? []).map { Double($0) }
      case .int64: (matrix(of: Int64.self)?.values ?? []).map { Double($0) }
      }
    return Matrix(elements, rows: rows, columns: columns)
  }
}

/// A caller's labels and how they are scored.
struct GivenLabels {
  let labels: [Int64]
  let ignored: Int64?
  let smoothing: Double
  let classWeights: [Double]?

  init(_ pointer: UnsafePointer<kullback_labels>?) throws {
    let given = try unsafe structure(pointer, "labels", \.size)
    let kind = try unsafe elementKind(given.element, "labels")
    guard kind.isInteger else { throw Refusal("labels are \(kind.name), not whole numbers") }
    guard unsafe (0...1).contains(given.has_ignored), unsafe given.reserved == 0 else {
      throw Refusal("has_ignored of labels is 0 or 1, and reserved 0")
    }
    let matrix = try unsafe borrowed(
      given.base, kind, rows: given.count, columns: 1, rowStride: given.stride, columnStride: 1,
      "labels"
    ).matrix
    if let some = matrix.matrix(of: Int64.self) {
      labels = some.values
    } else {
      labels = (matrix.matrix(of: Int32.self)?.values ?? []).map { Int64($0) }
    }
    ignored = unsafe given.has_ignored == 1 ? given.ignored : nil
    smoothing = unsafe given.smoothing
    classWeights = try unsafe numbers(
      given.class_weights, given.class_weight_count, "class_weights")
  }
}

/// A caller's numbers, which lie `stride` apart.
func column(
  _ base: UnsafePointer<Double>?, count: Int64, stride: Int64, _ name: String
) throws -> [Double] {
  try unsafe borrowed(
    base, .float64, rows: count, columns: 1, rowStride: stride, columnStride: 1, name
  ).matrix.matrix(of: Double.self)?.values ?? []
}

/// A caller's bytes.
func given(_ base: UnsafePointer<UInt8>?, _ size: UInt64, _ name: String) throws -> [UInt8] {
  guard let base = unsafe base else { throw Refusal("\(name) is NULL") }
  guard size < mostBytes else { throw Refusal("\(name) is larger than memory") }
  // SAFETY: the caller has so many bytes.
  return unsafe Array(UnsafeBufferPointer(start: base, count: Int(size)))
}

/// A caller's numbers; nil where there are none.
func numbers(
  _ base: UnsafePointer<Double>?, _ count: Int64, _ name: String
) throws -> [Double]? {
  guard let base = unsafe base else {
    guard count == 0 else { throw Refusal("\(name) is NULL and has \(count) numbers") }
    return nil
  }
  return try unsafe borrowed(
    base, .float64, rows: 1, columns: count, rowStride: count, columnStride: 1, name
  ).matrix.matrix(of: Double.self)?.values
}
