/// A type that a `Matrix` can hold.
public protocol MatrixElement: BitwiseCopyable, Sendable, Equatable {
  /// The kind that stands for this type.
  static var elementKind: ElementKind { get }
}

extension Float: MatrixElement {
  /// 32-bit floating point.
  public static var elementKind: ElementKind { .float32 }
}

extension Double: MatrixElement {
  /// 64-bit floating point.
  public static var elementKind: ElementKind { .float64 }
}

extension Float16: MatrixElement {
  /// 16-bit floating point, IEEE 754 binary16.
  public static var elementKind: ElementKind { .float16 }
}

extension BFloat16: MatrixElement {
  /// The upper half of a 32-bit floating-point number.
  public static var elementKind: ElementKind { .bfloat16 }
}

extension Int32: MatrixElement {
  /// 32-bit whole numbers.
  public static var elementKind: ElementKind { .int32 }
}

extension Int64: MatrixElement {
  /// 64-bit whole numbers.
  public static var elementKind: ElementKind { .int64 }
}
