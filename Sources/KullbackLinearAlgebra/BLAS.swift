/// The products and triangular solves of BLAS over `Matrix`, and what is known of the library.
///
/// Rows are stored one after the other and strides are honoured, so that slices of rows need no
/// copy. Sizes are 64-bit in Swift and checked against the 32-bit integers of OpenBLAS. NaN and
/// infinities are not looked for in products: they go through, and 0 × ∞ is NaN.
public enum BLAS {}
