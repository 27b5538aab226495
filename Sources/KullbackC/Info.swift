public import CKullback
internal import Kullback

/// As the header says.
@c @implementation
public func kullback_abi_version() -> Int32 { KULLBACK_ABI_VERSION }

/// As the header says.
@c @implementation
public func kullback_version(_ text: UnsafeMutablePointer<CChar>?, _ size: UInt64) -> UInt64 {
  unsafe write(Machine.libraryVersion, text, size)
}

/// As the header says.
@c @implementation
public func kullback_info(_ text: UnsafeMutablePointer<CChar>?, _ size: UInt64) -> UInt64 {
  unsafe write(information.text, text, size)
}

/// As the header says.
@c @implementation
public func kullback_measures(_ text: UnsafeMutablePointer<CChar>?, _ size: UInt64) -> UInt64 {
  let families = Measure.families.map { family in
    JSONText.object([
      ("name", .text(family.name)), ("title", .text(family.title)),
      ("pattern", .text(family.pattern)), ("parameter", .text(family.parameter)),
      ("orders", .text(family.orders)),
    ])
  }
  let all = JSONText.object([
    ("measures", .list(Measure.all.map(description))), ("families", .list(families)),
  ])
  return unsafe write(all.text, text, size)
}

/// As the header says.
@c @implementation
public func kullback_measure(
  _ name: UnsafePointer<CChar>?, _ text: UnsafeMutablePointer<CChar>?, _ size: UInt64,
  _ needed: UnsafeMutablePointer<UInt64>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let count = try unsafe Column(needed, count: 1, "needed")
    count.write([unsafe write(try description(measure(name)).text, text, size)])
  }
}

private func description(_ measure: Measure) -> JSONText {
  let dimension =
    switch measure.dimension {
    case .information: "information"
    case .rootInformation: "rootInformation"
    case .number: "number"
    }
  return .object([
    ("name", .text(measure.name)), ("title", .text(measure.title)),
    ("notation", .text(measure.notation)), ("dimension", .text(dimension)),
    ("isDivergence", .truth(measure.isDivergence)), ("isSymmetric", .truth(measure.isSymmetric)),
    ("isAgreement", .truth(measure.isAgreement)),
    ("isOneRead", .truth(Measure.oneRead.contains(measure))),
  ])
}

private var information: JSONText {
  do {
    let machine = try Machine()
    return .object([
      ("version", .text(Machine.libraryVersion)), ("processor", .text(machine.processor)),
      ("instructionSet", .text(machine.instructionSet)),
      ("availableInstructionSets", .list(machine.availableInstructionSets.map { .text($0) })),
      ("threads", .number(machine.threads)), ("blasVersion", .text(machine.blasVersion)),
      ("blasKernel", .text(machine.blasKernel)), ("blasThreads", .number(machine.blasThreads)),
      ("blasLibrary", .text(machine.blasLibrary)), ("lapackLibrary", .text(machine.lapackLibrary)),
    ])
  } catch {
    return .object([
      ("version", .text(Machine.libraryVersion)), ("error", .text(error.description)),
    ])
  }
}
