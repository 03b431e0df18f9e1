// SPDX-License-Identifier: MIT
// What the clock by clock bus shows on its pins: nothing goes by it.
#include <ghostcard/bus/pci/cycle_bus.h>

namespace ghostcard::bus::pci {

bool CycleBus::Transaction::frame() const {
    return addressing() || (!in_last_phase() && (frame_off_clock == 0 || clock < frame_off_clock));
}

void CycleBus::show_pins() {
    const auto granted = arbiter_.granted();
    const std::uint64_t ad = pins_.ad;
    const std::uint8_t cbe = pins_.cbe;
    pins_ = {.req = requests_, .gnt = granted ? 1u << *granted : 0u, .ad = ad, .cbe = cbe};
    if (transaction_) {
        const Transaction& now = *transaction_;
        const bool stopping = now.stop_clock != 0 && now.clock >= now.stop_clock;
        const bool claimed = now.target != nullptr && now.clock >= now.devsel_clock;
        pins_.frame = now.frame();
        pins_.irdy = !now.addressing();
        pins_.devsel = claimed && !(stopping && now.outcome == Termination::target_abort);
        pins_.trdy = now.transferring();
        pins_.req64 = pins_.frame && now.run->wide && settings().width == 64;
        pins_.ack64 = pins_.devsel && now.lanes.width == 8;
        pins_.stop = stopping || (now.transferring() && now.disconnects_with_data());
        if (now.addressing()) {
            const BusAddress wanted = now.request.address;
            const bool type_1 = is_configuration(now.request.command) && is_type_1(wanted);
            const std::uint64_t address = type_1 ? wanted.value | 1 : wanted.value;
            const bool dual = now.request.clocks == 2;
            pins_.ad = dual && now.clock == 2 ? address >> 32 : address & 0xffffffff;
            pins_.cbe = static_cast<std::uint8_t>(dual && now.clock == 1 ? Command::dual_address : now.request.command);
        } else if (now.phase < now.data_phases) {
            const std::span<const std::byte> lane = now.data(now.access({}, now.phase, now.phase + 1));
            const auto first = static_cast<unsigned>(now.lanes.phase_begin(now.phase).value % now.lanes.width);
            pins_.cbe = static_cast<std::uint8_t>(~(((1u << lane.size()) - 1) << first));
            if (now.transferring() || !is_read(now.request.command)) {
                pins_.ad = 0;
                for (std::size_t i = 0; i < lane.size(); ++i)
                    pins_.ad |= std::to_integer<std::uint64_t>(lane[i]) << (8 * (first + i));
            }
        }
    }
    pin_observer_->drive(pins_);
}

}  // namespace ghostcard::bus::pci
