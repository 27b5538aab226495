public import CKullback
internal import Kullback
internal import KullbackInference
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_families(_ text: UnsafeMutablePointer<CChar>?, _ size: UInt64) -> UInt64 {
  let all = NamedFamily.all.map { family in
    JSONText.object([
      ("name", .text(family.name)), ("parameters", .list(family.parameters.map { .text($0) })),
    ])
  }
  return unsafe write(JSONText.list(all).text, text, size)
}

/// As the header says.
@c @implementation
public func kullback_family(
  _ family: UnsafePointer<CChar>?, _ targets: UnsafePointer<Double>?, _ targetRows: Int64,
  _ models: UnsafePointer<Double>?, _ modelRows: Int64, _ parameters: Int64,
  _ values: UnsafeMutablePointer<Double>?, _ rows: Int64,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let name = try unsafe text(family, "family")
    guard let named = NamedFamily.all.first(where: { $0.name == name }) else {
      throw Refusal(
        "\"\(name)\" is no family; there are: "
          + NamedFamily.all.map(\.name).joined(separator: ", "))
    }
    let first = try unsafe matrix(
      targets, rows: Int(targetRows), columns: Int(parameters), "targets")
    let second = try unsafe matrix(models, rows: Int(modelRows), columns: Int(parameters), "models")
    guard first.columns > 0 else { throw Refusal("there are no parameters") }
    let count = first.rows == 1 ? second.rows : first.rows
    guard rows == count else { throw Refusal("rows is \(rows) where there are \(count)") }
    let column = try unsafe Column(values, rows: 5, columns: count, isOptional: false, "values")
    let statuses = try unsafe Column(rowStatus, count: count, "row_status")
    let found = try named.evaluate(
      targets: (0..<first.rows).map(first.row), models: (0..<second.rows).map(second.row),
      threads: call.threads)
    column.write(
      found.forwardKL + found.reverseKL + found.targetEntropy + found.modelEntropy
        + found.crossEntropy)
    statuses.write(found.faults)
  }
}
