// swift-tools-version: 6.2
import PackageDescription

// The README's Swift code, word for word, as a package that depends on this checkout: see README.md here.
let package = Package(
  name: "LibraryExample",
  dependencies: [
    .package(name: "Kullback", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "Divergences",
      dependencies: [
        .product(name: "Kullback", package: "Kullback")
      ]),
    .executableTarget(
      name: "Inference",
      dependencies: [
        .product(name: "KullbackInference", package: "Kullback")
      ]),
    .executableTarget(
      name: "Densities",
      dependencies: [
        .product(name: "KullbackInference", package: "Kullback")
      ]),
    .executableTarget(
      name: "LinearAlgebra",
      dependencies: [
        .product(name: "KullbackLinearAlgebra", package: "Kullback")
      ]),
    .executableTarget(
      name: "Files",
      dependencies: [
        .product(name: "Kullback", package: "Kullback"),
        .product(name: "KullbackFiles", package: "Kullback"),
      ]),
  ]
)
