#include "kullback.h"
#include "words.h"

// Swift's C library refers to hypotf, whose newest version asks for glibc 2.35; defined here, the library runs
// from 2.34 on. Nothing of Kullback calls it.
float hypotf(float x, float y);
float hypotf(float x, float y) { return (float)__builtin_sqrt((double)x * x + (double)y * y); }
