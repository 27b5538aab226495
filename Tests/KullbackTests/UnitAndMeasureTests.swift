import Kullback
import Testing

@Suite struct UnitTests {
  @Test func bitsTimesLogTwoAreNats() throws {
    #expect(Unit.bits.value(0.6931471805599453, of: .information) == 1)
    #expect(Unit.nats.value(0.25, of: .information) == 0.25)
    #expect(abs(Unit.bans.value(2.302585092994046, of: .information) - 1) < 1e-15)
    #expect(try Unit.base(2) == .bits && Unit.base(10) == .bans)
    #expect(try abs(Unit.base(4).value(1.3862943611198906, of: .information) - 1) < 1e-15)
  }

  @Test func rootsOfInformationTakeTheRootOfTheUnitAndNumbersNone() {
    #expect(abs(Unit.bits.value(0.8325546111576977, of: .rootInformation) - 1) < 1e-15)
    #expect(Unit.bits.value(0.5, of: .number) == 0.5)
    #expect(Unit.bits.label(for: .information) == "bits")
    #expect(Unit.bits.label(for: .rootInformation) == "√bits")
    #expect(Unit.bits.label(for: .number) == "")
  }

  @Test(arguments: [Measure.Dimension.information, .rootInformation, .number])
  func matricesAreConvertedAndBackLikeSingleValues(dimension: Measure.Dimension) throws {
    let values = [0, 0.1, 3, .infinity, .nan, 1e-300]
    for unit in [Unit.nats, .bits, try .base(7)] {
      let doubles = unit.values(Matrix(values, rows: 2, columns: 3), of: dimension).values
      let floats = unit.values(
        Matrix(values.map { Float($0) }, rows: 3, columns: 2), of: dimension
      ).values
      for (index, value) in values.enumerated() where !value.isNaN {
        #expect(doubles[index] == unit.value(value, of: dimension))
        #expect(floats[index] == Float(unit.value(Double(Float(value)), of: dimension)))
        let back = unit.nats(doubles[index], of: dimension)
        #expect(back == value || abs(back - value) <= 2e-16 * value)
      }
      #expect(doubles[4].isNaN && floats[4].isNaN)
    }
  }

  @Test(arguments: [0, 1, -2, Double.infinity, .nan])
  func basesWithoutALogarithmAreRefused(base: Double) {
    #expect(throws: KullbackError.self) { try Unit.base(base) }
  }
}

@Suite struct MeasureTests {
  @Test func everyMeasureIsFoundByItsNameAndNamesAreUnique() throws {
    for measure in Measure.all { #expect(try Measure.named(measure.name) == measure) }
    #expect(Set(Measure.all.map(\.name)).count == Measure.all.count)
    #expect(Set(Measure.oneRead).isSubset(of: Measure.all))
  }

  @Test(arguments: ["", "kl", "Forward-KL", "forward-kl "])
  func anUnknownNameIsRefusedWithTheListOfNames(name: String) {
    #expect(throws: KullbackError.unknownMeasure(name)) { try Measure.named(name) }
    #expect(KullbackError.unknownMeasure(name).description.contains("reverse-kl"))
  }
}

@Suite struct ErrorSentenceTests {
  @Test func errorsSayWhatIsWrongWithItsNumbers() {
    let cases: [(KullbackError, [String])] = [
      (
        .shapeMismatch(target: Shape(rows: 3, columns: 4), model: Shape(rows: 3, columns: 5)),
        ["3 x 4", "3 x 5", "classes"]
      ),
      (
        .shapeMismatch(target: Shape(rows: 3, columns: 4), model: Shape(rows: 2, columns: 4)),
        ["3 x 4", "2 x 4", "rows"]
      ),
      (.emptySet, ["no classes"]), (.invalidTemperature(-1), ["temperature -1 is", "above 0"]),
      (.invalidSmoothing(-2), ["smoothing -2 is"]), (.invalidTolerance(-3), ["tolerance -3 is"]),
      (.invalidBase(1), ["base 1 is"]),
      (.unsupportedElements(.int32, form: .probabilities), ["int32", "probabilities"]),
      (.labelCount(labels: 3, rows: 4), ["3 labels", "4 rows"]),
      (.invalidLabelSmoothing(2), ["smoothing 2 is"]),
      (.invalidThreads(0), ["0 threads", "at least 1"]), (.invalidNeighbours(-1), ["-1 is no"]),
      (.invalidClassWeights(count: 2, classes: 3), ["2", "3"]),
      (.invalidClassWeights(count: 3, classes: 3), ["finite"]),
      (
        .resultShape(expected: Shape(rows: 1, columns: 2), given: Shape(rows: 2, columns: 1)),
        ["1 x 2", "2 x 1"]
      ),
    ]
    for (error, parts) in cases {
      for part in parts { #expect(error.description.contains(part), "\(error)") }
    }
  }
}
