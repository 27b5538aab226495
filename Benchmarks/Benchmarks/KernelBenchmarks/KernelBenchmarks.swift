import Benchmark
import Foundation
import KernelWork

// All work at an eighth of the rows, on one thread and on all: time, with ordo-one's
// percentiles, baselines and formats. `kullback-benchmarks` prints rates beside their limits.
let benchmarks: @Sendable () -> Void = {
  for work in catalogue(.quick) {
    for threads in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
      Benchmark(
        "\(work.title), threads: \(threads)",
        configuration: .init(
          metrics: [.wallClock, .throughput], warmupIterations: 1,
          maxDuration: .milliseconds(500), maxIterations: 50)
      ) { benchmark in
        let prepared = try work.prepare()
        try prepared.run(threads)
        try prepared.confirm()
        for _ in benchmark.scaledIterations {
          benchmark.startMeasurement()
          try prepared.run(threads)
          benchmark.stopMeasurement()
        }
      }
    }
  }
}
