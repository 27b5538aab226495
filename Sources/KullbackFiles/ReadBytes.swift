internal import KullbackMatrix

/// Bytes that were read, kept for a matrix that lies in them.
final class ReadBytes: Sendable {
  private let bytes: Matrix<Float16>

  /// Copies the bytes into a matrix's memory, which does not move.
  init(_ read: ArraySlice<UInt8>) {
    let pairs = (read.count + 1) / 2
    unsafe bytes = Matrix<Float16>(rows: 1, columns: pairs) { buffer in
      // SAFETY: the buffer has room for the bytes; an odd last byte is followed by one of padding.
      unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: read)
    }
  }

  /// The matrix in the bytes from an offset on, which have to be enough.
  func matrix(_ kind: ElementKind, rows: Int, columns: Int, from offset: Int) -> AnyMatrix {
    func borrowed<Element: MatrixElement>(_ type: Element.Type) -> AnyMatrix {
      // SAFETY: the bytes reach, and this object, their owner, keeps them.
      unsafe bytes.withUnsafeBaseAddress { base in
        unsafe AnyMatrix(
          Matrix<Element>(borrowing: base + offset, rows: rows, columns: columns, owner: self))
      }
    }
    switch kind {
    case .float16: return borrowed(Float16.self)
    case .bfloat16: return borrowed(BFloat16.self)
    case .float32: return borrowed(Float.self)
    case .float64: return borrowed(Double.self)
    case .int32: return borrowed(Int32.self)
    case .int64: return borrowed(Int64.self)
    }
  }
}
