internal import KullbackMatrix

/// An array as it lies in a file: its elements' type, its dimensions, and its bytes.
struct StoredArray {
  let element: StoredElement
  let shape: [Int]
  /// Whether the first dimension's elements lie next to each other, and not the last's.
  var isFortranOrder = false
  /// The bytes of the elements, and no others.
  let bytes: Bytes
  /// What messages call the file.
  let path: String
  /// Where in it the array is described.
  var place = "header"

  /// Elements of a shape whose bytes are no more than memory can have; nil where they are, or one is negative.
  static func elements(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, product <= Int.max / 16 else { return nil }
      count = product
    }
    return count
  }

  /// A shape as NumPy writes it.
  static func spell(_ shape: [Int]) -> String {
    let sizes = shape.prefix(8).map(String.init) + (shape.count > 8 ? ["..."] : [])
    return "(" + sizes.joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
  }

  /// The dimensions that rows are counted by: all but the one of the classes.
  func leading(axis: Int? = nil) throws(FileError) -> [Int] {
    let axis = try place(ofAxis: axis)
    var sizes = shape
    sizes.remove(at: axis)
    return sizes
  }

  /// The elements along an axis as columns, and all others as rows, in C order; one dimension is one row.
  ///
  /// Shares the mapping where rows or columns lie one after the other, as they do in C order with the last or first axis and
  /// in Fortran order of two dimensions; else a copy.
  ///
  /// - Parameter axis: from 0, or from −1 backwards; nil is the last.
  func matrix(axis: Int? = nil) throws(FileError) -> AnyMatrix {
    let axis = try place(ofAxis: axis)
    let (columns, leading) = (shape[axis], try leading(axis: axis))
    // Without columns there may be more rows than anyone can count.
    guard let rows = Self.elements(leading), columns > 0, rows > 0 else {
      return empty(rows: Self.elements(leading) ?? 0, columns: columns)
    }
    let strides = strides
    let step = strides[axis]
    var others = strides
    others.remove(at: axis)
    let all = try elements(rows * columns)
    // How far it is from a row to the next, where that is always as far.
    let (dense, stride) = Self.stride(leading, others)
    if dense, step == 1, stride == columns || rows == 1 {
      return all.reshaped(rows: rows, columns: columns)
    }
    if dense, stride == 1, step == rows {
      return all.reshaped(rows: columns, columns: rows).transposed()
    }
    try AvailableMemory.check(
      rows * columns * element.converted.byteCount + 8 * rows, for: path)
    return all.gathered(rowsAt: Self.places(leading, others), columns: columns, step: step)
  }

  /// All elements as they lie, as one row.
  private func elements(_ count: Int) throws(FileError) -> AnyMatrix {
    guard !element.isDirect else {
      return bytes.matrix(element.converted, rows: 1, columns: count)
    }
    try AvailableMemory.check(count * element.converted.byteCount, for: path)
    return element.converting(bytes, count: count)
  }

  private func empty(rows: Int, columns: Int) -> AnyMatrix {
    switch element.converted {
    case .float16: AnyMatrix(Matrix<Float16>(rows: rows, columns: columns))
    case .bfloat16: AnyMatrix(Matrix<BFloat16>(rows: rows, columns: columns))
    case .float32: AnyMatrix(Matrix<Float>(rows: rows, columns: columns))
    case .float64: AnyMatrix(Matrix<Double>(rows: rows, columns: columns))
    case .int32: AnyMatrix(Matrix<Int32>(rows: rows, columns: columns))
    case .int64: AnyMatrix(Matrix<Int64>(rows: rows, columns: columns))
    }
  }

  private func place(ofAxis axis: Int?) throws(FileError) -> Int {
    guard !shape.isEmpty else {
      throw .malformed(
        path: path, place: place, reason: "shape () is a single number, and no matrix")
    }
    let axis = axis ?? -1
    let place = axis < 0 ? shape.count + axis : axis
    guard shape.indices.contains(place) else {
      throw .malformed(
        path: path, place: self.place,
        reason:
          "there is no axis \(axis): shape \(Self.spell(shape)) has \(counted(shape.count, "dimension"))"
      )
    }
    return place
  }

  /// Elements from one index to the next, in each dimension.
  private var strides: [Int] {
    var (strides, step) = ([Int](repeating: 1, count: shape.count), 1)
    for place in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
      strides[place] = step
      step *= max(1, shape[place])
    }
    return strides
  }

  /// Whether indices that count on in C order are always as far apart, and how far.
  private static func stride(_ sizes: [Int], _ strides: [Int]) -> (isUniform: Bool, stride: Int) {
    var (stride, next): (Int?, Int) = (nil, 0)
    for (size, own) in zip(sizes, strides).reversed() where size > 1 {
      if stride == nil { stride = own } else if own != next { return (false, 0) }
      next = own * size
    }
    return (true, stride ?? 1)
  }

  /// Where rows begin, in C order of their indices.
  private static func places(_ sizes: [Int], _ strides: [Int]) -> [Int] {
    var places = [0]
    for (size, stride) in zip(sizes, strides) {
      places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
    }
    return places
  }
}
