import ArgumentParser
import Foundation
import KernelWork

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs all work and prints one table.",
    discussion: """
      Every answer is held against a plain loop in Double, and a wrong one ends the run. Times are the least of \
      several runs; every rate stands beside the limit measured just before and after it.

      Example: kullback-benchmarks --quick --json figures.json
      """)

  @Flag(help: "An eighth of the rows.")
  var quick = false

  @Option(help: "Only work whose title contains this text, for example 'f32' or 'Jensen'.")
  var filter: String?

  @Option(help: "Thread counts, for example 1,2. The default is 1 and all.")
  var threads: String?

  @Option(help: "Writes the figures to this file.")
  var json: String?

  static let table = Table(columns: [
    .init(title: "work", width: 36, left: true), .init(title: "shape", width: 28, left: true),
    .init(title: "type", width: 4, left: true), .init(title: "threads", width: 7),
    .init(title: "ms", width: 9), .init(title: "rate", width: 7),
    .init(title: "limit", width: 7), .init(title: "of", width: 15, left: true),
    .init(title: "share", width: 5),
  ])

  func run() throws {
    let machine = try MeasuredOn.here()
    let counts = try threadCounts(all: machine.threads)
    print("\(machine.processor), \(machine.threads) processors, vectors: \(machine.instructionSet)")
    print("\(machine.products), commit \(machine.commit), \(machine.date)")
    if let cleared = clearedKernelChoice { print("cleared from the environment: \(cleared)") }
    print("rates in GB/s (products: GFLOP/s), the least time of several runs\n")
    print(Self.table.header)
    print(Self.table.rule)

    let bench = Bench()
    var measurements: [Measurement] = []
    for work in catalogue(quick ? .quick : .full) {
      guard filter.map({ work.title.localizedCaseInsensitiveContains($0) }) ?? true else {
        continue
      }
      let prepared = try work.prepare()
      for threads in counts {
        let measurement = try bench.measure(work, prepared, threads: threads)
        measurements.append(measurement)
        print(Self.table.line(measurement.cells))
        fflush(nil)  // Each row when it is there, through a pipe as well.
      }
    }
    guard !measurements.isEmpty else {
      throw ValidationError("no work has '\(filter ?? "")' in its title")
    }
    if let json {
      let report = Report(
        machine: machine, cleared: clearedKernelChoice, measurements: measurements)
      try report.write(to: json)
    }
  }

  private func threadCounts(all: Int) throws -> [Int] {
    guard let threads else { return all == 1 ? [1] : [1, all] }
    return try threads.split(separator: ",").map { text in
      guard let count = Int(text), count >= 1 else {
        throw ValidationError("'\(text)' is not a number of threads")
      }
      return count
    }
  }
}

extension Measurement {
  var cells: [String] {
    [
      work, shape, type, "\(threads)", fixed(milliseconds, milliseconds < 10 ? 3 : 1),
      fixed(rate, 1), fixed(limitRate, 1), limit, fixed(share, 2),
    ]
  }
}
