public import KullbackMatrix

/// A matrix whose contents are not defined: to be written before it is read.
public func scratchMatrix<Element: MatrixElement>(rows: Int, columns: Int) -> Matrix<Element> {
  // SAFETY: elements are plain numbers of which every pattern of bits is one.
  unsafe Matrix(rows: rows, columns: columns) { _ in }
}

/// The same with some room between rows: lines that are a multiple of 4096 bytes apart crowd each other out of
/// the caches.
func paddedMatrix<Element: MatrixElement>(rows: Int, columns: Int) -> Matrix<Element> {
  scratchMatrix(rows: rows, columns: columns + 64 / Element.elementKind.byteCount)[
    columns: 0..<columns]
}
