/// What `kullback predict` says.
struct PredictReport: Encodable {
  let output: String
  let rows: Int
  let classes: Int
  let bits: Int?
  /// What of a text was taken for what.
  let tables: TextTables?
  /// What of the features was brought in line with the model's names.
  let matched: Matches?

  var lines: [String] {
    (tables?.lines ?? []) + (matched?.lines ?? []) + [
      "\(output): logits, \(Format.count(rows, "row")) x \(Format.count(classes)) classes"
        + (bits.map { ", of weights rounded to \($0) bits" } ?? "")
    ]
  }
}
