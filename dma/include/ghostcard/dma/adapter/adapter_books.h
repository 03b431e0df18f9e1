// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/addresses.h>
#include <ghostcard/base/dma_adapter.h>
#include <ghostcard/dma/adapter/adapter_types.h>
#include <ghostcard/dma/adapter/map_register_pool.h>
#include <ghostcard/dma/adapter/transfer_mapper.h>

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace ghostcard::dma {

/// What an adapter has given to its driver and not got back.
struct AdapterBooks {
    /// Map registers of a channel.
    struct Grant {
        const void* device = nullptr;
        MapRegisterRun registers;
        std::uint64_t asked = 0;  ///< Registers.
        std::uint64_t used = 0;
        std::uint64_t shares = 1;  ///< How often it was granted: the one with NULL, any number of times.
        std::list<MappedPiece> pieces;
    };
    /// A scatter/gather list.
    struct List {
        MapRegisterRun registers;
        std::vector<MappedPiece> pieces;
        std::vector<ScatterGatherElement> elements;
        bool mdl_built = false;
    };

    std::map<BusAddress, CommonBuffer> buffers;
    std::set<BusAddress> freed_buffers;
    std::map<BusAddress, std::uint64_t> mdl_buffers;  ///< Bus address -> bytes.

    std::map<std::uint64_t, Grant> grants;  ///< By MapRegisterBase.
    std::uint64_t next_base = 1;
    std::set<const void*> asking;               ///< Devices whose request waits or is being answered.
    std::optional<std::uint64_t> kept_channel;  ///< The grant whose device keeps the channel.
    std::map<std::uint64_t, List> lists;
    std::uint64_t next_list = 1;
};

}  // namespace ghostcard::dma
