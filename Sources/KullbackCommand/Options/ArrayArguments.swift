internal import ArgumentParser
internal import KullbackFiles

/// How an array, or a file of bare numbers, is read as rows of classes.
struct ArrayArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The dimension of an array that classes run along, from 0, or from -1 backwards (default: the last); all others count rows.",
      valueName: "axis"))
  var axis: Int?

  @Option(
    help: ArgumentHelp(
      "Only these classes, counted from 0: '..<32000' (quoted) cuts a padded vocabulary.",
      valueName: "A..<B"),
    transform: RowRange.init(parsing:))
  var classes: RowRange?

  @Option(
    help: ArgumentHelp(
      "The dimensions of a file of bare numbers: 1000,32000.", valueName: "sizes"),
    transform: ArrayArguments.sizes)
  var shape: Shape?

  @Option(
    help: ArgumentHelp(
      "The type of bare numbers: \(RawLayout.types.joined(separator: ", ")); >float32 if the most significant byte is first.",
      valueName: "type"))
  var dtype: String?

  @Option(
    help: ArgumentHelp("Where bare numbers begin in their file (default: 0).", valueName: "byte"))
  var offset: Int?

  /// Sizes of dimensions.
  struct Shape: Equatable {
    let sizes: [Int]
  }

  func validate() throws {
    guard (shape == nil) == (dtype == nil) else {
      throw ValidationError("--shape and --dtype go together")
    }
    guard shape != nil || offset == nil else { throw ValidationError("--offset is for --shape") }
    if let shape, let dtype, raw == nil {
      guard RawLayout(type: dtype, shape: [1]) != nil else {
        throw ValidationError("--dtype is one of \(RawLayout.types.joined(separator: ", "))")
      }
      throw ValidationError(
        offset.map { $0 < 0 } == true
          ? "--offset is not negative" : "--shape \(shape.sizes) is more than a file can have")
    }
    if let classes, classes.upper == classes.lower {
      throw ValidationError("--classes are one at least")
    }
  }

  /// What a file of bare numbers is, if that is said.
  private var raw: RawLayout? {
    guard let shape, let dtype else { return nil }
    return RawLayout(type: dtype, shape: shape.sizes, offset: offset ?? 0)
  }

  /// Says in options what the command line says.
  func tell(_ options: inout TableOptions) {
    options.axis = axis
    options.classes = classes.map { ColumnRange(from: $0.lower, to: $0.upper) }
    options.raw = raw
  }

  private static func sizes(_ text: String) throws -> Shape {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { Int($0) }
    guard sizes.count == parts.count, sizes.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("--shape is whole numbers above 0, as in 1000,32000")
    }
    return Shape(sizes: sizes)
  }
}
