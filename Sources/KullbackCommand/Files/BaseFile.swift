internal import Kullback
internal import KullbackFiles

/// A base file of llama.cpp that is open.
struct BaseFile {
  let name: String
  let file: LlamaBaseFile
  let distributions: CodedDistributions

  /// Bytes of a block of rows: they are copied, as numbers of 4 or 8 bytes, up to three times.
  static let blockBytes = 64 << 20

  init(_ path: InputPath) throws(Failure) {
    name = path.name
    do { file = try LlamaBaseFile(path: path.text) } catch { throw Failure(error) }
    distributions = CodedDistributions(units: file.units, classes: file.classes)
  }

  /// Bytes of a row in the file.
  var bytesPerRow: Int { 2 * file.units.columns }

  /// What its rows are called: by the place of the token that each predicts.
  var captions: RowCaptions {
    let file = file
    return RowCaptions(place: { row in
      let place = file.place(ofRow: row)
      return "chunk \(place.chunk) token \(place.position)"
    })
  }
}

extension InputReport {
  init(_ base: BaseFile) {
    self.init(
      file: base.name, rows: base.distributions.count, columns: base.distributions.classes,
      type: "16-bit codes", form: "log-probabilities",
      parameters: [
        "\(Format.count(base.file.chunks, "chunk")) of \(Format.count(base.file.contextLength, "token"))"
      ])
  }
}
