// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/platform/machine.h>

#include <cstdint>

namespace ghostcard::scenarios {

/// The card's registers between two instants: no bus carries these accesses, and they take no time. Offsets are
/// multiples of 4; where COMMAND does not let the card answer, reads give all ones and writes are lost.
class CardPort {
public:
    explicit CardPort(platform::Machine& machine) : machine_(machine) {}

    std::uint32_t read(std::uint32_t offset) { return access(tlm::TLM_READ_COMMAND, offset, 0); }
    void write(std::uint32_t offset, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, offset, value); }
    /// Without the side effects of reading, and always.
    std::uint32_t peek(std::uint32_t offset) const;

private:
    std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value);

    platform::Machine& machine_;
};

}  // namespace ghostcard::scenarios
