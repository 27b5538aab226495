internal import Kullback
internal import KullbackFiles

/// A command that reads tables of numbers.
///
/// Groups of options stand beside each other in a command, never in each other: the argument parser of a debug build goes
/// through what is nested four times for every level.
protocol ReadsTables {
  var table: TableArguments { get }
  var array: ArrayArguments { get }
}

extension ReadsTables {
  /// How a file of such contents is read.
  func reading(_ contents: TableOptions.Contents, form: Form = .weights) -> TableOptions {
    table.options(contents, array, form: form)
  }
}

/// A command that reads sets of distributions.
protocol ReadsSets: ReadsTables {
  var set: SetOptions { get }
}

/// A command that compares all rows of one set with all of another.
protocol ReadsPairs: ReadsSets {
  var pairs: PairwiseOptions { get }
  var match: MatchOption { get }
}
