internal import KullbackKernels

/// The rank of each label's class among the classes of the same row: 1 and how many classes have more mass, or the same
/// and a lower number.
///
/// - Shapes: a label for each row, counted from 0; a set of one row has a rank for every label.
/// - Special values: NaN for a row that is not valid and for a label out of range.
/// - Complexity: two reads of the set; 9 bytes a row.
/// - Throws: `KullbackError.labelCount`, `.invalidThreads`, `.instructionSet`.
public func ranks<Label: ClassLabel>(
  ofLabels labels: [Label], in set: DistributionSet, threads: Int? = nil
) throws(KullbackError) -> [Double] {
  let scores = try surprises(ofLabels: labels, in: set, threads: threads)
  return try ranks(ofLabels: labels, in: set, scores: scores, threads: threads)
}

/// The surprise -log p of each label's class in the same row, or in the only one.
///
/// - Shapes: a label for each row, counted from 0; a set of one row has a surprise for every label.
/// - Units: nats.
/// - Special values: NaN for a row that is not valid and for a label out of range, +inf where the class has no mass.
/// - Accuracy: relative error at most 1e-6 (`Float` and narrower), 1e-13 (`Double`).
/// - Complexity: one read of the set; 17 bytes a row.
/// - Throws: `KullbackError.labelCount`, `.invalidThreads`, `.instructionSet`.
public func surprises<Label: ClassLabel>(
  ofLabels labels: [Label], in set: DistributionSet, threads: Int? = nil
) throws(KullbackError) -> [Double] {
  guard labels.count == set.count || set.count == 1 else {
    throw .labelCount(labels: labels.count, rows: set.count)
  }
  let threads = try checked(threads: threads)
  try checkInstructionSet()
  return evaluateLabels(
    labels.map { Int64($0) }, set.operand(isRepeated: set.count == 1), threads: threads
  ).values
}

/// The ranks of labels whose scores are known: rows without one have none.
func ranks<Label: ClassLabel>(
  ofLabels labels: [Label], in set: DistributionSet, scores: [Double], threads: Int?
) throws(KullbackError) -> [Double] {
  let places = zip(labels, scores).map { $1.isNaN ? -1 : Int64($0) }
  return rankClasses(
    places, set.operand(isRepeated: set.count == 1), threads: try checked(threads: threads))
}
