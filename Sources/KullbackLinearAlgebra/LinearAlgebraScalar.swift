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
