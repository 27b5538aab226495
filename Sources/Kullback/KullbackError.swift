/// What is wrong with a call's data or options.
public enum KullbackError: Error, Sendable, Equatable {
  /// The two sets differ in classes, or in rows where neither has just one.
  case shapeMismatch(target: Shape, model: Shape)
  /// A set without classes.
  case emptySet
  /// A temperature that is not a finite number above 0.
  case invalidTemperature(Double)
  /// A smoothing that is not a finite number, 0 or above.
  case invalidSmoothing(Double)
  /// A tolerance that is not a number, 0 or above.
  case invalidTolerance(Double)
  /// A base of logarithms that is not a finite number above 0, other than 1.
  case invalidBase(Double)
  /// A form that the element type cannot have: whole numbers are weights.
  case unsupportedElements(ElementKind, form: Form)
  /// Parts of an evaluation that do not fit together; why, in words.
  case parts(String)
  /// No measure has this name.
  case unknownMeasure(String)
  /// An order, a weight or a count that no measure of the family has.
  case invalidOrder(Double, of: String)
  /// There is not one label for each row.
  case labelCount(labels: Int, rows: Int)
  /// A label smoothing outside 0...1.
  case invalidLabelSmoothing(Double)
  /// There is not one weight for each class, or one is negative or not finite.
  case invalidClassWeights(count: Int, classes: Int)
  /// A matrix for results that does not have the shape of the results.
  case resultShape(expected: Shape, given: Shape)
  /// A number of neighbours that is not above 0, or a radius that is not a number, 0 or above.
  case invalidNeighbours(Double)
  /// Fewer clusters than one, or more than there are valid rows.
  case clusterCount(Int, validRows: Int)
  /// A number of iterations below 1.
  case invalidIterations(Int)
  /// A number of threads below 1.
  case invalidThreads(Int)
  /// `KULLBACK_NUM_THREADS` is not a number of threads.
  case threadVariable(String)
  /// A number of restarts below 1.
  case invalidRestarts(Int)
  /// A centroid that is no distribution.
  case invalidCentroid(row: Int, InvalidReason)
  /// A number of rows of a block that is not above 0.
  case invalidBlock(Int)
  /// A measure whose gradient there is none of.
  case noGradient(String)
  /// A matrix that has to have as many columns as rows.
  case notSquare(Shape)
  /// `KULLBACK_ISA` does not name an instruction set that runs here.
  case instructionSet(String)
}

extension KullbackError: CustomStringConvertible {
  /// A sentence that says what is wrong and, where it helps, what would be right.
  public var description: String {
    switch self {
    case .shapeMismatch(let target, let model):
      target.columns != model.columns
        ? "target is \(target) and model is \(model) (rows x classes): the classes differ"
        : "target is \(target) and model is \(model) (rows x classes): the rows differ, and neither"
          + " has a single row to compare with all of the other's"
    case .emptySet: "the set has no classes"
    case .invalidTemperature(let value): "temperature \(value.spelt) is not a finite number above 0"
    case .invalidSmoothing(let value): "smoothing \(value.spelt) is not a finite number, 0 or above"
    case .invalidTolerance(let value): "tolerance \(value.spelt) is not a number, 0 or above"
    case .invalidBase(let value): "base \(value.spelt) is not a finite number above 0, other than 1"
    case .unsupportedElements(let kind, let form):
      "\(kind.name) elements cannot be \(form): whole numbers are weights"
    case .parts(let reason): "parts that do not fit together: \(reason)"
    case .unknownMeasure(let name):
      "\"\(name)\" is no measure; there are: \(Measure.names.joined(separator: ", "))"
    case .invalidOrder(let order, let name):
      if let family = Measure.families.first(where: { $0.name == name }) {
        "\(order.spelt) is no \(family.parameter.lowercased()) of \(name), whose"
          + " \(family.parameter.lowercased())s are \(family.orders)"
      } else {
        "\(order.spelt) is no order of \(name)"
      }
    case .labelCount(let labels, let rows):
      "\(counted(labels, "label")) for \(counted(rows, "row"))"
    case .invalidLabelSmoothing(let value): "label smoothing \(value.spelt) is not in 0...1"
    case .invalidClassWeights(let count, let classes):
      count == classes
        ? "class weights must be finite and not negative"
        : "\(count) class weights for \(classes) classes"
    case .resultShape(let expected, let given):
      "results are \(expected) and the matrix for them is \(given)"
    case .invalidNeighbours(let value):
      "\(value.spelt) is no number of neighbours above 0, or radius of 0 or above"
    case .clusterCount(let count, let rows):
      "\(count) clusters of \(rows) valid rows: there can be 1 up to as many as there are rows"
    case .invalidIterations(let count): "\(count) iterations: there must be at least 1"
    case .invalidThreads(let count): "\(count) threads: there must be at least 1"
    case .invalidRestarts(let count): "\(count) restarts: there must be at least 1"
    case .invalidCentroid(let row, let reason): "centroid \(row) \(reason)"
    case .invalidBlock(let size): "blocks of \(size) rows: there must be at least 1"
    case .noGradient(let name):
      "there is no gradient of \(name); there are: forward-kl, reverse-kl, cross-entropy"
    case .notSquare(let shape): "the matrix is \(shape), not square"
    case .instructionSet(let reason), .threadVariable(let reason): reason
    }
  }
}
