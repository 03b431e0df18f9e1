/* SPDX-License-Identifier: MIT */
#ifndef C_CONSTANTS_H
#define C_CONSTANTS_H

#ifdef __cplusplus
extern "C" {
#endif

/* The macros of the exported C headers, as a C compiler sees them. */
struct c_constant {
    const char* name;
    unsigned long value;
};
extern const struct c_constant c_constants[];
extern const unsigned long c_constant_count;

#ifdef __cplusplus
}
#endif

#endif
