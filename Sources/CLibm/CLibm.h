// The C library's mathematical functions, and nothing else of it.
#include <math.h>
