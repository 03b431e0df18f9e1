// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <tlm>

namespace ghostcard::bus {

/// Rides on a DMA payload: the payload is a run of bursts, not one. A bus with timing honours it; a plain TLM-2.0
/// memory ignores it and moves the whole payload at once. The master owns it for as long as the transport lasts.
class DmaRun : public tlm::tlm_extension<DmaRun> {
public:
    std::uint64_t burst_bytes = 0;  ///< Bytes of each transaction, the last one takes the rest; 0: one transaction.

    /// Set by the master while the transport is under way: end with the next data phase that can be made the last one.
    bool stop = false;

    /// Set by a bus that calls moved(); otherwise the response alone says what has moved.
    bool honoured = false;
    /// The bus says that a transaction has ended and how many bytes it has moved, all of them unless it was aborted or
    /// stopped.
    virtual void moved(std::uint64_t bytes) { static_cast<void>(bytes); }

    tlm::tlm_extension_base* clone() const override { return new DmaRun(*this); }
    void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const DmaRun&>(other); }
};

}  // namespace ghostcard::bus
