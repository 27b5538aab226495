internal import ArgumentParser
internal import KullbackFiles

/// Where a picture goes: a file whose ending says which format is meant.
struct PictureFile: DeclaredOutput, Equatable {
  /// What a picture may be written as.
  enum Format {
    case svg, png
  }

  let path: String
  let format: Format

  init?(argument: String) {
    let lowercased = argument.lowercased()
    if lowercased.hasSuffix(".svg") {
      format = .svg
    } else if lowercased.hasSuffix(".png") {
      format = .png
    } else {
      return nil
    }
    path = argument
  }

  /// The picture that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that says what names end in.
  init(parsing text: String) throws {
    guard let picture = PictureFile(argument: text) else {
      throw ValidationError("a heat map ends in \(Formats.ofPictures)")
    }
    self = picture
  }

  /// What a shell completes the name with.
  static let completion = CompletionKind.file(extensions: FileFormat.ofPictures.map(\.ending))
}
