import KullbackLinearAlgebra

let a = Matrix<Double>([[4, 2], [2, 3]])
let product = try BLAS.gemm(a, a, transposeSecond: true)  // A Aᵀ; `into:` writes where there is room
let factor = try LAPACK.potrf(a)                          // L of A = L Lᵀ, or an error that says why not
print(product, factor, separator: "\n")
