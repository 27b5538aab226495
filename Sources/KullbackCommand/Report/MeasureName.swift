/// A measure as reports name it.
struct MeasureName: Encodable {
  let name: String
  let symbol: String
  let unit: String
}
