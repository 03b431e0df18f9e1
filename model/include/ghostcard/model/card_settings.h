// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/units.h>

#include <cstdint>

namespace ghostcard::model {

/// What the DMA engine demands and can do; readable in CAPABILITY. All sizes are powers of two.
struct DmaEngineSettings {
    Bytes alignment{64};          ///< DMA_ADDRESS must be a multiple (1 B to 1 GiB).
    Bytes length_multiple{4};     ///< DMA_LENGTH must be a multiple (1 B to 1 GiB).
    Bytes max_length{32u << 20};  ///< DMA_LENGTH may not exceed it (4 B to 1 GiB).
    Bytes boundary{0};            ///< No operation may cross a multiple; 0 for no such limit (4 KiB to 8 EiB).
    unsigned address_bits = 32;   ///< 32 to 64.
    Bytes burst{256};             ///< Reset value of DMA_BURST: bytes in one bus transaction (4 B to 64 KiB).
};

/// How the card is built.
struct CardSettings {
    Bytes memory{64u << 10};  ///< Card memory between video input and DMA engine (512 B to 1 GiB).
    DmaEngineSettings dma{};
};

}  // namespace ghostcard::model
