import ArgumentParser
import Foundation
import KernelWork
import Kullback
import KullbackFiles

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs single pieces of work on demand, for a side-by-side comparison.",
    discussion: """
      One command a line on the standard input, one answer a line:
        machine                                  the processor, instruction set and kernels
        load NAME FILE TYPE ROWS COLUMNS         reads elements row after row; TYPE is f32, f64, i64
        work KIND FORM THREADS NAME...           prepares; see ServedWork.swift for the kinds
        run                                      seconds of one run
        save FILE                                writes the last run's result, raw
        drop NAME                                frees a matrix
        read FILE                                seconds of reading a file of numbers
      """)

  func run() throws {
    var session = ServeSession()
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      guard !words.isEmpty else { continue }
      do {
        print(try session.answer(words))
      } catch {
        print("error \(error)")
      }
      fflush(nil)
    }
  }
}

/// What a peer's partner was asked for so far.
struct ServeSession {
  private var matrices: [String: Loaded] = [:]
  private var work: ServedWork?

  mutating func answer(_ words: [String]) throws -> String {
    switch (words[0], words.count) {
    case ("machine", 1):
      let machine = try MeasuredOn.here()
      return "\(machine.processor); vectors \(machine.instructionSet); \(machine.products); "
        + "commit \(machine.commit)"
    case ("load", 6):
      guard let rows = Int(words[4]), let columns = Int(words[5]) else { break }
      matrices[words[1]] = try Loaded(file: words[2], type: words[3], rows: rows, columns: columns)
      return "ok"
    case ("work", 5...):
      guard let threads = Int(words[3]) else { break }
      let operands = try words[4...].map { name in
        guard let matrix = matrices[name] else { throw ServeError("no matrix '\(name)'") }
        return matrix
      }
      work = try ServedWork(kind: words[1], form: words[2], threads: threads, operands: operands)
      return "ok"
    case ("run", 1):
      guard let work else { throw ServeError("no work") }
      return "\(try ContinuousClock().measure { try work.run() }.seconds)"
    case ("save", 2):
      guard let work else { throw ServeError("no work") }
      try work.result().write(to: URL(filePath: words[1]))
      return "ok"
    case ("drop", 2):
      matrices[words[1]] = nil
      work = nil
      return "ok"
    case ("read", 2):
      let path = words[1]
      return "\(try ContinuousClock().measure { _ = try MatrixReader.read(path) }.seconds)"
    default: break
    }
    throw ServeError("not understood: \(words.joined(separator: " "))")
  }
}

/// A command that cannot be done.
struct ServeError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A matrix, or labels, read from a file of bare elements.
enum Loaded {
  case matrix(AnyMatrix)
  case labels([Int64])

  init(file: String, type: String, rows: Int, columns: Int) throws {
    let bytes = try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe)
    switch type {
    case "f32": self = .matrix(AnyMatrix(try Self.read(Float.self, 0, bytes, rows, columns)))
    case "f64": self = .matrix(AnyMatrix(try Self.read(Double.self, 0, bytes, rows, columns)))
    case "i64": self = .labels(try Self.read(Int64.self, 0, bytes, rows, columns).values)
    default: throw ServeError("no type '\(type)'")
    }
  }

  private static func read<Element: MatrixElement>(
    _: Element.Type, _ zero: Element, _ bytes: Data, _ rows: Int, _ columns: Int
  ) throws -> Matrix<Element> {
    guard bytes.count == rows * columns * MemoryLayout<Element>.stride else {
      throw ServeError("\(bytes.count) bytes are not \(rows) x \(columns)")
    }
    var matrix = Matrix<Element>(repeating: zero, rows: rows, columns: columns)
    _ = matrix.withUnsafeMutableBaseAddress { address in
      bytes.copyBytes(to: UnsafeMutableRawBufferPointer(start: address, count: bytes.count))
    }
    return matrix
  }
}
