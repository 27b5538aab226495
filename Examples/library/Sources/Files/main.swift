import Kullback
import KullbackFiles

let letters = try MatrixReader.read("Examples/letters/letters.csv")       // or .npy, or model.safetensors:weight
let languages = try DistributionSet(letters.matrix, form: .weights)
print(letters.rowLabels ?? [], try entropy(of: languages))
