import Kullback

let p = try DistributionSet(logits: Matrix(checking: teacher, rows: 64, columns: 1000))
let q = try DistributionSet(logits: Matrix(checking: student, rows: 64, columns: 1000))

let forward = try forwardKL(target: p, model: q)          // [Double], nats, one a row
let alike = try Measure.renyi(order: 0.5).values(target: p, model: q)   // any measure by its name
let loss = try crossEntropy(labels: labels, model: q)     // class labels
let e = try evaluate(target: p, model: q, measures: [.forwardKL, .reverseKL, .jensenShannon])
print(e.summary(of: .forwardKL), e[.jensenShannon][0], e.diagnostics.invalidCount)
let g = try forwardKLGradient(target: p, model: q)        // g.values, g.gradient: q − p a row
let l = try logSoftmax(Matrix(student, rows: 64, columns: 1000))   // also into: and in place

let d = try pairwise(.forwardKL, targets: p, models: q)   // d[i, j]: every row of p, every row of q
let n = try p.nearest(10, to: q, by: .jensenShannon)      // n[query]: rows and values, nearest first
let c = try p.clusters(into: 5, by: .forwardKL)           // c.assignments, c.centroids, c.objective
