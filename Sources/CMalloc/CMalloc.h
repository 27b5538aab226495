// The header of glibc's allocator, which other systems do not have.
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif
