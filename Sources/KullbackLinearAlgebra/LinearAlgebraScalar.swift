public import KullbackMatrix

/// The element types that BLAS and LAPACK compute in here: `Float` and `Double`.
///
/// No other type can conform, since nobody else can make the table that is asked for.
public protocol LinearAlgebraScalar: MatrixElement, BinaryFloatingPoint {
  /// The C routines for this type.
  static var routines: LinearAlgebraRoutines<Self> { get }
}

extension Float: LinearAlgebraScalar {
  /// The single-precision routines (cblas_s…, LAPACKE_s…).
  public static let routines = LinearAlgebraRoutines.single
}

extension Double: LinearAlgebraScalar {
  /// The double-precision routines (cblas_d…, LAPACKE_d…).
  public static let routines = LinearAlgebraRoutines.double
}

/// Which triangle of a square matrix is read and written.
public enum Triangle: Sendable, CaseIterable {
  /// The diagonal and what lies below it.
  case lower
  /// The diagonal and what lies above it.
  case upper
}

/// On which side of the unknown the triangular matrix stands.
public enum Side: Sendable, CaseIterable {
  /// A X = B.
  case left
  /// X A = B.
  case right
}

/// The products and triangular solves of BLAS over `Matrix`, and what is known of the library.
///
/// Rows are stored one after the other and strides are honoured, so that slices of rows need no
/// copy. Sizes are 64-bit in Swift and checked against the 32-bit integers of OpenBLAS. NaN and
/// infinities are not looked for in products: they go through, and 0 × ∞ is NaN.
public enum BLAS {}

/// Factorisations, solves and eigenvalues of LAPACK over `Matrix`.
///
/// A NaN in the triangle that a factorisation reads is refused with its place, whatever the
/// environment says of LAPACKE's own check (LAPACKE_NANCHECK). Infinities are not looked for; a
/// factorisation in which they become a NaN pivot ends as not positive definite.
public enum LAPACK {}
