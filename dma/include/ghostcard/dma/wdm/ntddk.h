/* SPDX-License-Identifier: MIT */
/* Here it has nothing that wdm.h lacks; MinGW's has MmGetPhysicalAddress. */
#include "wdm.h"
