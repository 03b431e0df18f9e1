/* SPDX-License-Identifier: MIT */
/* The part of Windows' wdm.h that a bus master's driver needs for DMA, on top of ghostcard's host side. A driver in C
   that includes <wdm.h> compiles against this one and against the DDK's without a change; docs/wdm.md says what is in
   it. Names and layouts are Windows' own, for 64 bit. */
#ifndef GHOSTCARD_WDM_H
#define GHOSTCARD_WDM_H

#include "wdm_kernel.h"

#endif
