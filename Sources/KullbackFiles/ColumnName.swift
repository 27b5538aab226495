/// What a column's name says about it.
struct ColumnName {
  private let text: String

  init(_ bytes: ArraySlice<UInt8>) {
    // Long ones are no name that is known.
    let text = String(decoding: bytes.prefix(80), as: UTF8.self)
    self.text = String(
      text.drop { $0 == "#" || $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  var isBlank: Bool { text.isEmpty }

  /// Whether columns of this name are labels of rows, not numbers of them.
  var isThatOfLabels: Bool {
    isBlank || Self.ofLabels.contains(text.lowercased()) || isThatOfIdentifiers
  }

  /// Whether the name ends like that of an identifier: doc_id, sampleID.
  var isThatOfIdentifiers: Bool {
    let lower = text.lowercased()
    if lower.hasPrefix("unnamed:") { return true }
    let ends = ["_id", "-id", " id", ".id", "_index", "_idx"]
    return ends.contains(where: lower.hasSuffix)
      || ((text.hasSuffix("Id") || text.hasSuffix("ID")) && text.count > 2
        && text.dropLast(2).last?.isLowercase == true)
  }

  private static let ofLabels: Set<String> = [
    "id", "ids", "uid", "uuid", "guid", "index", "idx", "row", "rows", "rowname", "rownames",
    "row.names", "row_names", "rownumber", "row_number", "row number",
  ]

  /// Names of the column behind the samples that says what a feature is.
  static let ofTaxonomies: Set<String> = [
    "taxonomy", "taxon", "consensuslineage", "consensus lineage", "consensus_lineage", "lineage",
  ]

  /// Names of the column of features in a table whose columns are samples.
  static let ofFeatures: Set<String> = [
    "otu id", "otu_id", "otuid", "asv id", "asv_id", "feature id", "feature_id", "featureid",
  ]
}
