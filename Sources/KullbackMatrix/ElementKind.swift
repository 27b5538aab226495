/// What an element of a matrix is stored as.
public enum ElementKind: UInt8, Sendable, CaseIterable {
  case float32 = 0
  case float64 = 1
  case float16 = 2
  case bfloat16 = 3
  case int32 = 4
  case int64 = 5

  /// Bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// The name that NumPy and its users know the type by.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int32: "int32"
    case .int64: "int64"
    }
  }

  /// Whether elements are whole numbers: labels and counts.
  public var isInteger: Bool { self == .int32 || self == .int64 }
}
