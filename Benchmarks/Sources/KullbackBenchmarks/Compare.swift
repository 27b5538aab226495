import ArgumentParser
import Foundation

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds a run against a stored one.",
    discussion: """
      What is compared is the share of the limit, which stays when the machine's hour changes. Ends \
      with 1 when a share fell by more than the tolerance.

      Example: kullback-benchmarks compare baseline.json figures.json
      """)

  @Argument(help: "The stored run.")
  var baseline: String

  @Argument(help: "The new run.")
  var current: String

  @Option(help: "How much a share may fall, relatively.")
  var tolerance = 0.1

  static let table = Table(columns: [
    .init(title: "work", width: 72, left: true), .init(title: "threads", width: 7),
    .init(title: "was", width: 5), .init(title: "is", width: 5), .init(title: "ratio", width: 5),
    .init(title: "", width: 6, left: true),
  ])

  func run() throws {
    let old = try Report.read(from: baseline)
    let new = try Report.read(from: current)
    for (name, machine) in [("was", old.machine), ("is", new.machine)] {
      print(
        "\(name): \(machine.processor), \(machine.instructionSet), \(machine.products), "
          + "commit \(machine.commit), \(machine.date)")
    }
    print("shares of the limit\n\n\(Self.table.header)\n\(Self.table.rule)")
    let stored = Dictionary(old.measurements.map { ($0.key, $0) }) { first, _ in first }
    var fell = 0
    for measurement in new.measurements {
      guard let before = stored[measurement.key] else { continue }
      let ratio = measurement.share / before.share
      if ratio < 1 - tolerance { fell += 1 }
      print(
        Self.table.line([
          "\(measurement.work), \(measurement.shape), \(measurement.type)",
          "\(measurement.threads)", fixed(before.share, 2), fixed(measurement.share, 2),
          fixed(ratio, 2), ratio < 1 - tolerance ? "slower" : ratio > 1 + tolerance ? "faster" : "",
        ]))
    }
    let keys = Set(new.measurements.map(\.key))
    let gone = old.measurements.filter { !keys.contains($0.key) }.count
    if gone > 0 { print("\n\(gone) stored rows are not in the new run") }
    guard fell == 0 else {
      print("\n\(fell) rows fell by more than \(fixed(tolerance * 100, 0)) %")
      throw ExitCode(1)
    }
  }
}
