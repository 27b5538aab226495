/// What the command's readers take: there, an argument.
struct InputPath {
  let text: String
  var name: String { text }

  init(_ text: String) { self.text = text }
}
