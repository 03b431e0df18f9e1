// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pcie/analytic_link.h>
#include <ghostcard/bus/pcie/cycle_link.h>

namespace ghostcard::bus::pcie {

std::unique_ptr<Link> make_link(LinkTiming timing, const PcieSettings& settings, RequesterId device, HostSide& host,
                                LinkUser& user) {
    check(settings);
    if (timing == LinkTiming::cycle) return std::make_unique<CycleLink>(settings, device, host, user);
    return std::make_unique<AnalyticLink>(settings, device, host, user);
}

}  // namespace ghostcard::bus::pcie
