/// A type that results of all pairs can have.
public protocol PairwiseElement: MatrixElement {}

extension Float: PairwiseElement {}

extension Double: PairwiseElement {}
