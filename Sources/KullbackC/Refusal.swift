/// An argument that no call can be made with; why, in words.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Results that need more memory than there is.
struct NoRoom: Error {}
