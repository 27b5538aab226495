internal import KullbackMatrix

/// A type of element as files store it.
struct StoredElement: Equatable {
  enum Kind: Equatable {
    case float, bfloat, signed, unsigned, bool
    /// Eight bits with four or five of exponent, as the Open Compute Project defines them.
    case float8e4m3, float8e5m2
  }
  let kind: Kind
  let byteCount: Int
  var isBigEndian = false

  /// What it is read as: itself where a matrix can have it, else what holds every value of it.
  var converted: ElementKind {
    switch (kind, byteCount) {
    case (.float, 2), (.float8e4m3, _), (.float8e5m2, _): .float16
    case (.float, 4): .float32
    case (.float, _): .float64
    case (.bfloat, _): .bfloat16
    case (.signed, 8), (.unsigned, _): .int64
    case (.signed, _), (.bool, _): .int32
    }
  }

  /// What NumPy calls it.
  var name: String {
    let bits = 8 * byteCount
    return switch kind {
    case .float: "float\(bits)"
    case .bfloat: "bfloat16"
    case .float8e4m3: "float8_e4m3"
    case .float8e5m2: "float8_e5m2"
    case .signed: "int\(bits)"
    case .unsigned: "uint\(bits)"
    case .bool: "bool"
    }
  }

  /// Whether the bytes are those of `converted`, in this machine's order.
  var isDirect: Bool {
    let isOwn =
      switch kind {
      case .float, .bfloat: true
      case .signed: byteCount >= 4
      case .float8e4m3, .float8e5m2, .unsigned, .bool: false
      }
    return isOwn && !isBigEndian
  }

  /// All types by the names that options and safetensors give them.
  static let named: [(name: String, safetensors: String, element: StoredElement)] = [
    ("float64", "F64", StoredElement(kind: .float, byteCount: 8)),
    ("float32", "F32", StoredElement(kind: .float, byteCount: 4)),
    ("float16", "F16", StoredElement(kind: .float, byteCount: 2)),
    ("bfloat16", "BF16", StoredElement(kind: .bfloat, byteCount: 2)),
    ("float8_e4m3", "F8_E4M3", StoredElement(kind: .float8e4m3, byteCount: 1)),
    ("float8_e5m2", "F8_E5M2", StoredElement(kind: .float8e5m2, byteCount: 1)),
    ("int64", "I64", StoredElement(kind: .signed, byteCount: 8)),
    ("int32", "I32", StoredElement(kind: .signed, byteCount: 4)),
    ("int16", "I16", StoredElement(kind: .signed, byteCount: 2)),
    ("int8", "I8", StoredElement(kind: .signed, byteCount: 1)),
    ("uint64", "U64", StoredElement(kind: .unsigned, byteCount: 8)),
    ("uint32", "U32", StoredElement(kind: .unsigned, byteCount: 4)),
    ("uint16", "U16", StoredElement(kind: .unsigned, byteCount: 2)),
    ("uint8", "U8", StoredElement(kind: .unsigned, byteCount: 1)),
    ("bool", "BOOL", StoredElement(kind: .bool, byteCount: 1)),
  ]

  /// The elements in some bytes as one row of `converted`.
  func converting(_ bytes: Bytes, count: Int) -> AnyMatrix {
    func convert<Bits: FixedWidthInteger & BitwiseCopyable, Element: MatrixElement>(
      _ body: (Bits) -> Element
    ) -> AnyMatrix {
      unsafe bytes.withBytes { source in
        AnyMatrix(
          unsafe Matrix<Element>(rows: 1, columns: count) { buffer in
            for place in 0..<count {
              // SAFETY: a reader has checked that so many elements lie inside the bytes.
              let bits = unsafe source.loadUnaligned(
                fromByteOffset: place * byteCount, as: Bits.self)
              unsafe buffer[place] = body(
                isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
            }
          })
      }
    }
    switch (kind, byteCount) {
    case (.float, 2): return convert { Float16(bitPattern: $0) }
    case (.bfloat, _): return convert { BFloat16(bitPattern: $0) }
    case (.float8e4m3, _): return convert { Float16(e4m3: $0) }
    // A half with the last eight bits of its significand cut off.
    case (.float8e5m2, _):
      return convert { (bits: UInt8) in Float16(bitPattern: UInt16(bits) << 8) }
    case (.float, 4): return convert { Float(bitPattern: $0) }
    case (.float, _): return convert { Double(bitPattern: $0) }
    case (.signed, 1): return convert { (bits: Int8) in Int32(bits) }
    case (.signed, 2): return convert { (bits: Int16) in Int32(bits) }
    case (.signed, 4): return convert { (bits: Int32) in bits }
    case (.signed, _): return convert { (bits: Int64) in bits }
    case (.unsigned, 1): return convert { (bits: UInt8) in Int64(bits) }
    case (.unsigned, 2): return convert { (bits: UInt16) in Int64(bits) }
    case (.unsigned, 4): return convert { (bits: UInt32) in Int64(bits) }
    // Beyond Int64 an unsigned number is as good as the largest one: it is no label, and as a count it
    // dwarfs the others either way.
    case (.unsigned, _): return convert { (bits: UInt64) in Int64(clamping: bits) }
    case (.bool, _): return convert { (bits: UInt8) in Int32(bits == 0 ? 0 : 1) }
    }
  }
}

extension Float16 {
  /// The number of eight bits: a sign, four of exponent with a bias of 7, three of significand; no infinities, and
  /// NaN where all bits but the sign are 1.
  ///
  /// Source: *OCP 8-bit Floating Point Specification*, revision 1.0, 2023, E4M3.
  fileprivate init(e4m3 bits: UInt8) {
    let sign: Float16 = bits & 0x80 == 0 ? 1 : -1
    let (exponent, significand) = (Int(bits >> 3 & 15), Float16(bits & 7))
    guard bits & 0x7F != 0x7F else {
      self = .nan
      return
    }
    self =
      exponent == 0
      ? sign * significand * 0x1p-9
      : sign * (8 + significand) * Float16(sign: .plus, exponent: exponent - 10, significand: 1)
  }
}
