import KullbackInference

let fit = try SoftmaxRegression().fit(features: images, labels: digits)   // forward KL, L-BFGS
print(fit)                                                // whether it converged, and to what
let weights = fit.model.weights

let posterior = try BayesianLogisticRegression(features: x, labels: y, priorScale: 1)
let q = try fitGaussian(to: posterior)                    // reverse KL
print(q)                                                  // in words: can it be trusted?
let draws = try q.draws(1000, seed: 1)
let kl = try monteCarloKL(
  draws: draws, target: q.gaussian.logDensities, model: posterior.logDensities)

let normal = try MultivariateNormal.maximumLikelihood(samples: x)         // forward KL, in closed form
let mixture = try ExpectationMaximisation(components: 3).fit(samples: x)
let gammas = try forwardKL(target: Gamma(shape: 2, rate: 1), model: Gamma(shape: 2.000001, rate: 1))
