// The conformances are as public as the options and the protocol are.
public import ArgumentParser
public import KullbackFiles

extension DecimalMark: ExpressibleByArgument {}

extension TextEncoding: ExpressibleByArgument {}

extension TableOptions.MissingCells: ExpressibleByArgument {}
