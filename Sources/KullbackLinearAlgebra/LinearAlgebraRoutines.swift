internal import COpenBLAS

/// The C routines of one precision, opaque outside this module.
///
/// Matrices arrive as base address and stride in elements, row-major. A factorisation is handed to
/// LAPACK as column-major with the other triangle, which is the same memory: LAPACKE's row-major
/// form would copy the matrix twice.
@safe public struct LinearAlgebraRoutines<Scalar: Sendable>: Sendable {
  typealias Source = UnsafePointer<Scalar>
  typealias Target = UnsafeMutablePointer<Scalar>

  let dot: @Sendable (_ n: Int32, _ x: Source, _ y: Source) -> Scalar
  let axpy: @Sendable (_ n: Int32, _ alpha: Scalar, _ x: Source, _ y: Target) -> Void
  let nrm2: @Sendable (_ n: Int32, _ x: Source) -> Scalar
  let gemv:
    @Sendable (
      _ transpose: Bool, _ m: Int32, _ n: Int32, _ alpha: Scalar, _ a: Source, _ strideA: Int32,
      _ x: Source, _ beta: Scalar, _ y: Target
    ) -> Void
  let gemm:
    @Sendable (
      _ transposeA: Bool, _ transposeB: Bool, _ m: Int32, _ n: Int32, _ k: Int32, _ alpha: Scalar,
      _ a: Source, _ strideA: Int32, _ b: Source, _ strideB: Int32, _ beta: Scalar, _ c: Target,
      _ strideC: Int32
    ) -> Void
  let syrk:
    @Sendable (
      _ triangle: Triangle, _ transpose: Bool, _ n: Int32, _ k: Int32, _ alpha: Scalar, _ a: Source,
      _ strideA: Int32, _ beta: Scalar, _ c: Target, _ strideC: Int32
    ) -> Void
  let trsm:
    @Sendable (
      _ side: Side, _ triangle: Triangle, _ transpose: Bool, _ unitDiagonal: Bool, _ m: Int32,
      _ n: Int32, _ alpha: Scalar, _ a: Source, _ strideA: Int32, _ b: Target, _ strideB: Int32
    ) -> Void
  let potrf: @Sendable (_ triangle: Triangle, _ n: Int32, _ a: Target, _ stride: Int32) -> Int32
  let potri: @Sendable (_ triangle: Triangle, _ n: Int32, _ a: Target, _ stride: Int32) -> Int32
  let syevd:
    @Sendable (
      _ vectors: Bool, _ triangle: Triangle, _ n: Int32, _ a: Target, _ stride: Int32,
      _ values: Target, _ work: Target, _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>,
      _ integerCount: Int32
    ) -> Int32

  // Concrete copies of the generic loops of Triangles.swift: called through here they are
  // specialised, also for callers in other modules.
  let firstNaN: @Sendable (_ triangle: Triangle, _ n: Int, _ a: Source, _ stride: Int) -> Place?
  let firstZero: @Sendable (_ n: Int, _ a: Source, _ stride: Int) -> Int?
  let firstNotPositive: @Sendable (_ n: Int, _ a: Source, _ stride: Int) -> Int?
  let copy:
    @Sendable (
      _ rows: Int, _ columns: Int, _ source: Source, _ strideSource: Int, _ target: Target,
      _ strideTarget: Int
    ) -> Void
  let clear: @Sendable (_ triangle: Triangle, _ n: Int, _ a: Target, _ stride: Int) -> Void
  let mirror: @Sendable (_ triangle: Triangle, _ n: Int, _ a: Target, _ stride: Int) -> Void
  let transpose: @Sendable (_ n: Int, _ a: Target, _ stride: Int) -> Void
}

private func flag(_ transpose: Bool) -> CBLAS_TRANSPOSE { transpose ? CblasTrans : CblasNoTrans }

private func flag(_ triangle: Triangle) -> CBLAS_UPLO {
  triangle == .lower ? CblasLower : CblasUpper
}

private func flag(_ side: Side) -> CBLAS_SIDE { side == .left ? CblasLeft : CblasRight }

private func flag(unit: Bool) -> CBLAS_DIAG { unit ? CblasUnit : CblasNonUnit }

/// The letter of the same triangle once rows are read as columns.
private func columnMajor(_ triangle: Triangle) -> CChar {
  CChar(UInt8(ascii: triangle == .lower ? "U" : "L"))
}

private func job(_ vectors: Bool) -> CChar { CChar(UInt8(ascii: vectors ? "V" : "N")) }

// SAFETY: every routine below reads and writes only what its sizes and strides say, and the callers
// in this module check both against the operands before they pass an address.

extension LinearAlgebraRoutines where Scalar == Float {
  static let single = unsafe LinearAlgebraRoutines(
    dot: { n, x, y in unsafe cblas_sdot(n, x, 1, y, 1) },
    axpy: { n, alpha, x, y in unsafe cblas_saxpy(n, alpha, x, 1, y, 1) },
    nrm2: { n, x in unsafe cblas_snrm2(n, x, 1) },
    gemv: { transpose, m, n, alpha, a, strideA, x, beta, y in
      unsafe cblas_sgemv(
        CblasRowMajor, flag(transpose), m, n, alpha, a, strideA, x, 1, beta, y, 1)
    },
    gemm: { transposeA, transposeB, m, n, k, alpha, a, strideA, b, strideB, beta, c, strideC in
      unsafe cblas_sgemm(
        CblasRowMajor, flag(transposeA), flag(transposeB), m, n, k, alpha, a, strideA, b, strideB,
        beta, c, strideC)
    },
    syrk: { triangle, transpose, n, k, alpha, a, strideA, beta, c, strideC in
      unsafe cblas_ssyrk(
        CblasRowMajor, flag(triangle), flag(transpose), n, k, alpha, a, strideA, beta, c, strideC)
    },
    trsm: { side, triangle, transpose, unitDiagonal, m, n, alpha, a, strideA, b, strideB in
      unsafe cblas_strsm(
        CblasRowMajor, flag(side), flag(triangle), flag(transpose), flag(unit: unitDiagonal), m, n,
        alpha, a, strideA, b, strideB)
    },
    potrf: { triangle, n, a, stride in
      unsafe LAPACKE_spotrf_work(LAPACK_COL_MAJOR, columnMajor(triangle), n, a, stride)
    },
    potri: { triangle, n, a, stride in
      unsafe LAPACKE_spotri_work(LAPACK_COL_MAJOR, columnMajor(triangle), n, a, stride)
    },
    syevd: { vectors, triangle, n, a, stride, values, work, workCount, integers, integerCount in
      unsafe LAPACKE_ssyevd_work(
        LAPACK_COL_MAJOR, job(vectors), columnMajor(triangle), n, a, stride, values, work,
        workCount, integers, integerCount)
    },
    firstNaN: { unsafe firstNaNOfTriangle($0, $1, $2, $3) },
    firstZero: { unsafe firstZeroOfDiagonal($0, $1, $2) },
    firstNotPositive: { unsafe firstNotPositiveOfDiagonal($0, $1, $2) },
    copy: { unsafe copyRows($0, $1, $2, $3, $4, $5) },
    clear: { unsafe clearStrictTriangle($0, $1, $2, $3) },
    mirror: { unsafe mirrorTriangle($0, $1, $2, $3) },
    transpose: { unsafe transposeInPlace($0, $1, $2) })
}

extension LinearAlgebraRoutines where Scalar == Double {
  static let double = unsafe LinearAlgebraRoutines(
    dot: { n, x, y in unsafe cblas_ddot(n, x, 1, y, 1) },
    axpy: { n, alpha, x, y in unsafe cblas_daxpy(n, alpha, x, 1, y, 1) },
    nrm2: { n, x in unsafe cblas_dnrm2(n, x, 1) },
    gemv: { transpose, m, n, alpha, a, strideA, x, beta, y in
      unsafe cblas_dgemv(
        CblasRowMajor, flag(transpose), m, n, alpha, a, strideA, x, 1, beta, y, 1)
    },
    gemm: { transposeA, transposeB, m, n, k, alpha, a, strideA, b, strideB, beta, c, strideC in
      unsafe cblas_dgemm(
        CblasRowMajor, flag(transposeA), flag(transposeB), m, n, k, alpha, a, strideA, b, strideB,
        beta, c, strideC)
    },
    syrk: { triangle, transpose, n, k, alpha, a, strideA, beta, c, strideC in
      unsafe cblas_dsyrk(
        CblasRowMajor, flag(triangle), flag(transpose), n, k, alpha, a, strideA, beta, c, strideC)
    },
    trsm: { side, triangle, transpose, unitDiagonal, m, n, alpha, a, strideA, b, strideB in
      unsafe cblas_dtrsm(
        CblasRowMajor, flag(side), flag(triangle), flag(transpose), flag(unit: unitDiagonal), m, n,
        alpha, a, strideA, b, strideB)
    },
    potrf: { triangle, n, a, stride in
      unsafe LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, columnMajor(triangle), n, a, stride)
    },
    potri: { triangle, n, a, stride in
      unsafe LAPACKE_dpotri_work(LAPACK_COL_MAJOR, columnMajor(triangle), n, a, stride)
    },
    syevd: { vectors, triangle, n, a, stride, values, work, workCount, integers, integerCount in
      unsafe LAPACKE_dsyevd_work(
        LAPACK_COL_MAJOR, job(vectors), columnMajor(triangle), n, a, stride, values, work,
        workCount, integers, integerCount)
    },
    firstNaN: { unsafe firstNaNOfTriangle($0, $1, $2, $3) },
    firstZero: { unsafe firstZeroOfDiagonal($0, $1, $2) },
    firstNotPositive: { unsafe firstNotPositiveOfDiagonal($0, $1, $2) },
    copy: { unsafe copyRows($0, $1, $2, $3, $4, $5) },
    clear: { unsafe clearStrictTriangle($0, $1, $2, $3) },
    mirror: { unsafe mirrorTriangle($0, $1, $2, $3) },
    transpose: { unsafe transposeInPlace($0, $1, $2) })
}
