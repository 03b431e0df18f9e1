// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/device_activity.h>
#include <ghostcard/base/dma_constraints.h>
#include <ghostcard/base/irql.h>
#include <ghostcard/base/source_location.h>
#include <ghostcard/base/translation.h>
#include <ghostcard/dma/verifier/finding.h>
#include <ghostcard/dma/verifier/live_mappings.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ghostcard::dma {

/// Keeps books about a driver's use of DMA and explains what is wrong with it: the union of Driver Verifier's checks
/// (bug check 0xE6) and of Linux's CONFIG_DMA_API_DEBUG, and what only a simulator can see.
///
/// It never changes what happens: the same call has the same outcome with and without it. Adapters, device stack and
/// host bridge report to it, each what it knows; rules about a single call are checked by whoever is called.
class DmaVerifier final : public DeviceActivity {
public:
    /// Both must outlive the verifier. Without a source of IRQLs those rules are not checked.
    explicit DmaVerifier(const Clock& clock, const IrqlSource* irql = nullptr) : clock_(clock), irql_(irql) {}

    /// What the device declares that it needs; from then on programmed addresses are checked against it.
    void set_device_needs(const DmaConstraints& needs) { needs_ = needs; }

    // From whoever is called by the driver.
    void report(Check check, std::string what, const SourceLocation& location, const Place& place = {});
    /// A routine that may be called at `exactly` this level only.
    void expect_irql(Irql exactly, std::string_view routine, const SourceLocation& location);
    /// A routine that may be called up to this level.
    void expect_irql_up_to(Irql highest, std::string_view routine, const SourceLocation& location);
    /// Memory has become reachable for the device, and ceases to be. A part of it that is mapped already is reported.
    void mapped(const LiveMapping& mapping, const SourceLocation& location);
    void unmapped(BusRange range) { mappings_.remove(range); }
    /// The driver has asked where a byte lies in physical memory (Windows: MmGetPhysicalAddress).
    void physical_address_asked(PhysicalAddress address) { asked_.insert(address); }
    /// The driver looks at what the device has written into [range).
    void buffer_read(BusRange range, const SourceLocation& location = SourceLocation::current());
    /// The driver is unloaded: whatever is still there has leaked, from where it was mapped.
    void driver_unloaded();

    // From the machine.
    void device_accessed(BusRange range, bool write, bool bus_master, Duration time) override;
    bool device_accessed_row(BusRange row, std::uint64_t bytes, bool write, bool bus_master) override;
    void translation_fault(BusAddress address, bool write, Duration time) override;
    void device_programmed(BusRange range, const SourceLocation& location = SourceLocation::current()) override;
    void register_accessed(bool write) override;
    void interrupt_taken(bool message) override;

    /// In the order of their first occurrence.
    const std::vector<Finding>& findings() const { return findings_; }
    const LiveMappings& mappings() const { return mappings_; }

private:
    void add(Check check, std::string what, CallSite site, const Place& place, Duration time);
    Place placed(BusAddress address) const;

    const Clock& clock_;
    const IrqlSource* irql_;
    std::optional<DmaConstraints> needs_;
    LiveMappings mappings_;
    std::set<PhysicalAddress> asked_;
    std::optional<BusRange> unpushed_;  ///< Last written by the device, and not known to have reached memory.
    bool line_taken_ = false;           ///< An interrupt came by the line and no register has been read since.
    CallSite started_at_;               ///< Where the driver has last started the device, for what that does.
    std::vector<Finding> findings_;
};

/// "0xE6/0x16 buffer flushed that is not mapped: ..." in several lines, as the summary of a run shows it.
std::string to_text(const Finding& finding);

}  // namespace ghostcard::dma
