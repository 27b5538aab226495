import Foundation
import Kullback
import Testing

/// Evaluations of what does not lie in plain memory of Floats and Doubles.
@Suite struct StorageTests {
  @Test func bfloat16IsReadAsTheFloatsItStandsFor() throws {
    let values = logits(40, 90, seed: 5).values.map { BFloat16(Float($0)) }
    let brain = Matrix(values, rows: 40, columns: 90)
    let wide = Matrix(values.map { Double(Float($0)) }, rows: 40, columns: 90)
    let model = try DistributionSet(logits: logits(40, 90, seed: 6))
    let expected = try forwardKL(target: DistributionSet(logits: wide), model: model)
    let found = try forwardKL(target: DistributionSet(logits: brain), model: model)
    for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 1e-6 * y) }
  }

  @Test func slicesGiveTheRowsOfTheWhole() throws {
    let p = try DistributionSet(logits: logits(50, 33, seed: 7))
    let q = try DistributionSet(logits: logits(50, 33, seed: 8))
    let whole = try evaluate(target: p, model: q, measures: Measure.all)
    let part = try evaluate(target: p[10..<30], model: q[10..<30], measures: Measure.all)
    for measure in Measure.all { #expect(part[measure] == Array(whole[measure][10..<30])) }
  }

  /// More than one block of 64 MiB, so that blocks are joined, progress is called in between and mapped
  /// pages are given back.
  @Test func mappedFilesOfSeveralBlocksGiveWhatMemoryGives() throws {
    let (rows, columns) = (12_000, 1000)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "kullback-\(ProcessInfo.processInfo.globallyUniqueString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let sides = try (0..<2).map { side in
      let values = (0..<rows * columns).map { index in
        Float((index &* (7919 + side) >> 3) % 1000) * 0.004
      }
      let file = folder.appending(path: "\(side)")
      // SAFETY: the bytes are copied before the call ends.
      try unsafe values.withUnsafeBytes { unsafe Data($0) }.write(to: file)
      let mapped = try MappedFile(path: file.path)
      return (
        memory: try DistributionSet(logits: Matrix(values, rows: rows, columns: columns)),
        mapped: try DistributionSet(
          AnyMatrix(mapping: mapped, byteOffset: 0, kind: .float32, rows: rows, columns: columns),
          form: .logits)
      )
    }
    var steps: [Int] = []
    let mapped = try evaluate(target: sides[0].mapped, model: sides[1].mapped) { done, total in
      #expect(total == rows)
      steps.append(done)
    }
    let memory = try evaluate(target: sides[0].memory, model: sides[1].memory, threads: 1)
    #expect(steps.count > 1 && steps == steps.sorted() && steps.last == rows)
    for measure in Measure.oneRead { #expect(mapped[measure] == memory[measure]) }
  }
}
