// SPDX-License-Identifier: MIT
#define GHOSTCARD_WDM_IMPLEMENTATION
#include <fmt/format.h>
#include <ghostcard/dma/wdm/wdm_system.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "driver_guard.h"
#include "wdm_adapters.h"
#include "wdm_memory.h"

namespace ghostcard::dma {
namespace {

// Microsoft, "Bug Check Code Reference".
constexpr std::uint32_t irql_not_greater_or_equal = 0x09;
constexpr std::uint32_t irql_not_less_or_equal = 0x0a;
constexpr std::uint32_t page_fault = 0x50;
constexpr std::uint32_t driver_irql_not_less_or_equal = 0xd1;
constexpr std::uint32_t driver_verifier_dma_violation = 0xe6;

/// Where kernel pool might lie; the pointers of this process differ from run to run.
constexpr VirtualAddress shown_functional_device{0xffff'a000'0000'1050};

WdmSystem* the_system = nullptr;

SourceLocation nowhere() { return SourceLocation::current("", "", 0); }

}  // namespace

/// What the driver's pointers to device objects lead to, and what catches its other pointers.
struct WdmDevices {
    DEVICE_OBJECT physical{}, functional{};
    DriverGuard::Handler faults;
};

WdmSystem::WdmSystem(const WdmPorts& ports, const WdmSettings& settings)
    : ports_(ports),
      verifier_(ports.clock, &irql_),
      hal_(ports.memory, ports.pages, ports.translation, settings.hal, &verifier_),
      io_(hal_),
      pdo_(io_),
      registers_(ports.bar0, verifier_),
      interrupts_(ports.interrupts, verifier_, irql_),
      memory_(std::make_unique<WdmMemory>(ports.memory, settings.bar0_window)),
      adapters_(std::make_unique<WdmAdapters>(*this)),
      devices_(std::make_unique<WdmDevices>()) {
    if (the_system != nullptr) throw std::logic_error("there is a WdmSystem already, and Windows has one kernel");
    the_system = this;
    hal_.declare_device(settings.needs, ~std::uint64_t{0});
    fdo_.attach_to(pdo_);
    devices_->functional.AlignmentRequirement = static_cast<ULONG>(settings.needs.alignment - 1);
    devices_->physical.AttachedDevice = &devices_->functional;
    io_.show_as(&devices_->functional, shown_functional_device);
}

WdmSystem::~WdmSystem() { the_system = nullptr; }

WdmSystem& WdmSystem::current() {
    if (the_system == nullptr) throw std::logic_error("a routine of wdm.h was called without a WdmSystem");
    return *the_system;
}

_DEVICE_OBJECT* WdmSystem::physical_device() const { return &devices_->physical; }
_DEVICE_OBJECT* WdmSystem::device() const { return &devices_->functional; }

void WdmSystem::add_buffer(const FrameBuffer& buffer) { memory_->add_user(buffer.bytes(), buffer.pages()); }

void WdmSystem::call_driver(const std::function<void()>& body) {
    DriverGuard guard;
    if (sigsetjmp(guard.resume, 1) != 0) {
        const bool waits = irql_.irql() < Irql::dispatch;
        throw BugCheck(
            waits ? page_fault : driver_irql_not_less_or_equal,
            {guard.address(), waits ? guard.write() : static_cast<std::uint64_t>(irql_.irql()),
             waits ? 0ull : guard.write(), 0},
            fmt::format("the driver {} an address where there is no memory", guard.write() ? "wrote to" : "read from"));
    }
    body();
}

SourceLocation WdmSystem::take_call_site() { return std::exchange(call_site_, nowhere()); }

void WdmSystem::stop(std::uint32_t code, std::uint64_t first, std::uint64_t second, const std::string& why) const {
    throw BugCheck(code, {first, second, 0, 0}, why);
}

bool WdmSystem::connect(std::function<bool()> service) {
    if (service_) return false;
    service_ = std::move(service);
    interrupts_.connect(*this);
    return true;
}

void WdmSystem::disconnect() {
    interrupts_.disconnect();
    service_ = nullptr;
}

bool WdmSystem::queue_deferred(_KDPC* dpc) {
    if (std::ranges::find(deferred_, dpc) != deferred_.end()) return false;
    deferred_.push_back(dpc);
    interrupts_.queue_deferred();
    return true;
}

bool WdmSystem::remove_deferred(const _KDPC* dpc) { return std::erase(deferred_, dpc) > 0; }

bool WdmSystem::interrupt() {
    bool claimed = false;
    in_service_ = true;
    call_driver([&] { claimed = service_(); });
    in_service_ = false;
    return claimed;
}

void WdmSystem::deferred() {
    // Code at DISPATCH_LEVEL is not interrupted by a deferred procedure; whoever raised the level lets them come later.
    if (program_level_ >= Irql::dispatch) return;
    in_deferred_ = true;
    for (_KDPC* const dpc : std::exchange(deferred_, {}))
        call_driver(
            [dpc] { dpc->DeferredRoutine(dpc, dpc->DeferredContext, dpc->SystemArgument1, dpc->SystemArgument2); });
    in_deferred_ = false;
}

void WdmSystem::raise(Irql level) {
    if (level < irql_.irql())
        stop(irql_not_greater_or_equal, static_cast<std::uint64_t>(irql_.irql()), static_cast<std::uint64_t>(level),
             "KeRaiseIrql to a lower level than the present one");
    irql_.set(level);
    if (!in_service_ && !in_deferred_) program_level_ = level;
}

void WdmSystem::lower(Irql level) {
    if (level > irql_.irql())
        stop(irql_not_less_or_equal, static_cast<std::uint64_t>(level), static_cast<std::uint64_t>(irql_.irql()),
             "KeLowerIrql to a higher level than the present one");
    irql_.set(level);
    if (in_service_ || in_deferred_) return;
    program_level_ = level;
    if (level < Irql::dispatch && !deferred_.empty()) interrupts_.queue_deferred();
}

std::uint32_t WdmSystem::read_register(const volatile void* address) {
    const auto offset = memory_->register_offset(address);
    if (!offset) stop(page_fault, 0, 0, "READ_REGISTER_ULONG of an address where MmMapIoSpace has mapped nothing");
    return registers_.read(*offset);
}

void WdmSystem::write_register(volatile void* address, std::uint32_t value) {
    const SourceLocation site = take_call_site();
    const auto offset = memory_->register_offset(address);
    if (!offset) stop(page_fault, 0, 1, "WRITE_REGISTER_ULONG to an address where MmMapIoSpace has mapped nothing");
    registers_.called_at(site);
    registers_.write(*offset, value);
}

std::uint32_t WdmSystem::configuration(bool write, void* buffer, std::uint32_t offset, std::uint32_t length) {
    auto* const bytes = static_cast<std::uint8_t*>(buffer);
    for (std::uint32_t done = 0; done < length;) {
        const std::uint32_t at = (offset + done) & ~3u, lane = (offset + done) % 4;
        const std::uint32_t count = std::min(4 - lane, length - done);
        std::uint32_t word = ports_.config.read(at);
        if (write) {
            // The port writes whole words. What is not meant keeps its value, and a status bit, which a one would
            // clear, gets a zero.
            constexpr std::uint32_t command = 4, status_bits = 0xffff'0000;
            if (at == command) word &= ~status_bits;
            std::memcpy(reinterpret_cast<std::uint8_t*>(&word) + lane, bytes + done, count);
            ports_.config.write(at, word);
        } else {
            std::memcpy(bytes + done, reinterpret_cast<const std::uint8_t*>(&word) + lane, count);
        }
        done += count;
    }
    return length;
}

/// The bytes may lie in a common buffer that the device has written.
void WdmSystem::copy(void* destination, const void* source, std::uint64_t length) {
    const SourceLocation site = take_call_site();
    if (const auto physical = memory_->physical(source); physical && length > 0) {
        const LiveMapping* const mapping = verifier_.mappings().at(*physical);
        if (mapping != nullptr && mapping->kind == MappingKind::common_buffer)
            if (const auto range = BusRange::of(LiveMappings::bus(*mapping, *physical), length))
                verifier_.buffer_read(*range, site);
    }
    call_driver([&] { std::memcpy(destination, source, length); });
    bytes_copied_ += length;
    ports_.clock.charge_copy(length);
}

std::optional<BugCheck> stop_of(const Finding& finding) {
    const std::string_view code = info_of(finding.check).code;
    constexpr std::string_view prefix = "0xE6/0x";
    if (!code.starts_with(prefix)) return std::nullopt;
    std::uint64_t rule = 0, part = 0;
    const auto [end, error] = std::from_chars(code.data() + prefix.size(), code.data() + code.size(), rule, 16);
    if (end != code.data() + code.size()) std::from_chars(end + 1, code.data() + code.size(), part);
    return BugCheck(driver_verifier_dma_violation, {rule, part, 0, 0}, finding.what);
}

}  // namespace ghostcard::dma
