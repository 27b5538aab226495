import Foundation
import KullbackFiles
import Testing

@Suite struct LabelTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: ["(3,)", "(3, 1)", "(1, 3)"])
  func labelsAreOneDimensionOfWholeNumbers(shape: String) throws {
    let wide = try scratch.file(
      "wide.npy", npy(header("<i8", shape), bytes([7, -1, 2] as [Int64])))
    #expect(try MatrixReader.readLabels(wide) == [7, -1, 2])
    let narrow = try scratch.file(
      "narrow.npy", npy(header(">i4", shape), bytes([7, -1, 2] as [Int32], bigEndian: true)))
    #expect(try MatrixReader.readLabels(narrow) == [7, -1, 2])
    let small = try scratch.file("small.npy", npy(header("|u1", shape), [7, 255, 2]))
    #expect(try MatrixReader.readLabels(small) == [7, 255, 2])
  }

  @Test func labelsKeepTheNamesOfTheirRows() throws {
    let named = try scratch.file("named.csv", "row,label\nfirst,1\nsecond,0\n")
    let file = try MatrixReader.readLabelledLabels(named)
    #expect(file.labels == [1, 0] && file.rowLabels == ["first", "second"])
    let plain = try scratch.file("plain.csv", "1\n0\n")
    #expect(try MatrixReader.readLabelledLabels(plain).rowLabels == nil)
    let npy = try scratch.file("y.npy", npy(header("<i8", "(2,)"), bytes([3, 4] as [Int64])))
    #expect(try MatrixReader.readLabelledLabels(npy).rowLabels == nil)
  }

  @Test func labelsAreFoundByTheirMagicUnderAnyName() throws {
    let path = try scratch.file("labels", npy(header("<i8", "(2,)"), bytes([3, 4] as [Int64])))
    #expect(try MatrixReader.readLabels(path) == [3, 4])
  }

  // A pipe gives its bytes only once.
  @Test(arguments: ["pipe", "pipe.npy"])
  func labelsComeThroughAPipe(name: String) throws {
    let path = try scratch.pipe(name)
    let file = npy(header("<i8", "(2,)"), bytes([3, 4] as [Int64]))
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      try? Data(file).write(to: URL(filePath: path), options: [])
      done.signal()
    }
    // A second look at the pipe would wait for ever.
    let watchdog = DispatchWorkItem {
      let descriptor = openAtOnce(path, O_WRONLY)
      if descriptor >= 0 { close(descriptor) }
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + 5, execute: watchdog)
    #expect(try MatrixReader.readLabels(path) == [3, 4])
    watchdog.cancel()
    done.wait()
  }

  @Test func labelsOfTextAreOneColumn() throws {
    #expect(try MatrixReader.readLabels(try scratch.file("a.csv", "label\n3\n-1\n")) == [3, -1])
    #expect(try MatrixReader.readLabels(try scratch.file("b.csv", "a,3\nb,1\n")) == [3, 1])
  }

  @Test func noLabelsAreLabelsToo() throws {
    #expect(
      try MatrixReader.readLabels(try scratch.file("a.npy", npy(header("<i8", "(0,)")))) == [])
  }

  @Test func whatIsNoLabelIsRefused() throws {
    let fraction = try scratch.file("a.csv", "3\n1.5\n")
    #expect(refusal { _ = try MatrixReader.readLabels(fraction) }?.place == "row 2")
    let infinite = try scratch.file("b.csv", "inf\n")
    #expect(refusal { _ = try MatrixReader.readLabels(infinite) }?.place == "row 1")
    let two = try scratch.file("c.csv", "1,2\n3,4\n")
    #expect(refusal { _ = try MatrixReader.readLabels(two) }?.reason.contains("2") == true)
    let floats = try scratch.file("d.npy", npy(header("<f4", "(1,)"), [0, 0, 0, 0]))
    #expect(
      refusal { _ = try MatrixReader.readLabels(floats) }?.reason
        == "labels are whole numbers, not float32")
  }

  @Test func labelsOfSeveralDimensionsAreReadInTheOrderOfC() throws {
    let square = try scratch.file("e.npy", npy(header("|i1", "(2, 2)"), [0, 1, 2, 3]))
    #expect(try MatrixReader.readLabels(square) == [0, 1, 2, 3])
    let columns = try scratch.file(
      "f.npy", npy(header("|i1", "(2, 2)", fortran: true), [0, 1, 2, 3]))
    #expect(try MatrixReader.readLabels(columns) == [0, 2, 1, 3])
  }
}
