// `import KullbackInference` alone is enough: sets of distributions and matrices come with it.
@_exported public import Kullback
