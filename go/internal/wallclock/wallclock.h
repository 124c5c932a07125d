#ifndef LIBREMB_GO_INTERNAL_WALLCLOCK_WALLCLOCK_H_
#define LIBREMB_GO_INTERNAL_WALLCLOCK_WALLCLOCK_H_

#include <stdint.h>

// 0: the wall clock can be moved; -1: nobody asked for that; else an errno.
extern int wallclock_error;

void wallclock_move(int64_t by_ns);

#endif  // LIBREMB_GO_INTERNAL_WALLCLOCK_WALLCLOCK_H_
