/// Factorisations, solves and eigenvalues of LAPACK over `Matrix`.
///
/// A NaN in the triangle that a factorisation reads is refused with its place, whatever the
/// environment says of LAPACKE's own check (LAPACKE_NANCHECK). Infinities are not looked for; a
/// factorisation in which they become a NaN pivot ends as not positive definite.
public enum LAPACK {}
