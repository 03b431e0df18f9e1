// SPDX-License-Identifier: MIT
#include "transports.h"

namespace ghostcard::dma {

std::unique_ptr<FrameTransport> make_transport(const DriverSettings& settings, const TransportPorts& ports,
                                               DriverStatistics& statistics, std::function<void(std::string)> note) {
    switch (settings.strategy) {
        case Strategy::common_buffer:
        case Strategy::physical_address: break;
        case Strategy::packet:
        case Strategy::scatter_gather:
        case Strategy::rearm: return std::make_unique<DirectTransport>(settings, ports, statistics, std::move(note));
    }
    return std::make_unique<CommonBufferTransport>(settings, ports, statistics, std::move(note));
}

}  // namespace ghostcard::dma
