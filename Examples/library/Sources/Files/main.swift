import Kullback
import KullbackFiles

let letters = try MatrixReader.read("Examples/letters/letters.csv")       // or .npy, mapped
let languages = try DistributionSet(letters.matrix, form: .weights)
print(letters.rowLabels ?? [], try entropy(of: languages))
