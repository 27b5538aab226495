// `import KullbackLinearAlgebra` alone is enough: matrices come with it.
@_exported public import KullbackMatrix
