import KullbackKernels
import Testing

@Suite struct InstructionSetTests {
  @Test func theBestIsFirstAndTheBaselineAlwaysThere() throws {
    #expect(InstructionSet.available.last == .baseline)
    #expect(try InstructionSet.choice(nil) == InstructionSet.available.first)
  }

  @Test func aNameForcesIt() throws {
    for set in InstructionSet.available {
      #expect(try InstructionSet.choice(set.rawValue) == set)
    }
  }

  @Test(arguments: ["", "AVX2", "avx", "sse9", " avx2"])
  func aMisspeltNameIsAnErrorThatListsTheOthers(name: String) {
    #expect(throws: InstructionSetError.unknown(name)) { try InstructionSet.choice(name) }
    #expect(InstructionSetError.unknown(name).description.contains("baseline"))
  }

  @Test func oneThatDoesNotRunHereIsAnError() {
    for set in InstructionSet.allCases where !InstructionSet.available.contains(set) {
      #expect(throws: InstructionSetError.unavailable(set)) {
        try InstructionSet.choice(set.rawValue)
      }
      #expect(InstructionSetError.unavailable(set).description.contains(set.rawValue))
    }
  }
}
