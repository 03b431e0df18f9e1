// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/clock.h>
#include <ghostcard/base/interrupt_source.h>
#include <ghostcard/base/irql.h>
#include <ghostcard/base/register_access.h>
#include <ghostcard/dma/frame_buffer.h>
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/bus_drivers.h>
#include <ghostcard/dma/verifier/watched_ports.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

// Of wdm.h, which users of this header need not have.
struct _BUS_INTERFACE_STANDARD;
struct _DEVICE_OBJECT;
struct _KDPC;

namespace ghostcard::dma {

class WdmAdapters;
class WdmMemory;
struct WdmDevices;

/// The machine below the system; all of it outlives the system.
struct WdmPorts {
    const HostMemory& memory;
    PageAllocator& pages;
    Translation& translation;
    Clock& clock;
    RegisterAccess& config;
    RegisterAccess& bar0;
    InterruptSource& interrupts;
};

struct WdmSettings {
    HalSettings hal{};
    DmaConstraints needs{};     ///< Of the device, for the verifier.
    PhysicalRange bar0_window;  ///< Where its registers lie; MmMapIoSpace knows no other device.
};

/// The system behind wdm.h: what a driver in C finds when it runs on ghostcard. Windows has one kernel, and a driver
/// calls it without saying which; so there is one WdmSystem at a time (decision 0030).
///
/// Misuse ends as on Windows: in a status, in NULL, in a finding of the verifier, or in a BugCheck, which passes
/// through the driver to whoever has called it. An access of the driver to memory that is not there is a BugCheck, too.
class WdmSystem final : private InterruptHandler {
public:
    WdmSystem(const WdmPorts& ports, const WdmSettings& settings);
    ~WdmSystem() override;
    WdmSystem(const WdmSystem&) = delete;
    WdmSystem& operator=(const WdmSystem&) = delete;

    /// The device's PDO, made by pci.sys, and the FDO on top of it.
    _DEVICE_OBJECT* physical_device() const;
    _DEVICE_OBJECT* device() const;
    /// What the PDO answers to the query for the standard bus interface, with a reference.
    _BUS_INTERFACE_STANDARD bus_interface();

    /// A user's buffer: the driver may be given its address, or an MDL of it. It must outlive the system.
    void add_buffer(const FrameBuffer& buffer);
    /// Runs code of the driver at the present level. Throws BugCheck.
    void call_driver(const std::function<void()>& body);
    /// The driver is unloaded: what is left is reported.
    void unload() { hal_.driver_unloaded(); }

    DmaVerifier& verifier() { return verifier_; }
    std::uint64_t bytes_copied() const { return bytes_copied_; }

    // What wdm.h's routines are made of.

    /// The one that exists; throws std::logic_error if there is none.
    static WdmSystem& current();
    void called_at(const SourceLocation& location) { call_site_ = location; }
    /// Where the call under way stands; unknown for one that was made past wdm.h's macros.
    SourceLocation take_call_site();
    [[noreturn]] void stop(std::uint32_t code, std::uint64_t first, std::uint64_t second, const std::string& why) const;

    bool connect(std::function<bool()> service);
    void disconnect();
    bool queue_deferred(_KDPC* dpc);
    bool remove_deferred(const _KDPC* dpc);
    Irql irql() const { return irql_.irql(); }
    void raise(Irql level);
    void lower(Irql level);
    std::uint32_t read_register(const volatile void* address);
    void write_register(volatile void* address, std::uint32_t value);
    std::uint32_t configuration(bool write, void* buffer, std::uint32_t offset, std::uint32_t length);
    void copy(void* destination, const void* source, std::uint64_t length);

    const WdmPorts& ports() const { return ports_; }
    Hal& hal() { return hal_; }
    IoManager& io() { return io_; }
    PciPdo& pdo() { return pdo_; }
    WdmAdapters& adapters() { return *adapters_; }
    WdmMemory& memory() { return *memory_; }

private:
    bool interrupt() override;
    void deferred() override;

    const WdmPorts ports_;
    IrqlState irql_;
    DmaVerifier verifier_;
    Hal hal_;
    IoManager io_;
    PciPdo pdo_;
    DeviceObject fdo_{"capture FDO"};
    WatchedRegisters registers_;
    WatchedInterrupts interrupts_;
    std::unique_ptr<WdmMemory> memory_;
    std::unique_ptr<WdmAdapters> adapters_;
    std::unique_ptr<WdmDevices> devices_;

    std::function<bool()> service_;
    std::deque<_KDPC*> deferred_;
    bool in_deferred_ = false, in_service_ = false;
    Irql program_level_ = Irql::passive;  ///< Of what interrupts and deferred procedures interrupt.
    SourceLocation call_site_ = SourceLocation::current("", "", 0);
    std::uint64_t bytes_copied_ = 0;
};

/// What Windows would show if Driver Verifier stopped it there; nothing for a check that only ghostcard has.
std::optional<BugCheck> stop_of(const Finding& finding);

}  // namespace ghostcard::dma
