// The header of zlib, which compresses PNG files.
#include <zlib.h>
